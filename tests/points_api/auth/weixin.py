"""A loopback server that speaks like api.weixin.qq.com: plain HTTP, 200 for everything, text/plain.

Tests queue replies by path and look at what was asked.
"""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, str]
    body: Any


@dataclass
class Reply:
    body: bytes
    status: int = 200
    after_seconds: float = 0.0
    hang_up: bool = False


@dataclass
class Weixin:
    address: str
    asked: list[Asked] = field(default_factory=list)
    replies: dict[str, deque[Reply]] = field(default_factory=lambda: defaultdict(deque))

    def will_say(self, path: str, answer: object, **how: Any) -> None:
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.replies[path].append(Reply(body, **how))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            reply = await self._answer(reader)
            if not reply.hang_up:
                await asyncio.sleep(reply.after_seconds)
                head = (
                    f"HTTP/1.1 {reply.status} X\r\nContent-Type: text/plain\r\n"
                    f"Content-Length: {len(reply.body)}\r\nConnection: close\r\n\r\n"
                )
                writer.write(head.encode() + reply.body)
                await writer.drain()
        except ConnectionError:
            pass  # the caller lost patience, which is what some tests are about
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> Reply:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, target, _ = head.split("\r\n", 1)[0].split(" ")
        length = next(
            (
                int(line.split(":")[1])
                for line in head.lower().split("\r\n")
                if "content-length" in line
            ),
            0,
        )
        body = json.loads(await reader.readexactly(length)) if length else None
        url = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.asked.append(Asked(method, url.path, query, body))
        return self.replies[url.path].popleft()


@asynccontextmanager
async def weixin() -> AsyncIterator[Weixin]:
    imitation = Weixin("")
    server = await asyncio.start_server(imitation.serve, "127.0.0.1", 0)
    imitation.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield imitation
