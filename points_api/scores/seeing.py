"""A person as a change finds them: member, score and current records of one instant.

One statement, because all of it has to be of one snapshot: what is written in answer stands or
falls with the person's `revision`, which was read with it.
"""

# ruff: noqa: S608 - column names of our own

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from uuid import UUID

from points_api.db.reads import among, select
from points_api.db.writes import Update
from points_api.problem import NotFound
from points_api.records.models import RecordRow
from points_api.records.rescoring import Seen
from points_api.residents.membership import Member
from points_api.residents.models import Person
from points_api.scores.document import StoredScore
from points_api.scores.models import ScoreRow

# As `StoredScore` has them.
SCORE_COLUMNS = (
    "value", "base", "dimensions", "scorecard", "as_of", "stale_on", "next_change_on",
    "records_digest", "version",
)  # fmt: skip
_in_order = itemgetter(*SCORE_COLUMNS)
_RECORD_COLUMNS = (
    "id", "item", "level", "quantity", "act_key", "occurred_on", "ended_on",
    "valid_until", "status", "document_no", "unit", "agency", "delivery_id", "row_no", "content",
    "decided_on",
)  # fmt: skip
_MANY = 1000  # persons of one statement
_PERSON = ("revision", "joined_id", "joined_resident_id", *SCORE_COLUMNS)


def _columns(names: Sequence[str], table: str = "") -> str:
    """Columns of a table, or as many empty ones."""
    return ", ".join(f"{table}.{name}" if table else f"NULL AS {name}" for name in names)


# The first row is the person, the others are the records: a join would repeat the score with each.
_SEE = f"""
SELECT p.revision, e.id AS joined_id, e.resident_id AS joined_resident_id,
       {_columns(SCORE_COLUMNS, "s")}, {_columns(_RECORD_COLUMNS)}
FROM person p
LEFT JOIN enrollment e ON e.person_id = p.id AND e.left_at IS NULL
LEFT JOIN score s ON s.resident_id = e.resident_id
WHERE p.id = $1
UNION ALL
SELECT {_columns(_PERSON)}, {_columns(_RECORD_COLUMNS, "r")}
FROM record r WHERE r.person_id = $1 AND r.known_to IS NULL
"""
_HOLD_MEMBERS = f"""
SELECT p.id AS joined_person_id, p.revision, e.id AS joined_id,
       e.resident_id AS joined_resident_id, {_columns(SCORE_COLUMNS, "s")}
FROM person p
JOIN enrollment e ON e.person_id = p.id AND e.left_at IS NULL
LEFT JOIN score s ON s.resident_id = e.resident_id
WHERE p.id {{}}
ORDER BY p.id
FOR UPDATE OF p
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """The member, if the person has joined, and their stored score, if there is one."""

    member: Member | None
    stored: StoredScore | None


async def see(person_id: UUID) -> Seen:
    """Read a person. Raises `NotFound`."""
    rows = await select((ScoreRow, RecordRow), _SEE, person_id)
    person = next((row for row in rows if row["revision"] is not None), None)
    if person is None:
        raise NotFound
    key = {"id": person_id, "revision": person["revision"]}
    guard = Update(Person, tuple(key), [key], counts="revision")
    records = [row for row in rows if row["revision"] is None]
    return Seen(guard, records, _standing(person_id, person))


async def hold_members(person_ids: Sequence[UUID]) -> dict[UUID, tuple[int, Standing]]:
    """Keep others from changing these persons; revision, member and score of who has joined.

    Who had to wait may get member and score from before the wait, but the revision of after it. So
    these are good for whoever asks for a certain revision only.
    """
    seen: dict[UUID, tuple[int, Standing]] = {}
    for start in range(0, len(person_ids), _MANY):
        some = person_ids[start : start + _MANY]
        these, values = among(some)
        for row in await select((ScoreRow,), _HOLD_MEMBERS.format(these), *values):
            person_id = _uuid(row["joined_person_id"])
            seen[person_id] = row["revision"], _standing(person_id, row)
    return seen


def _standing(person_id: UUID, row: Mapping[str, Any]) -> Standing:
    if row["joined_id"] is None:
        return Standing(None, None)
    member = Member(_uuid(row["joined_resident_id"]), _uuid(row["joined_id"]), person_id)
    return Standing(member, stored(row) if row["version"] is not None else None)


def stored(row: Mapping[str, Any]) -> StoredScore:
    """A row of the table, or one with its columns, as the value that all else works with."""
    return StoredScore(*_in_order(row))


def _uuid(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))
