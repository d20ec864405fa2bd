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
    """An ASGI application that can answer some questions without ASGI."""

    def takes(self, method: bytes, url: bytes, headers: Headers) -> bool:
        """Whether such a question may follow. If so its body is short, and `url` a mere path."""

    def begin(self, question: "Question") -> bool:
        """Begin to answer; False leaves the question to ASGI."""


class WholeAnswers(HttpToolsProtocol):
    """The protocol of one connection; `http=` of uvicorn."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_plain = self.limit_concurrency is None and not self.root_path
        self._shortcut = self.app if is_plain and isinstance(self.app, Shortcut) else None
        self._coming: Question | None = None

    def on_headers_complete(self) -> None:
        """Called by the parser when a request's headers have been read."""
        before = self.cycle
        if self._shortcut is not None and self._is_plain(headers := dict(self.headers)):
            self._coming = Question(self, self._shortcut, headers)
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
        """The shortcut takes it, and nothing is left that uvicorn would have to see to."""
        parser, before = self.parser, cast(RequestResponseCycle | None, self.cycle)
        return (
            self._shortcut is not None
            and self._shortcut.takes(parser.get_method(), self.url, headers)
            and (before is None or before.response_complete)
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
        "_method", "_path", "_protocol", "_scope", "_shortcut",
        "body", "disconnected", "headers", "keep_alive", "more_body", "response_complete",
    )  # fmt: skip
    message_event: Final = asyncio.Event()  # set by uvicorn, and nobody waits for it

    def __init__(self, protocol: WholeAnswers, shortcut: Shortcut, headers: Headers) -> None:
        self._protocol, self._shortcut = protocol, shortcut
        self._scope, self._path = protocol.scope, protocol.url
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
        path = self._path.decode("ascii")
        named = {"method": self._method.decode("ascii"), "path": path, "raw_path": self._path}
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
