"""Head and body of an answer in one segment.

uvicorn writes the head as soon as the application starts its answer. uvloop hands each piece to
the kernel at once, so a short answer costs two system calls and two packets, some eight percent of
what a hot route takes. ASGI lets a server wait with the head for the first piece of the body, and
this does.
"""

import asyncio
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class WholeAnswers(HttpToolsProtocol):
    """uvicorn's protocol for httptools, its answers' heads held back until their bodies."""

    def on_headers_complete(self) -> None:
        """Called by the parser when a request's headers have been read."""
        before = self.cycle
        super().on_headers_complete()
        # Of an answer to HEAD nothing is written after its head.
        if self.cycle is not before and self.cycle.scope["method"] != "HEAD":
            self.cycle.transport = cast(asyncio.Transport, _Answer(self.transport))


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
