"""The calls of visits, by a client that leaves the processors to the cities.

httpx takes as long for three calls as a city for one of them, and all share the same processors.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

import aiohttp

LOST: Final = (aiohttp.ClientError, OSError, TimeoutError)
"""No answer came."""


class Answer(NamedTuple):
    """What came back."""

    status_code: int
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


Post = Callable[[str, Mapping[str, str], Mapping[str, Any]], Awaitable[Answer]]
"""Posts a JSON document to a URL with these headers. Raises what is in `LOST`."""


@asynccontextmanager
async def posting(seconds: float = 30.0) -> AsyncIterator[Post]:
    """As many connections as it takes, kept for less time than a city's server keeps them."""
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=4)
    timeout = aiohttp.ClientTimeout(total=seconds)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:

        async def post(url: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> Answer:
            async with session.post(url, headers=headers, json=body) as answer:
                return Answer(answer.status, await answer.read())

        yield post
