"""Who travels: residents of each city who have joined and agreed that others may be told."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from loadtests.federation.cities import City

_AT_ONCE: Final = 8


@dataclass(slots=True)
class Visitor:
    """A resident of `home`; `score` in thousandths of a point of home's scale."""

    home: City
    token: str = field(repr=False)
    score: int

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


async def prepare(
    cities: list[City], people: int, each: int, http: httpx.AsyncClient
) -> dict[str, list[Visitor]]:
    """Sign in up to `each` joined residents of each city; each agrees to all other cities."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(city: City) -> list[Visitor]:
        async with gate:
            found: list[Visitor] = []
            for n in range(1, people + 1):
                if len(found) < each and (visitor := await _signed_in(city, n, http)) is not None:
                    found.append(visitor)
                    await _agree(visitor, [host for host in cities if host is not city], http)
            return found

    made = await asyncio.gather(*(one(city) for city in cities))
    return {city.id: found for city, found in zip(cities, made, strict=True)}


async def _signed_in(city: City, n: int, http: httpx.AsyncClient) -> Visitor | None:
    body = {"code": f"demo:{n}"}
    signed = await http.post(f"{city.address}/v1/auth/wechat", json=body)
    token = signed.raise_for_status().json()["access_token"]
    score = await http.get(
        f"{city.address}/v1/me/score", headers={"Authorization": f"Bearer {token}"}
    )
    if score.status_code != 200:  # has not joined, as one in five
        return None
    return Visitor(city, token, thousandths(score.json()["score"]))


async def _agree(visitor: Visitor, hosts: list[City], http: httpx.AsyncClient) -> None:
    for host in hosts:
        answer = await http.post(
            f"{visitor.home.address}/v1/me/consents", json={"city": host.division},
            headers=visitor.headers,
        )  # fmt: skip
        answer.raise_for_status()


def thousandths(points: str) -> int:
    """Of a decimal text.

    >>> thousandths("140.3")
    140300
    """
    whole, _, fraction = points.partition(".")
    return int(whole) * 1000 + int(fraction.ljust(3, "0")[:3])


async def pages(
    http: httpx.AsyncClient, url: str, headers: dict[str, str], **query: str
) -> list[dict[str, Any]]:
    """All entries of a list."""
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        more = {"cursor": cursor} if cursor else {}
        answer = await http.get(url, headers=headers, params={"limit": "100", **query, **more})
        page = answer.raise_for_status().json()
        found += page["items"]
        cursor = page["next"]
    return found
