"""The one statement that decides and writes verifications: many at once, committed with it.

A caller brings what was found out beforehand, from Redis as a rule, and the person's revision that
it was found out under. The statement looks at what may have changed since: whether the session
lives, the consent stands, the resident has still joined, and the revision is the same. Where it is
another one nothing is written, and the caller asks anew. A mark that is there already writes
nothing either. Every cause goes this way, so none of them is told apart by its time.
"""

# ruff: noqa: S608 - names are ours, values are parameters

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from points_api.db.transaction import connection, dialect

Mode = Literal["code", "wall", "server", "counter"]
Cause = Literal[
    "eligible", "below", "paused", "not_joined", "no_consent", "signed_out", "unknown", "closed"
]
NO_PERSON: Final = -1


@dataclass(frozen=True, slots=True)
class Ask:
    """One question. `cause` is the answer if nothing has changed since `revision`.

    Without `session_id` no sign-in is asked for; without `resident_id` nobody is known.
    """

    id: UUID
    mark: bytes | None
    scenario_id: str
    version: int
    merchant_id: UUID
    staff: str
    resident_id: UUID | None
    session_id: UUID | None
    consent_id: UUID | None
    mode: Mode
    cause: Cause
    revision: int
    now: datetime
    expires_at: datetime


_COLUMNS: Final = {
    "id": "uuid", "mark": "bytea", "scenario_id": "text", "version": "int", "merchant_id": "uuid",
    "staff": "text", "resident_id": "uuid", "session_id": "uuid", "consent_id": "uuid",
    "mode": "text", "cause": "text", "revision": "int", "now": "timestamptz",
    "expires_at": "timestamptz",
}  # fmt: skip
_NAMES: Final = ", ".join(_COLUMNS)
_ARRAYS: Final = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_COLUMNS.values(), 1))
_MARKS: Final = f"({', '.join('?' * len(_COLUMNS))})"
_WRITE: Final = """
INSERT INTO verification (id, mark, scenario_id, scenario_version, merchant_id, staff, resident_id,
                          mode, eligible, cause, created_at, expires_at)
SELECT b.id, b.mark, b.scenario_id, b.version, b.merchant_id, b.staff, b.resident_id,
       b.mode, b.found = 'eligible', b.found, b.now, b.expires_at
FROM (
    SELECT a.*, CASE
        WHEN a.cause IN ('closed', 'unknown') THEN a.cause
        WHEN a.session_id IS NOT NULL AND s.id IS NULL THEN 'signed_out'
        WHEN e.id IS NULL THEN 'not_joined'
        WHEN c.id IS NULL THEN 'no_consent'
        ELSE a.cause END AS found
    FROM a
    LEFT JOIN session s ON s.id = a.session_id AND s.revoked_at IS NULL AND s.expires_at > a.now
    LEFT JOIN consent c ON c.id = a.consent_id AND c.resident_id = a.resident_id
         AND c.purpose = 'scenario' AND c.recipient = a.scenario_id
         AND c.withdrawn_at IS NULL AND c.expires_at > a.now
    LEFT JOIN enrollment e ON e.resident_id = a.resident_id AND e.left_at IS NULL
    LEFT JOIN person p ON p.id = e.person_id
    WHERE coalesce(p.revision, -1) = a.revision
) AS b
WHERE true
ON CONFLICT (mark) DO NOTHING
RETURNING id, cause
"""
_POSTGRES: Final = f"WITH a({_NAMES}) AS (SELECT * FROM unnest({_ARRAYS})) {_WRITE}"


async def write(asks: Sequence[Ask]) -> dict[UUID, Cause]:
    """Write what can be written and return the cause of each; the others are not written.

    In one order, so that two processes that are sent the same codes do not wait for each other.
    """
    # By attribute, because `astuple` would copy each value.
    rows = [
        (
            a.id, a.mark, a.scenario_id, a.version, a.merchant_id, a.staff, a.resident_id,
            a.session_id, a.consent_id, a.mode, a.cause, a.revision, a.now, a.expires_at,
        )
        for a in sorted(asks, key=_order)
    ]  # fmt: skip
    if dialect() == "postgres":
        columns = [list(column) for column in zip(*rows, strict=True)]
        _, written = await connection().execute_query(_POSTGRES, columns)
    else:
        given = f"WITH a({_NAMES}) AS (VALUES {', '.join([_MARKS] * len(rows))})"
        values = [value for row in rows for value in row]
        _, written = await connection().execute_query(given + _WRITE, values)
    return {_uuid(row["id"]): row["cause"] for row in written}


async def used(marks: Sequence[bytes]) -> set[bytes]:
    """Which of these marks are written."""
    values: list[object] = [list(marks)]
    condition = "= ANY($1)"
    if dialect() == "sqlite":
        values, condition = [*marks], f"IN ({', '.join('?' * len(marks))})"
    sql = f"SELECT mark FROM verification WHERE mark {condition}"
    _, rows = await connection().execute_query(sql, values)
    return {bytes(row["mark"]) for row in rows}


def _order(ask: Ask) -> bytes:
    return ask.mark or ask.id.bytes


def _uuid(value: UUID | str) -> UUID:
    """As UUID whatever the driver gives; its own kind is not equal in every way."""
    return UUID(str(value)) if isinstance(value, str) else value
