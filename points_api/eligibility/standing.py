"""A resident as scenarios see one today: the facts, or why there are none.

Facts rest on the consent to be scored. Somebody who has not joined, whose consent has lapsed or who
has paused has none; to a merchant these are the same as too low a score.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, NamedTuple
from uuid import UUID

from points_api import clock
from points_api.consents import service as consents
from points_api.consents.notice import Notices
from points_api.crypto.keyring import Keyring
from points_api.identifiers.id_number import age_on
from points_api.records.reading import facts_of
from points_api.residents.models import Enrollment, Person
from points_api.residents.persons import ID_NUMBER
from points_api.scores.service import Scores
from scenarios.facts import Facts
from scoring.records import Record
from scoring.scorecard import Scorecard
from scoring.validity import in_force

Why = Literal["joined", "paused", "not_joined"]

Overdue = Callable[[UUID], Awaitable[frozenset[str]]]

# The ID number keeps the code of its first registration.
_TODAY: Final = {"420221": "420281"}  # 大冶县 to 大冶市, 1994


@dataclass(frozen=True, slots=True)
class Ground:
    """Whose records facts were read from, and all of these."""

    person_id: UUID
    records: Sequence[Record] = field(repr=False)


class Standing(NamedTuple):
    """`revision` is that of the person when this was read: another one means it is out of date.

    `until` is when the consent to be scored ends, and this with it. `ground` is there where it was
    read from the database just now, for who explains it.
    """

    why: Why
    facts: Facts | None = None
    revision: int | None = None
    until: datetime | None = None
    ground: Ground | None = None


@dataclass(frozen=True, slots=True)
class Standings:
    """Reads standings; what it needs besides the database.

    `overdue` tells in which scenarios something is overdue. Conduct rests on redemptions, those on
    verifications, and these on standings, so it is handed in.
    """

    scores: Scores
    keyring: Keyring
    notices: Notices
    overdue: Overdue

    async def of(self, resident_id: UUID, now: datetime) -> Standing:
        """The resident's standing at an instant, from the database."""
        enrollment = await Enrollment.get_or_none(resident_id=resident_id, left_at=None)
        if enrollment is None:
            return Standing("not_joined")
        # The revision first: what changes while the rest is read makes this out of date.
        person = await Person.get(id=enrollment.person_id)
        agreed, until = await self._agreed(resident_id, now)
        if enrollment.paused_at is not None or not agreed:
            return Standing("paused", revision=person.revision)
        ground = Ground(person.id, await facts_of(person.id))
        facts = await self._facts(resident_id, person, ground.records, now)
        return Standing("joined", facts, person.revision, until, ground)

    async def _agreed(self, resident_id: UUID, now: datetime) -> tuple[bool, datetime | None]:
        notice = self.notices.current(clock.day_of(now))
        standing, until = await consents.standing(resident_id, notice, now)
        return standing == "given", until

    async def _facts(
        self, resident_id: UUID, person: Person, records: Sequence[Record], now: datetime
    ) -> Facts:
        day = clock.day_of(now)
        stored = await self.scores.current(resident_id)
        card = self.scores.city.scorecard_named(stored.scorecard)
        id_number = self.keyring.decrypt_text(person.id_number, ID_NUMBER)
        return Facts(
            score=stored.value,
            age=age_on(id_number, day),
            division=_TODAY.get(id_number[:6], id_number[:6]),
            dimensions=stored.dimensions,
            items=frozenset(one.item for one in _counting(records, card, now)),
            overdue=await self.overdue(resident_id),
        )


def _counting(records: Sequence[Record], card: Scorecard, now: datetime) -> list[Record]:
    day = clock.day_of(now)
    return [record for record in records if in_force(record, card, day)]
