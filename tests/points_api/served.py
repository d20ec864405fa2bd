"""Calls that go through the protocol by which a server runs the application, without a socket."""

import asyncio
from typing import Any

import httpx
from uvicorn.config import Config
from uvicorn.server import ServerState

from points_api.whole_answers import WholeAnswers


class Line(asyncio.Transport):
    """A connection's other end: what was sent on it, and whether it was closed."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 4000), "sockname": ("127.0.0.1", 8000)})
        self.sent: list[bytes] = []
        self._closed = False
        self._heard = asyncio.Event()

    def write(self, data: Any) -> None:
        self.sent.append(bytes(data))
        self._heard.set()

    def close(self) -> None:
        self._closed = True
        self._heard.set()

    def is_closing(self) -> bool:
        return self._closed

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    async def answer(self) -> httpx.Response:
        """The answer to the last question, of whose body the length is announced."""
        while True:
            head, end, body = b"".join(self.sent).partition(b"\r\n\r\n")
            lines = head.split(b"\r\n")
            headers = [(name, value) for name, _, value in (x.partition(b": ") for x in lines[1:])]
            if end and len(body) >= int(dict(headers)[b"content-length"]):
                self.sent.clear()
                return httpx.Response(int(lines[0].split()[1]), headers=headers, content=body)
            assert not self._closed, head
            self._heard.clear()
            await self._heard.wait()


def connected(app: Any) -> tuple[WholeAnswers, Line]:
    """A new connection, and its other end."""
    config = Config(
        app, lifespan="off", log_config=None, access_log=False,
        date_header=False, server_header=False, proxy_headers=False,
    )  # fmt: skip
    config.load()
    protocol, line = WholeAnswers(config=config, server_state=ServerState(), app_state={}), Line()
    protocol.connection_made(line)
    return protocol, line


class Served(httpx.AsyncBaseTransport):
    """A connection for each call."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        protocol, line = connected(self._app)
        lines = [b"%b: %b" % header for header in request.headers.raw]
        first = b"%b %b HTTP/1.1" % (request.method.encode(), request.url.raw_path)
        body = await request.aread()
        protocol.data_received(b"\r\n".join([first, *lines, b"", body]))
        try:
            return await line.answer()
        finally:
            protocol.connection_lost(None)
