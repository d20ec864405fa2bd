"""Answers sent whole, and short questions asked whole, over uvicorn's protocol for httptools.

- Head and body of an answer in one segment. uvicorn writes the head as soon as the application
  starts its answer. uvloop hands each piece to the kernel at once, so a short answer costs two
  system calls and two packets, some eight percent of what a hot route takes. ASGI lets a server
  wait with the head for the first piece of the body, and this does.
- A `Shortcut` is asked by one call and answers by another. ASGI takes a task for each question,
  messages both ways, and a look through every header for what must not be in one: together a
  quarter of what a hot route takes.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, Protocol, cast, runtime_checkable

from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

Headers = Mapping[bytes, bytes]


@runtime_checkable
class Shortcut(Protocol):
    """An ASGI application that can answer some questions without ASGI.

    They are all to one path.
    """

    @property
    def path(self) -> bytes: ...

    def takes(self, method: bytes, headers: Headers) -> bool:
        """Whether a question may follow that it can answer. If so, its body must be short."""

    def begin(self, question: "Question") -> bool:
        """Begin to answer; False leaves the question to ASGI."""


class WholeAnswers(HttpToolsProtocol):
    """The protocol of one connection; `http=` of uvicorn."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = self.limit_concurrency is not None or self.root_path or self.access_log
        self._shortcut = None if others or not isinstance(self.app, Shortcut) else self.app
        self._coming: Question | None = None

    def on_headers_complete(self) -> None:
        """Called by the parser when a request's headers have been read."""
        before, shortcut = self.cycle, self._shortcut
        if shortcut is not None and self.url == shortcut.path:
            headers = dict(self.headers)
            if self._is_plain(headers) and shortcut.takes(self.parser.get_method(), headers):
                self._coming = Question(self, shortcut, headers)
                self.cycle = cast(RequestResponseCycle, self._coming)
                return
        super().on_headers_complete()
        # Of an answer to HEAD nothing is written after its head.
        if self.cycle is not before and self.cycle.scope["method"] != "HEAD":
            self.cycle.transport = cast(asyncio.Transport, _Answer(self.transport))

    def on_message_complete(self) -> None:
        """Called by the parser when a request's body has been read."""
        super().on_message_complete()
        if self._coming is not None:
            question, self._coming = self._coming, None
            question.begin()

    def _is_plain(self, headers: Headers) -> bool:
        """Tell whether nothing is left that uvicorn would have to see to."""
        parser, before = self.parser, cast(RequestResponseCycle | None, self.cycle)
        return (
            (before is None or before.response_complete)
            and len(headers) == len(self.headers)  # none is there twice
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not parser.should_upgrade()
            and not self.expect_100_continue
            and not self.flow.write_paused
        )

    def go_on(self, question: "Question", app: ASGIApp) -> None:
        """Have an application answer a question by ASGI, body and all."""
        cycle = RequestResponseCycle(
            scope=question.scope(), transport=cast(asyncio.Transport, _Answer(self.transport)),
            flow=self.flow, logger=self.logger, access_logger=self.access_logger,
            access_log=self.access_log, default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(), expect_100_continue=False,
            keep_alive=question.keep_alive, on_response=self.on_response_complete,
        )  # fmt: skip
        cycle.body, cycle.more_body = question.body, False
        cycle.disconnected = question.disconnected
        cycle.message_event.set()
        if cast(object, self.cycle) is question:  # else the next one has come already, and waits
            self.cycle = cycle
        self._start_asgi_task(cycle, cast(Any, app))


class Question:
    """A short question under way. To uvicorn it is a cycle of request and response."""

    __slots__ = (
        "_method", "_protocol", "_scope", "_shortcut",
        "body", "disconnected", "headers", "keep_alive", "more_body", "response_complete",
    )  # fmt: skip
    message_event: Final = asyncio.Event()  # set by uvicorn, and nobody waits for it

    def __init__(self, protocol: WholeAnswers, shortcut: Shortcut, headers: Headers) -> None:
        self._protocol, self._shortcut = protocol, shortcut
        self._scope = protocol.scope
        self._method = protocol.parser.get_method()
        self.headers = headers
        self.body = bytearray()
        self.more_body = self.keep_alive = True
        self.disconnected = self.response_complete = False

    def begin(self) -> None:
        """The body is there."""
        try:
            is_begun = self._shortcut.begin(self)
        except Exception:  # noqa: BLE001 - it fails again by ASGI, where it is logged and told
            is_begun = False
        if not is_begun:
            self.go_on(cast(ASGIApp, self._protocol.app))

    def scope(self) -> Any:
        """The question as ASGI has it."""
        method, raw = self._method.decode("ascii"), self._shortcut.path
        named = {"method": method, "path": raw.decode("ascii"), "raw_path": raw}
        return {**self._scope, **named, "query_string": b""}

    def answer(self, status: int, head: bytes, body: bytes) -> None:
        """Send this: `head` are lines of headers, of which one announces the body's length."""
        self.response_complete = True
        if self.disconnected:
            return
        protocol = self._protocol
        ours = [b"%b: %b\r\n" % one for one in protocol.server_state.default_headers]
        end = b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n"
        protocol.transport.write(b"".join([STATUS_LINE[status], *ours, head, end, body]))
        if not self.keep_alive:  # the server is about to stop
            protocol.transport.close()
        protocol.on_response_complete()

    def go_on(self, app: ASGIApp) -> None:
        """Leave the answer to an application, which may read the question once more."""
        self._protocol.go_on(self, app)


class _Answer:
    """What one answer needs of a transport."""

    __slots__ = ("_head", "_transport", "is_closing")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head: bytes | None = None  # b"" once it has gone
        self.is_closing = transport.is_closing

    def write(self, data: bytes) -> None:
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head + data)
        elif self._head is None and not data.startswith(b"HTTP/1.1 100 "):
            self._head = data
        else:
            self._transport.write(data)

    def close(self) -> None:
        """An answer that was begun and never went on is not sent at all."""
        self._transport.close()
