"""The line to partners: a request as it was signed goes out, the whole answer comes back.

By aiohttp, which reads answers in C: a question costs a tenth of a millisecond of processor time,
and by httpx, which serves the other calls of a city, six times as much, at every visit.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Protocol

import aiohttp
from yarl import URL

from interop.signing import Request, Response, combined
from points_api import authorities
from points_api.partners.breaker import Failed

LONGEST: Final = 1024 * 1024
KEEPS_SECONDS: Final = 4.0
"""A connection at rest is closed before a partner's server closes it, which waits five seconds: a
question that is signed for once cannot be sent again."""


class Line(Protocol):
    """What carries messages to partners."""

    async def send(self, request: Request) -> Response:
        """Return the answer. Raises `Failed`, with `not-reached`, `too-large` or `malformed`."""


class HttpLine:
    """A line that follows nowhere, asks no proxy, keeps no cookie and unpacks nothing."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def send(self, request: Request) -> Response:
        try:
            async with self._session.request(
                request.method, URL(request.target, encoded=True), headers=request.headers,
                data=request.body or None, allow_redirects=False,
            ) as answer:  # fmt: skip
                return Response(answer.status, _headers(answer), await _body(answer))
        except (aiohttp.ClientError, OSError, ValueError):
            raise Failed("not-reached") from None


def _headers(answer: aiohttp.ClientResponse) -> dict[str, str]:
    return combined(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.raw_headers
    )


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    if "content-encoding" in answer.headers:  # we ask for none, and a few bytes could be many
        raise Failed("malformed")
    body = bytearray()
    async for part in answer.content.iter_any():
        body += part
        if len(body) > LONGEST:
            raise Failed("too-large")
    return bytes(body)


@asynccontextmanager
async def open_line() -> AsyncIterator[HttpLine]:
    """A line to all partners, for as long as the block lasts."""
    connector = aiohttp.TCPConnector(ssl=authorities.trusted(), keepalive_timeout=KEEPS_SECONDS)
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"accept-encoding": "identity"},
        timeout=aiohttp.ClientTimeout(),  # whoever asks sets the time for the whole
        auto_decompress=False,
    ) as session:
        yield HttpLine(session)
