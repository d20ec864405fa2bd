"""A person's records as facts: now, or as they were known at an earlier instant."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from tortoise.expressions import Q

from points_api import clock
from points_api.records.facts import FACT_COLUMNS, fact
from points_api.records.models import RecordRow
from scoring.records import Record


async def current_facts(person_ids: Iterable[UUID]) -> dict[UUID, list[Record]]:
    """The records of each person as we know them now; an empty list for who has none."""
    return await _facts(person_ids, Q(known_to=None))


async def facts_of(person_id: UUID) -> list[Record]:
    """The records of one person as we know them now."""
    return (await current_facts([person_id]))[person_id]


async def facts_known_at(person_id: UUID, at: datetime) -> list[Record]:
    """The records of a person as we knew them at an instant."""
    known = Q(known_from__lte=at) & (Q(known_to=None) | Q(known_to__gt=at))
    return (await _facts([person_id], known))[person_id]


def end_of(day: date) -> datetime:
    """The last instant of a legal day."""
    following = datetime.combine(day + timedelta(days=1), time.min, clock.LEGAL_ZONE)
    return following - timedelta(microseconds=1)


async def _facts(person_ids: Iterable[UUID], known: Q) -> dict[UUID, list[Record]]:
    facts: dict[UUID, list[Record]] = {person_id: [] for person_id in person_ids}
    rows = await RecordRow.filter(known, person_id__in=list(facts)).values(*FACT_COLUMNS)
    for row in rows:
        facts[row["person_id"]].append(fact(row))
    return facts
