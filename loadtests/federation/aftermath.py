"""Afterwards: is everything there that was accepted, and has every notice arrived?"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import httpx

from loadtests.federation.cities import City
from loadtests.federation.people import Visitor, pages
from loadtests.federation.visits import Redeeming, Tally, Traffic, till

# A notice that was claimed by a killed process is due again after two minutes, and may then meet
# another city's rest.
PATIENCE_SECONDS: Final = 240.0
_LOOK_SECONDS: Final = 3.0
_UNUSABLE: Final = "/problems/verification-unusable"


@dataclass(slots=True)
class Leavers:
    """Residents who take their consent back while a city is down, with a yes still open."""

    people: list[Visitor]
    open: list[Redeeming] = field(default_factory=list)

    async def prepare(self, traffic: Traffic, hosts: list[City]) -> None:
        """Let each have a yes that is not redeemed, at each of the hosts."""
        for visitor in self.people:
            for host in hosts:
                if host is not visitor.home and traffic.is_open(visitor, host):
                    said = await traffic.verified(visitor, host)
                    one = traffic.redeeming(visitor, host, said["verification_id"])
                    self.open.append(one)

    async def leave(self, http: httpx.AsyncClient, homes: list[City]) -> None:
        """Take back what was agreed, at these homes."""
        for visitor in self.people:
            if visitor.home in homes:
                url = f"{visitor.home.address}/v1/me/consents?purpose=city"
                (await http.delete(url, headers=visitor.headers)).raise_for_status()


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What is missing; all zero is what is asked for."""

    unanswered_redemptions: int
    lost_verifications: int
    lost_redemptions: int
    missing_uses: int
    missing_revocations: int
    seconds: float


async def look(traffic: Traffic, leavers: Leavers, since: str, every: list[Visitor]) -> Aftermath:
    """Send again what was not answered, wait for the notices, and count what is not there."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    http, tally = traffic.http, traffic.tally
    for _ in range(5):
        unanswered, tally.open = tally.open, []
        for one in unanswered:
            await traffic.redeem(one)
        if not tally.open:
            break
        await asyncio.sleep(1)
    until = begun + PATIENCE_SECONDS
    uses = await _settled(lambda: _missing_uses(tally, every, http), until)
    chased = await _settled(lambda: _chased(traffic.cities, http), until)
    revocations = chased or await _still_good(leavers, http)
    lost = [await _lost(city, tally, since, http) for city in traffic.cities]
    return Aftermath(
        unanswered_redemptions=len(tally.open),
        lost_verifications=sum(verifications for verifications, _ in lost),
        lost_redemptions=sum(redemptions for _, redemptions in lost),
        missing_uses=uses,
        missing_revocations=revocations,
        seconds=loop.time() - begun,
    )


async def _settled(count: Callable[[], Awaitable[int]], until: float) -> int:
    """Count again and again until nothing is left or it has taken too long; what is left."""
    while True:
        left = await count()
        if not left or asyncio.get_running_loop().time() > until:
            return left
        await asyncio.sleep(_LOOK_SECONDS)


async def _lost(city: City, tally: Tally, since: str, http: httpx.AsyncClient) -> tuple[int, int]:
    url = f"{city.address}/v1/merchant"
    seen = await pages(http, f"{url}/verifications", till(city), since=since)
    kept = {one["verification_id"] for one in seen}
    made = await pages(http, f"{url}/redemptions", till(city), state="confirmed")
    redeemed = {one["redemption_id"] for one in made}
    return (
        len(tally.verified.get(city.id, set()) - kept),
        len(tally.redeemed.get(city.id, set()) - redeemed),
    )


async def _missing_uses(tally: Tally, every: list[Visitor], http: httpx.AsyncClient) -> int:
    """Uses that home's residents do not see in their log; more than were made count, too."""
    missing = 0
    for visitor in every:
        expected = {host: times for (who, host), times in tally.uses.items() if who == id(visitor)}
        if expected:
            log = await pages(http, f"{visitor.home.address}/v1/me/access-log", visitor.headers)
            seen = Counter(one["purpose"] for one in log if one["what"] == "visit_use")
            missing += abs(sum(seen.values()) - sum(expected.values()))
    return missing


async def _chased(cities: list[City], http: httpx.AsyncClient) -> int:
    """How many notices no host has signed a receipt for."""
    open_ = 0
    for city in cities:
        headers = {"Authorization": f"Bearer {city.office}"}
        answer = await http.get(f"{city.address}/v1/officer/recalls", headers=headers)
        open_ += len(answer.raise_for_status().json()["items"])
    return open_


async def _still_good(leavers: Leavers, http: httpx.AsyncClient) -> int:
    """Of those who left: how many open yeses may still be redeemed."""
    good = 0
    for one in leavers.open:
        answer = await http.post(
            f"{one.host.address}/v1/merchant/redemptions",
            headers=till(one.host) | {"Idempotency-Key": one.key}, json=one.order,
        )  # fmt: skip
        good += answer.status_code != 409 or answer.json()["type"] != _UNUSABLE
    return good
