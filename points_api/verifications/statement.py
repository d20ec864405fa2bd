"""The one statement that decides and writes verifications: many at once, committed with it.

A caller brings what was found out beforehand, from Redis as a rule, and the person's revision that
it was found out under. The statement looks at what may have changed since: whether the session
lives, the consent stands, the resident has still joined, and the revision is the same. Where it is
another one nothing is written, and the caller asks anew. A mark that is there already writes
nothing either. Every cause goes this way, so none of them is told apart by its time.
"""

# ruff: noqa: S608 - names are ours, values are parameters

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple, cast
from uuid import UUID

from points_api.db.transaction import connection, dialect

Mode = Literal["code", "wall", "server", "counter"]
Cause = Literal[
    "eligible", "below", "paused", "not_joined", "no_consent", "signed_out", "unknown", "closed"
]
NO_PERSON: Final = -1
GOOD_FOR: Final = timedelta(minutes=10)
"""How long a merchant may rely on a yes before redeeming."""


class Ask(NamedTuple):
    """One question. Without `session_id` no sign-in is asked for.

    Without `resident_id` nobody is known.
    """

    mark: bytes | None
    scenario_id: str
    version: int
    merchant_id: UUID
    staff: str
    resident_id: UUID | None
    session_id: UUID | None
    consent_id: UUID | None
    mode: Mode


class Expected(NamedTuple):
    """The answer if nothing has changed since `revision`."""

    cause: Cause
    revision: int


Row = tuple[Any, ...]
"""The number that the answer will have, and the fields of the question and of what is expected."""

_COLUMNS: Final = {
    "id": "uuid", "mark": "bytea", "scenario_id": "text", "version": "int", "merchant_id": "uuid",
    "staff": "text", "resident_id": "uuid", "session_id": "uuid", "consent_id": "uuid",
    "mode": "text", "cause": "text", "revision": "int",
}  # fmt: skip
_TIMES: Final = ("now", "expires_at")  # the same in all rows
_NAMES: Final = ", ".join(_COLUMNS)
_ALL_NAMES: Final = ", ".join([*_COLUMNS, *_TIMES])
# A column goes as one text, which PostgreSQL takes apart: of an array its driver asks each value
# thrice whether it is an array itself, for a twentieth of the time of the process.
_BETWEEN: Final = "\n"
_ARRAYS: Final = ", ".join(
    f"string_to_array(${n}, E'\\n', '')::{kind}[]" for n, kind in enumerate(_COLUMNS.values(), 1)
)
_AT: Final = ", ".join(
    f"${n}::timestamptz AS {name}" for n, name in enumerate(_TIMES, len(_COLUMNS) + 1)
)
_MARKS: Final = f"({', '.join('?' * (len(_COLUMNS) + len(_TIMES)))})"
# Each table is asked by scalar queries, which PostgreSQL always answers row by row from an index,
# whatever it believes of the sizes of tables. It would hash all of them where they look small.
# All three are asked for everybody, of a person that does not exist where nobody has joined, so
# that no cause is told by a look that was not needed.
_WRITE: Final = """
b AS MATERIALIZED (
    SELECT a.*, (
        SELECT p.revision FROM person p WHERE p.id = coalesce((
            SELECT e.person_id FROM enrollment e
            WHERE e.resident_id = a.resident_id AND e.left_at IS NULL), a.id)) AS current,
    a.session_id IS NOT NULL AND (
        SELECT 1 FROM session s
        WHERE s.id = a.session_id AND s.revoked_at IS NULL AND s.expires_at > a.now
    ) IS NULL AS signed_out,
    (
        SELECT 1 FROM consent n
        WHERE n.id = a.consent_id AND n.resident_id = a.resident_id
          AND n.purpose = 'scenario' AND n.recipient = a.scenario_id
          AND n.withdrawn_at IS NULL AND n.expires_at > a.now
    ) IS NULL AS no_consent
    FROM a
),
c AS MATERIALIZED (
    SELECT b.*, CASE
        WHEN b.cause IN ('closed', 'unknown') THEN b.cause
        WHEN b.signed_out THEN 'signed_out'
        WHEN b.current IS NULL THEN 'not_joined'
        WHEN b.no_consent THEN 'no_consent'
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
_POSTGRES: Final = f"WITH a AS (SELECT u.*, {_AT} FROM unnest({_ARRAYS}) AS u({_NAMES})), {_WRITE}"


async def write(rows: Sequence[Row], now: datetime) -> dict[UUID, Cause]:
    """Write what can be written and return the cause of each; the others are not written.

    In one order, so that two processes that are sent the same codes do not wait for each other.
    """
    times = (now, now + GOOD_FOR)
    ordered = sorted(rows, key=_mark)
    if dialect() == "postgres":
        columns = [
            _joined(kind, column)
            for kind, column in zip(_COLUMNS.values(), zip(*ordered, strict=True), strict=True)
        ]
        _, written = await connection().execute_query(_POSTGRES, [*columns, *times])
        return dict(cast(Iterable[tuple[UUID, Cause]], written))
    given = f"WITH a({_ALL_NAMES}) AS (VALUES {', '.join([_MARKS] * len(ordered))}), "
    values = [
        str(value) if isinstance(value, UUID) else value
        for row in ordered
        for value in (*row, *times)
    ]
    _, written = await connection().execute_query(given + _WRITE, values)
    return {UUID(row["id"]): row["cause"] for row in written}


async def used(marks: Sequence[bytes]) -> set[bytes]:
    """Which of these marks are written."""
    values: list[object] = [list(marks)]
    condition = "= ANY($1)"
    if dialect() == "sqlite":
        values, condition = [*marks], f"IN ({', '.join('?' * len(marks))})"
    sql = f"SELECT mark FROM verification WHERE mark {condition}"
    _, rows = await connection().execute_query(sql, values)
    return {bytes(row["mark"]) for row in rows}


def _joined(kind: str, column: Sequence[Any]) -> str:
    """The values of a column as one text, with nothing for None."""
    if kind == "bytea":
        values = ["" if value is None else f"\\x{value.hex()}" for value in column]
    else:
        values = ["" if value is None else str(value) for value in column]
    joined = _BETWEEN.join(values)
    if joined.count(_BETWEEN) != len(column) - 1:  # or one would get another's answer
        raise ValueError("a value of a verification holds what stands between values")
    return joined


def _mark(row: Row) -> bytes:
    return row[1] or b""
