"""Tianjin behind a real server on loopback, which answers as it is told to: late, false, or not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import httpx

from interop.signing import Request, Response
from points_api.partners.line import HttpLine, open_line
from tests.points_api.recognitions.two_cities import ADDRESSES, HOME, City, _within

Head = list[tuple[str, str]]
Behavior = Callable[["Tianjin", Request], Awaitable[Response | None]]


async def honest(city: "Tianjin", asked: Request) -> Response | None:
    return await city.answer(asked)


@dataclass
class Tianjin:
    """`behavior` makes the answer; None is no answer at all. `drip` are seconds for each byte."""

    home: City
    behavior: Behavior = honest
    drip: float = 0.0
    release: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Queue[Request] = field(default_factory=asyncio.Queue)
    close: Callable[[], None] = lambda: None
    asked: int = 0

    async def answer(self, asked: Request) -> Response:
        """What the city itself answers."""
        transport = httpx.ASGITransport(app=_within(self.home))
        async with httpx.AsyncClient(transport=transport) as http:
            said = await http.request(
                asked.method, asked.target, headers=dict(asked.headers), content=asked.body
            )
        kept = {"content-type", "content-digest", "signature", "signature-input"}
        headers = {name: value for name, value in said.headers.items() if name in kept}
        return Response(said.status_code, headers, said.content)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            self.asked += 1
            response = await self.behavior(self, await _read(reader))
            if response is not None:
                await self._write(writer, _raw(response))
        writer.close()

    async def _write(self, writer: asyncio.StreamWriter, raw: bytes) -> None:
        step = 1 if self.drip else len(raw)
        for at in range(0, len(raw), step):
            writer.write(raw[at : at + step])
            await writer.drain()
            await asyncio.sleep(self.drip)


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ")
    lines = [line.partition(":") for line in head[1:] if line]
    headers = {name.lower(): value.strip() for name, _, value in lines}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(method, ADDRESSES[HOME] + path, headers, body)


def _raw(response: Response) -> bytes:
    lines = [f"HTTP/1.1 {response.status} So", f"content-length: {len(response.body)}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    return "\r\n".join([*lines, "connection: close", "", ""]).encode("latin-1") + response.body


class _ToLoopback:
    """A line to this port, whatever the address says; the Host header stays."""

    def __init__(self, line: HttpLine, port: int) -> None:
        self._line, self._port = line, port

    async def send(self, request: Request) -> Response:
        uri = urlsplit(request.target)
        target = f"http://127.0.0.1:{self._port}{uri.path}"
        headers = {**request.headers, "host": uri.netloc}
        return await self._line.send(replace(request, target=target, headers=headers))


@asynccontextmanager
async def behind_a_server(cities: Any, seconds: float) -> AsyncIterator[Tianjin]:
    """Huangshi reaches Tianjin by TCP, and waits for so many seconds."""
    tianjin = Tianjin(cities.home)
    server = await asyncio.start_server(tianjin.serve, "127.0.0.1", 0)
    tianjin.close = server.close
    port = server.sockets[0].getsockname()[1]
    client = cities.host.state.exchange.client
    async with open_line() as line:
        before, client.line, client.seconds = client.line, _ToLoopback(line, port), seconds
        try:
            async with server:
                yield tianjin
        finally:
            tianjin.release.set()
            client.line = before
