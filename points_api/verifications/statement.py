"""The one statement that decides and writes verifications: many at once, committed with it.

A caller brings what was found out beforehand, from Redis as a rule, and the person's revision that
it was found out under. The statement looks at what may have changed since: whether the session
lives, the consent stands, the resident has still joined, and the revision is the same. Where it is
another one nothing is written, and the caller asks anew. A mark that is there already writes
nothing either. Every cause goes this way, so none of them is told apart by its time.
"""

# ruff: noqa: S608 - names are ours, values are parameters

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple
from uuid import UUID

from points_api.db.transaction import connection, dialect

Mode = Literal["code", "wall", "server", "counter"]
Cause = Literal[
    "eligible", "below", "paused", "not_joined", "no_consent", "signed_out", "unknown", "closed"
]
NO_PERSON: Final = -1


class Ask(NamedTuple):
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
# Each table is asked by scalar queries, which PostgreSQL always answers row by row from an index,
# whatever it believes of the sizes of tables. It would hash all of them where they look small.
_WRITE: Final = """
b AS MATERIALIZED (
    SELECT a.*, (
        SELECT p.revision FROM enrollment e JOIN person p ON p.id = e.person_id
        WHERE e.resident_id = a.resident_id AND e.left_at IS NULL) AS current
    FROM a
),
c AS MATERIALIZED (
    SELECT b.*, CASE
        WHEN b.cause IN ('closed', 'unknown') THEN b.cause
        WHEN b.session_id IS NOT NULL AND (
            SELECT 1 FROM session s
            WHERE s.id = b.session_id AND s.revoked_at IS NULL AND s.expires_at > b.now
        ) IS NULL THEN 'signed_out'
        WHEN b.current IS NULL THEN 'not_joined'
        WHEN (
            SELECT 1 FROM consent n
            WHERE n.id = b.consent_id AND n.resident_id = b.resident_id
              AND n.purpose = 'scenario' AND n.recipient = b.scenario_id
              AND n.withdrawn_at IS NULL AND n.expires_at > b.now
        ) IS NULL THEN 'no_consent'
        ELSE b.cause END AS found
    FROM b WHERE coalesce(b.current, -1) = b.revision
)
INSERT INTO verification (id, mark, scenario_id, scenario_version, merchant_id, staff, resident_id,
                          mode, eligible, cause, created_at, expires_at)
SELECT c.id, c.mark, c.scenario_id, c.version, c.merchant_id, c.staff, c.resident_id,
       c.mode, c.found = 'eligible', c.found, c.now, c.expires_at
FROM c WHERE true
ON CONFLICT (mark) DO NOTHING
RETURNING id, cause
"""
_POSTGRES: Final = f"WITH a({_NAMES}) AS (SELECT * FROM unnest({_ARRAYS})), {_WRITE}"


async def write(asks: Sequence[Ask]) -> dict[UUID, Cause]:
    """Write what can be written and return the cause of each; the others are not written.

    In one order, so that two processes that are sent the same codes do not wait for each other.
    """
    rows = sorted(asks, key=_order)
    if dialect() == "postgres":
        columns = [list(column) for column in zip(*rows, strict=True)]
        _, written = await connection().execute_query(_POSTGRES, columns)
    else:
        given = f"WITH a({_NAMES}) AS (VALUES {', '.join([_MARKS] * len(rows))}), "
        values = [str(value) if isinstance(value, UUID) else value for row in rows for value in row]
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
