"""Structured logs, one JSON object a line, that cannot hold personal data.

What is allowed is listed: each field with the shape its value must have. A field that is not on
the list is dropped, a value of another shape is withheld. So an ID number, a name, a phone or
an openid does not reach the log even when somebody passes it by mistake; an exception leaves its
class and its places in the code, never its message. Libraries speak through the same gate.

    log.get("deliveries").info("delivery.done", delivery=delivery.id, rows=120, rejected=3)
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Callable, MutableMapping
from contextvars import ContextVar
from datetime import date
from types import TracebackType
from typing import Any, TextIO, cast
from uuid import UUID

import structlog
from structlog.typing import FilteringBoundLogger

from points_api import clock

WITHHELD = "withheld"
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request being served; set by the middleware, None outside of one."""

# Eleven digits in a row are a phone; fifteen or eighteen an ID number.
_CODE = re.compile(r"(?!.*\d{11})[a-z0-9][a-z0-9._/-]{0,63}")
_EVENT = re.compile(r"(?!.*\d{4})[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
_ROUTE = re.compile(r"(?!.*\d{4})/[a-z0-9_{}./-]{0,120}")
_CLASS = re.compile(r"[A-Z][A-Za-z]{2,60}")
_METHOD = re.compile(r"[A-Z]{3,7}")
_REQUEST = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")


def _matches(pattern: re.Pattern[str]) -> Callable[[object], object]:
    return lambda value: value if isinstance(value, str) and pattern.fullmatch(value) else WITHHELD


def _number(value: object) -> object:
    """Counts and sizes; a phone or an ID number passed as a number is too large for either."""
    fits = isinstance(value, int | float) and abs(value) < 10**10
    return value if fits else WITHHELD


def _id(value: object) -> object:
    return str(value) if isinstance(value, UUID) else WITHHELD


def _day(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else WITHHELD


_CODES = """agency channel city code command database engine item kind layout operation purpose
    reason redis scorecard service state task topic version"""
_NUMBERS = """accepted attempts bytes changed corrected count dropped duplicates duration_ms errcode
    first_row last_row limit ms people pid port records rejected rows scored seconds size status
    workers"""

ALLOWED: dict[str, Callable[[object], object]] = {
    **dict.fromkeys(_CODES.split(), _matches(_CODE)),
    **dict.fromkeys(_NUMBERS.split(), _number),
    **dict.fromkeys(("delivery", "job", "outbox"), _id),
    **dict.fromkeys(("as_of", "day"), _day),
    "request_id": _matches(_REQUEST),
    "route": _matches(_ROUTE),
    "method": _matches(_METHOD),
    "error": _matches(_CLASS),
}
"""The fields that may be logged, and for each what its value must look like."""


def get(name: str) -> FilteringBoundLogger:
    """Return the logger of a part of the program."""
    return cast(FilteringBoundLogger, structlog.get_logger(part=name))


class _StandardError:
    """Whatever `sys.stderr` is at the time of writing."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()

    def isatty(self) -> bool:
        return sys.stderr.isatty()


_out: TextIO = cast(TextIO, _StandardError())
_tells_requests = False


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send everything, ours and the libraries', as JSON to the stream (standard error)."""
    out = stream or cast(TextIO, _StandardError())
    number = logging.getLevelNamesMapping()[level]
    _configure_ours(number, out)
    handler = logging.StreamHandler(out)
    handler.setFormatter(_LibraryFormatter())
    # At INFO libraries tell every step of theirs, and here their words would be missing.
    logging.basicConfig(
        level=number if number < logging.INFO else max(number, logging.WARNING),
        handlers=[handler],
        force=True,
    )
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
        logger.setLevel(number)
    # Its lines hold addresses and full paths; the middleware writes better ones.
    access = logging.getLogger("uvicorn.access")
    access.disabled = True
    access.propagate = False  # a logger that reaches no handler is spared the making of its lines


def _configure_ours(level: int, out: TextIO) -> None:
    global _out, _tells_requests
    _out, _tells_requests = out, level <= logging.INFO
    structlog.configure(
        processors=[_render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )


def announce(text: str) -> None:
    """Write a sentence of ours for the operator, whatever the level. It must hold no value.

    A terminal gets the sentence alone: whoever sits there has just started us.
    """
    if not _out.isatty():
        line = _line("warning", "start", "announcement") | {"text": text}
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
    _out.write(text + "\n")
    _out.flush()


def request(method: str, route: str, status: int, seconds: float) -> None:
    """Log an answered request: the line of `info("request", …)` at a fifth of its cost.

    The route is a template of ours, never the path that was asked for.
    """
    if _tells_requests:
        verb = method if _METHOD.fullmatch(method) else WITHHELD
        _out.write(
            f'{{"at":"{clock.now().isoformat(timespec="milliseconds")}","level":"info",'
            f'"part":"http","event":"request","request_id":"{request_id.get()}",'
            f'"method":"{verb}","route":"{route}","status":{status},'
            f'"duration_ms":{seconds * 1000:.2f}}}\n'
        )


def _render(_: object, level: str, event: MutableMapping[str, Any]) -> str:
    said = str(event.pop("event", ""))
    part = event.pop("part", "?")
    error = event.pop("exc_info", None)
    line = _line(level, str(part), said if _EVENT.fullmatch(said) else WITHHELD)
    unknown = 0
    for name, value in event.items():
        shape = ALLOWED.get(name)
        if shape is None:
            unknown += 1
        elif value is not None:
            line[name] = shape(value)
    if unknown:
        line["fields_dropped"] = unknown
    line.update(_error(error))
    return json.dumps(line, separators=(",", ":"))


def _line(level: str, part: str, event: str) -> dict[str, Any]:
    line: dict[str, Any] = {
        "at": clock.now().isoformat(timespec="milliseconds"),
        "level": "error" if level == "exception" else level,
        "part": part,
        "event": event,
    }
    if current := request_id.get():
        line["request_id"] = current
    return line


def _error(info: object) -> dict[str, Any]:
    """Return the class and the places of an exception; its message may quote personal data."""
    if info is True:
        info = sys.exc_info()
    if isinstance(info, tuple) and len(info) == 3:
        info = info[1]
    if not isinstance(info, BaseException):
        return {}
    return {"error": type(info).__name__, "places": _places(info.__traceback__)}


def _places(trace: TracebackType | None) -> list[str]:
    """Return the innermost places, innermost last, as module:line function."""
    return [
        f"{frame.f_globals.get('__name__', '?')}:{number} {frame.f_code.co_name}"
        for frame, number in list(traceback.walk_tb(trace))[-12:]
    ]


class _LibraryFormatter(logging.Formatter):
    """Say that a library spoke, and where. Its words may quote values, so they stay away.

    Only the server's own sentences are kept, as templates without their arguments.
    """

    _TRUSTED = frozenset({"uvicorn.error"})

    def format(self, record: logging.LogRecord) -> str:
        line = _line(record.levelname.lower(), record.name, "library")
        line["place"] = f"{record.module}:{record.lineno}"
        if record.name in self._TRUSTED and record.args and isinstance(record.msg, str):
            line["template"] = record.msg
        line.update(_error(record.exc_info))
        return json.dumps(line, separators=(",", ":"))


def is_request_id(text: str) -> bool:
    """Tell whether a caller's request id has the one shape we repeat."""
    return _REQUEST.fullmatch(text) is not None


# A program that forgets to configure must not fall back to the library's talkative default.
_configure_ours(logging.WARNING, _out)
