"""What happens around every request, as plain ASGI: two microseconds each, not a hundred.

- `Requests` gives each request an id, measures and logs it, and turns an unexpected exception
  into a problem with that id as its reference. The exception ends here: servers would log its
  message, which may quote personal data.
- `BodyLimit` refuses bodies that are too large, whether they say so beforehand or not.

Order: `app.add_middleware(BodyLimit, …)`, then `app.add_middleware(Requests)`, so that the
latter sees everything.
"""

import os
from collections.abc import Mapping
from itertools import count
from time import perf_counter
from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from points_api import log, metrics
from points_api.language import choose
from points_api.problem import TooLarge, Unexpected, render

ROUTE: Final = "points.route"
"""Scope key by which a handler below FastAPI names its route template."""
_QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics", "/metrics/visitors"})
_PROCESS: Final = os.urandom(8).hex()
_numbers = count(1)
_log = log.get("http")


class Requests:
    """Id, measure, log line, and the last resort for exceptions."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        reference = _reference(scope)
        token = log.request_id.set(reference)
        header = (b"x-request-id", reference.encode())
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception:  # noqa: BLE001 - nothing may pass this place
            _log.exception("request.failed", method=scope["method"], route=route_of(scope))
            if not status:
                problem = render(Unexpected(reference), choose(_header(scope, b"accept-language")))
                await problem(scope, receive, answer)
        finally:
            _finished(scope, status, perf_counter() - started)
            log.request_id.reset(token)


class BodyLimit:
    """At most `limit` bytes; at most `larger[path]` for the paths named there."""

    def __init__(self, app: ASGIApp, limit: int, larger: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._limit = limit
        self._larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        limit = self._larger.get(scope["path"], self._limit)
        declared = _header(scope, b"content-length")
        if declared is None:
            await _Metered(scope, receive, send, limit).run(self._app)
        elif declared.isdecimal() and int(declared) <= limit:  # the server holds it to its word
            await self._app(scope, receive, send)
        else:
            await _too_large(scope, limit)(scope, receive, send)


class _Metered:
    """Counts a body as it comes in, for senders that did not say how long it is."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._left = self._limit = limit
        self._started = False

    async def run(self, app: ASGIApp) -> None:
        try:
            await app(self._scope, self._take, self._pass_on)
        except Exception:
            if self._left >= 0:
                raise
        if self._left < 0 and not self._started:
            await _too_large(self._scope, self._limit)(self._scope, self._receive, self._send)

    async def _take(self) -> Message:
        if self._left < 0:
            return {"type": "http.disconnect"}
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        # The application sees a caller who left: whatever it reads the body with gives up.
        return message if self._left >= 0 else {"type": "http.disconnect"}

    async def _pass_on(self, message: Message) -> None:
        if self._left >= 0 or self._started:
            self._started = True
            await self._send(message)


def route_of(scope: Scope) -> str:
    """Return the template of the matched route, `unmatched` if there was none."""
    if (named := scope.get(ROUTE)) is not None:
        return str(named)
    # Included routers are matched as they are, so only the effective route has the whole path.
    effective = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return str(getattr(effective, "path", "unmatched"))


def _finished(scope: Scope, status: int, seconds: float) -> None:
    route = route_of(scope)
    metrics.observe(scope["method"], route, status, seconds)
    if route not in _QUIET or status >= 500:
        log.request(scope["method"], route, status, seconds)


def _reference(scope: Scope) -> str:
    """Return the caller's request id if it has the shape of one, else a new one."""
    given = _header(scope, b"x-request-id")
    if given and log.is_request_id(given):
        return given
    # Names a request and nothing else, so it may be guessable; it must be cheap.
    return f"{_PROCESS}{next(_numbers):016x}"


def _header(scope: Scope, name: bytes) -> str | None:
    for key, value in scope["headers"]:
        if key == name:
            found: str = value.decode("latin-1")
            return found
    return None


def _too_large(scope: Scope, limit: int) -> Response:
    problem = TooLarge(
        f"最多 {limit} 字节；请分成几次发送",
        f"At most {limit} bytes; send it in several parts",
        limit=limit,
    )
    response = render(problem, choose(_header(scope, b"accept-language")))
    response.headers["Connection"] = "close"  # the rest of the body is not read
    return response
