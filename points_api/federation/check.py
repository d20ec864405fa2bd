"""Whether everybody is recognized everywhere: a visitor's journey for each ordered pair.

Between the cities of the ladder every city is home to every other; in the pilots the county in the
middle and each of the others are, both ways. What the host has written of the band is compared with
what was agreed on, and every byte that crossed is searched for the visitors.
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import permutations
from time import perf_counter
from typing import Any, Final

import httpx

from interop.agreements import Agreement, agreed_bands
from interop.divisions import covers
from points_api import clock
from points_api.federation import data
from points_api.federation.journey import Errand, Journey, Till, Visitor, travel
from points_api.federation.places import Place
from points_api.federation.running import made
from points_api.federation.wire import Tap, tells
from points_api.generate import person
from points_api.partners.profiles import VISITING

AT_ONCE: Final = 6
"""Journeys under way together; a partner waits three seconds for an answer, and no longer."""
_SECONDS: Final = 20.0
MEETS: Final = "meets"
"""What is told in place of a band where bands are not compared."""


class NobodyTravels(Exception):
    """Nobody of a city has joined; the message names it and the mend."""

    def __init__(self, place: Place) -> None:
        super().__init__(
            f"{place.city.id}: 没有人加入，无人可作访客，请加大 --people "
            "(nobody has joined who could travel: give more --people)"
        )


@dataclass(frozen=True, slots=True)
class Trip:
    """From one place to another, between the divisions that the agreement names."""

    home: Place
    host: Place
    origin: str
    destination: str
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Outcome:
    """A trip and what came of it; `mapped` is the band as the host has written it."""

    trip: Trip
    scenario: str
    band: str
    mapped: str | None
    journey: Journey

    @property
    def expected(self) -> str | None:
        """The band at the host that was agreed on for the one at home."""
        trip = self.trip
        reached = agreed_bands(trip.agreement, trip.home.city, trip.host.city)[self.band]
        return MEETS if reached and trip.agreement.by_scenario else reached

    @property
    def failure(self) -> tuple[str, str] | None:
        """What was asked and what was answered, where it did not end well."""
        if not self.journey.complete:
            return self.journey.asked or "", self.journey.answered or ""
        if self.mapped != self.expected:
            return "等级 (the mapped band)", f"{self.mapped}, 约定 (agreed on): {self.expected}"
        return None


@dataclass(frozen=True, slots=True)
class Verdict:
    """All outcomes, how many bytes crossed between cities, and what in them tells of a person."""

    outcomes: Sequence[Outcome]
    crossed: int
    leaks: Sequence[str]
    seconds: float

    @property
    def failures(self) -> list[Outcome]:
        return [one for one in self.outcomes if one.failure]

    @property
    def holds(self) -> bool:
        return bool(self.outcomes and self.crossed and not self.failures and not self.leaks)


async def check(
    places: Sequence[Place], taps: Sequence[Tap], progress: Callable[[int, int], None]
) -> Verdict:
    """Make every journey; all places are up, and a tap stands in front of each.

    Raises `NobodyTravels`.
    """
    began, planned = perf_counter(), list(trips(places))
    logins = {one.city.id: _login(one) for one in places}
    gate, done = asyncio.Semaphore(AT_ONCE), 0
    progress(0, len(planned))
    async with httpx.AsyncClient(timeout=_SECONDS) as http:
        served = {one.city.id: await _served(http, one) for one in places}

        async def made_one(trip: Trip) -> tuple[Errand, Journey]:
            nonlocal done
            async with gate:
                errand = _errand(trip, logins[trip.home.city.id]["code"], served[trip.host.city.id])
                journey = await travel(http, errand)
            progress(done := done + 1, len(planned))
            return errand, journey

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(made_one(trip)) for trip in planned]
    bands = {one.city.id: _written(one) for one in places}
    outcomes = [
        _outcome(trip, logins[trip.home.city.id]["band"], *task.result(), bands[trip.host.city.id])
        for trip, task in zip(planned, tasks, strict=True)
    ]
    crossed = [bytes(one) for tap in taps for one in tap.crossed]
    names = [_name(one, logins[one.city.id]["code"]) for one in places]
    leaks = list(tells(crossed, names))
    return Verdict(outcomes, sum(map(len, crossed)), leaks, perf_counter() - began)


def trips(places: Sequence[Place]) -> Iterator[Trip]:
    """Every ordered pair of those that recognize each other's residents."""
    known = data.cities()
    for home, host in permutations(places, 2):
        for agreement in known.agreements.values():
            for origin, destination in permutations(agreement.parties, 2):
                ends = known.city_of(origin.division), known.city_of(destination.division)
                if ends == (home.city, host.city) and agreement.joins(origin, destination):
                    yield Trip(home, host, origin.division, destination.division, agreement)


def _errand(trip: Trip, login: str, served: Sequence[Mapping[str, Any]]) -> Errand:
    """Of a resident of home, to the first of the scenarios that the agreement names."""
    merchant, today = made(trip.host)["merchant"], clock.today()
    divisions = data.cities().divisions
    scenario = next(
        one["id"]
        for one in served
        if covers(trip.destination, one["division"]["code"])
        and trip.agreement.recognition(
            trip.origin, one["division"]["code"], (one["id"], one["category"]["id"]), VISITING,
            today, divisions,
        )
    )  # fmt: skip
    jwk = json.loads((trip.host.folder / "demo" / "merchant" / "private.jwk.json").read_text())
    audience = f"{trip.host.city.id}-credit-points"
    till = Till(trip.host.address, audience, merchant["client_id"], jwk)
    visitor = Visitor(trip.home.address, login)
    return Errand(visitor, till, trip.destination, scenario)


async def _served(http: httpx.AsyncClient, place: Place) -> list[dict[str, Any]]:
    """The scenarios of the host's merchant, as anybody reads them."""
    found = []
    for name in made(place)["merchant"]["scenarios"]:
        answer = await http.get(f"{place.address}/v1/scenarios/{name}")
        found.append(answer.raise_for_status().json())
    return found


def _outcome(
    trip: Trip, band: str, errand: Errand, journey: Journey, written: Mapping[str, str | None]
) -> Outcome:
    number, mapped = journey.verification_id, None
    if number is not None and number in written:
        mapped = written[number] or MEETS
    return Outcome(trip, errand.scenario, band, mapped, journey)


def _written(place: Place) -> dict[str, str | None]:
    """The mapped band of each visit that a host has recognized, from its own database."""
    with closing(sqlite3.connect(f"file:{place.folder / 'points.db'}?mode=ro", uri=True)) as file:
        rows = file.execute("SELECT verification_id, mapped_band FROM visit WHERE subject NOT NULL")
        return dict(rows.fetchall())


def _name(place: Place, login: str) -> str:
    """The name of who travels."""
    return person(place.seed, int(login.partition(":")[2]) - 1, place.city.division)[0]


def _login(place: Place) -> dict[str, Any]:
    """Whoever of the demo has joined, in the highest band that anybody is in."""
    found: dict[str, Any] | None = next((one for one in made(place)["logins"] if one["band"]), None)
    if found is None:
        raise NobodyTravels(place)
    return found
