"""A PostgreSQL that at some moment answers nobody who comes: they are let in and then ignored."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from points_api.federation.wire import Tap


class Line:
    """The way to a real server. `url` waits a second for its greeting, on one connection."""

    def __init__(self, tap: Tap, url: str, silent: int) -> None:
        self.url, self._tap, self._silent = url, tap, silent

    def falls_silent(self) -> None:
        """For those who come from now on; who is being served goes on being served."""
        self._tap.target = self._silent


@asynccontextmanager
async def line_to(url: str) -> AsyncIterator[Line]:
    there = urlsplit(url)
    assert there.port is not None
    tap = Tap(there.port)
    port = await tap.open()
    at = f"{there.username}:{there.password}@127.0.0.1:{port}"
    reached = there._replace(netloc=at, query="timeout=1&maxsize=1").geturl()
    try:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            yield Line(tap, reached, silent.getsockname()[1])
    finally:
        await tap.close()
