"""A receiver of webhooks on loopback: a real server that notes what it gets, and misbehaves."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

import pytest
from standardwebhooks import webhooks as reference

from points_api import clock


@dataclass(frozen=True)
class Received:
    """One request, as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)


Answer = tuple[int, dict[str, str]]


@dataclass
class Receiver:
    """`answers` tells status and headers for a request; `delay` how long it thinks before."""

    port: int = 0
    got: list[Received] = field(default_factory=list)
    answers: Callable[[Received], Answer] = lambda _: (200, {})
    delay: Callable[[Received], float] = lambda _: 0.0

    def url(self, path: str = "/hook", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def kinds(self) -> list[str]:
        return [one.said["type"] for one in self.got]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
            body = await reader.readexactly(int(headers["content-length"]))
            received = Received(first.split(" ")[1], headers, body)
            self.got.append(received)
            status, more = self.answers(received)
            await asyncio.sleep(self.delay(received))
            said = "".join(f"{name}: {value}\r\n" for name, value in more.items())
            writer.write(f"HTTP/1.1 {status} X\r\n{said}content-length: 0\r\n\r\n".encode())
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the sender has gone, or the test is over
        finally:
            writer.close()


@asynccontextmanager
async def receiving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver


def redemption_of(received: Received) -> Any:
    """The redemption that a message tells of, if it does."""
    return received.said["data"].get("redemption_id")


def verify(secret: str, got: Received, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a receiver does, with the reference implementation, at this very moment."""

    class Now(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return clock.now()

    monkeypatch.setattr(reference, "datetime", Now)
    assert reference.Webhook(secret).verify(got.body, got.headers) == got.said
