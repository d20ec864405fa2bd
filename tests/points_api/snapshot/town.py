"""A small city whose persons join, leave and have their records changed, as the program does it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from points_api import clock
from points_api.cache import Cache
from points_api.crypto.keyring import Keyring
from points_api.generate import person
from points_api.records.facts import fact
from points_api.records.models import RecordRow
from points_api.records.service import Incoming, accept, change_status
from points_api.residents import persons
from points_api.residents.models import Enrollment, Resident
from points_api.residents.real_name import LocalRealName
from points_api.residents.registry import Registry
from points_api.residents.service import Application, join, leave
from points_api.scores.service import Scores
from points_api.settings import load
from points_api.snapshot.layout import Part, Snapshot
from points_api.snapshot.roster import Agreed
from points_api.snapshot.service import Refreshed, rebuild, refresh
from scoring.records import Status
from tests.factories import UNIT, city, notices

PENALTY = Incoming(
    item="penalty.market", agency="market_regulation", unit=UNIT, document_no="",
    occurred_on=date(2026, 5, 4), ended_on=date(2026, 5, 4), content="a" * 32, level="ordinary",
)  # fmt: skip
HOURS = Incoming(
    item="volunteer.hours", agency="civil", unit=UNIT, document_no="",
    occurred_on=date(2026, 3, 2), ended_on=date(2026, 3, 2), content="a" * 32, quantity=200,
)  # fmt: skip


@dataclass
class Town:
    """People by their numbers in the made-up city, and what they and the agencies do."""

    registry: Registry
    time: clock.Fixed

    @property
    def scores(self) -> Scores:
        found = self.registry.scores
        assert isinstance(found, Scores)
        return found

    async def id_of(self, n: int) -> UUID:
        name, number = adult(n)
        found = await persons.find_or_add(self.registry.keyring, number, name, clock.now())
        return found.id

    async def join(self, n: int) -> UUID:
        """Join, if they have not, and return the person's id."""
        name, number = adult(n)
        openid = f"openid-{n}".encode().ljust(32)
        resident, _ = await Resident.get_or_create(
            openid_index=openid, defaults={"openid": b"sealed", "created_at": clock.now()}
        )
        notice = notices().current(clock.today())
        wanted = {purpose.id: purpose.id != "contact" for purpose in notice.purpose}
        form = Application(name, number, None, None, notice.version, wanted)
        await join(self.registry, resident.id, form, clock.now(), clock.today())
        self.later()
        return await self.id_of(n)

    async def leave(self, n: int) -> None:
        """Leave, if they have joined."""
        joined = await Enrollment.get_or_none(person_id=await self.id_of(n), left_at=None)
        if joined is not None:
            await leave(self.registry, joined.resident_id, clock.now())
        self.later()

    async def deliver(self, n: int, incoming: Incoming, document: int, **changes: Any) -> str:
        """Deliver a record, new or corrected."""
        number = f"黄测〔2026〕{document}号"
        record = replace(incoming, document_no=number, act_key=f"act {document // 2}", **changes)
        done = await accept(self.scores, await self.id_of(n), record, "agency:x")
        self.later()
        return done

    async def decide(self, n: int, key: str, status: Status) -> None:
        """Give a record another status."""
        await change_status(self.scores, await self.id_of(n), key, status, "officer:y")
        self.later()

    async def keys(self, n: int, *statuses: str) -> list[str]:
        """The keys of a person's current records of these statuses."""
        rows = RecordRow.filter(
            person_id=await self.id_of(n), known_to=None, status__in=statuses or ("active",)
        )
        return sorted(fact(row).key for row in await rows.values())

    def later(self) -> None:
        self.time.forward(timedelta(seconds=1))

    async def refresh(self, folder: Path, **options: Any) -> Refreshed:
        keyring = self.registry.keyring
        return await refresh(folder, keyring, city(), agreed(), **options)

    async def rebuild(self, folder: Path, **options: Any) -> Refreshed:
        keyring = self.registry.keyring
        return await rebuild(folder, keyring, city(), agreed(), **options)


@asynccontextmanager
async def town_of(time: clock.Fixed) -> AsyncIterator[Town]:
    """The town with nobody in it yet, in the database that is open."""
    cache = Cache.from_url("memory://")
    keyring = Keyring.from_settings(load())
    yield Town(Registry(keyring, LocalRealName(), notices(), Scores(city(), cache)), time)
    await cache.aclose()


def adult(n: int) -> tuple[str, str]:
    """Name and ID number of the n-th of age."""
    of_age = [made for made in (person(3, at) for at in range(40)) if int(made[1][6:10]) < 2005]
    return of_age[n]


def everybody(snapshot: Snapshot) -> dict[UUID, object]:
    """What is known of each person, told without the numbers that are the snapshot's own."""
    found: dict[UUID, object] = {}
    for part in snapshot.parts:
        people, columns, marks = snapshot.people(part), snapshot.columns(part), snapshot.marks(part)
        assert (len(people.number), len(columns.person)) == (part.people, part.records)
        for at, number in enumerate(people.number.tolist()):
            mine = columns.person == number
            words = snapshot.words
            found[id_at(snapshot, part, at)] = (
                [int(getattr(people, name)[at]) for name in ("revision", "division", "born")],
                [int(getattr(people, name)[at]) for name in ("value", "stale", "card")],
                [words.items[item] for item in columns.item[mine].tolist()],
                [words.levels[level] if level >= 0 else "" for level in columns.level[mine]],
                [column[mine].tolist() for column in columns[3:]],
                marks[mine].tobytes(),
            )
    assert len(found) == sum(part.people for part in snapshot.parts)
    return found


def agreed() -> Agreed:
    """What a consent has to be now."""
    return Agreed.as_of(notices(), clock.now())


def id_at(snapshot: Snapshot, part: Part, at: int) -> UUID:
    """The id of the person in this place of the part."""
    people = snapshot.people(part)
    return UUID(int=int(people.id_high[at]) << 64 | int(people.id_low[at]))


def numbers(snapshot: Snapshot) -> dict[UUID, int]:
    """Which number each person has."""
    return {
        id_at(snapshot, part, at): number
        for part in snapshot.parts
        for at, number in enumerate(snapshot.people(part).number.tolist())
    }
