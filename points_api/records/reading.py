"""A person's records as facts: now, or as they were known at an earlier instant."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from points_api import clock
from points_api.db.reads import select
from points_api.records.facts import FACT_COLUMNS, fact
from points_api.records.models import RecordRow
from scoring.records import Record

_COLUMNS = ", ".join(FACT_COLUMNS)
_CURRENT = f"SELECT {_COLUMNS} FROM record WHERE person_id = $1 AND known_to IS NULL"  # noqa: S608
_KNOWN_AT = (
    f"SELECT {_COLUMNS} FROM record "  # noqa: S608 - column names of our own
    "WHERE person_id = $1 AND known_from <= $2 AND (known_to IS NULL OR known_to > $2)"
)


async def facts_of(person_id: UUID) -> list[Record]:
    """The records of one person as we know them now."""
    return [fact(row) for row in await select(RecordRow, _CURRENT, person_id)]


async def facts_known_at(person_id: UUID, at: datetime) -> list[Record]:
    """The records of a person as we knew them at an instant."""
    return [fact(row) for row in await select(RecordRow, _KNOWN_AT, person_id, at)]


async def current_facts(person_ids: Iterable[UUID]) -> dict[UUID, list[Record]]:
    """The records of each person as we know them now; an empty list for who has none."""
    facts: dict[UUID, list[Record]] = {person_id: [] for person_id in person_ids}
    rows = await RecordRow.filter(person_id__in=list(facts), known_to=None).values(*FACT_COLUMNS)
    for row in rows:
        facts[row["person_id"]].append(fact(row))
    return facts


def end_of(day: date) -> datetime:
    """The last instant of a legal day."""
    following = datetime.combine(day + timedelta(days=1), time.min, clock.LEGAL_ZONE)
    return following - timedelta(microseconds=1)
