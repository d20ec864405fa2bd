"""From staged rows to records, by sets: what is new goes in, and only the rest is told apart.

By the rules of one record at a time (`records`), for a whole file at once:

- a row without a current record of its person, item, deciding organ and document becomes one;
- a row equal to the current record is a duplicate and changes nothing;
- a row that differs is a correction: the current version is closed and the next one inserted,
  which keeps the mark of an open objection;
- a repaired or withdrawn record stays: an equal row is told so, one that differs is refused;
- a row that withdraws or repairs closes the version and inserts the same matter in its new status;
- of several rows of one document in the file the first counts.

Who changes a person's records holds that person's row. Members are held first and in order, as
everybody does; whom new rows are about is held by their foreign key until the commit.
"""

# ruff: noqa: S608 - statements are put together from constants

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import polars as pl

from points_api.db.transaction import dialect
from points_api.deliveries.sql import copy_in, execute, query
from points_api.deliveries.verdicts import NOTICES
from points_api.residents.membership import Member

MOST_NOTICES: Final = 100
_COLUMNS: Final = {
    "row_no": "integer", "id": "uuid", "person_id": "uuid", "name_mark": "bigint", "level": "text",
    "quantity": "bigint", "act_key": "text", "occurred_on": "date", "ended_on": "date",
    "valid_until": "date", "document_no": "text", "unit": "text", "status": "text",
    "decided_on": "date", "content": "text",
}  # fmt: skip
_MET_COLUMNS: Final = """row_no integer, id uuid, person_id uuid, wanted text, current_id uuid,
    current_status text, outcome text, other integer"""
_MATTER: Final = """person_id, item, level, quantity, act_key, occurred_on, ended_on, valid_until,
    document_no, unit, agency, delivery_id, row_no, content, decided_on"""
_STAGED: Final = """s.person_id, $1::text, s.level, s.quantity, s.act_key, s.occurred_on,
    s.ended_on, s.valid_until, s.document_no, s.unit, $2::text, $3::uuid, s.row_no, s.content,
    s.decided_on"""
_PRESENT: Final = "known_to IS NULL"
# Tables that grow within the transaction have no statistics, and a look-up by scanning them would
# cost more with every block.
_STAGING: Final = {"enable_seqscan": "off"}
_MERGING: Final = {"enable_seqscan": "on", "work_mem": "64MB"}
_INSERT: Final = f"INSERT INTO record (id, {_MATTER}, status, known_from)"

_HOLD: Final = "SELECT id FROM person WHERE id IN ({whom}) ORDER BY id FOR UPDATE"
# Counts the change of whom it holds, for those who read without holding (`db.guarded`).
_COUNT_CHANGE: Final = f"UPDATE person SET revision = revision + 1 WHERE id IN ({_HOLD})"
_MEMBERS: Final = """SELECT person_id FROM enrollment
    WHERE left_at IS NULL AND person_id IN (SELECT person_id FROM staged)"""
_CHANGING: Final = "SELECT person_id FROM met WHERE outcome = 'next'"

# In the order of persons, because neighbors in the indexes are then inserted one after another.
_TAKE_NEW: Final = f"""
{_INSERT} SELECT s.id, {_STAGED}, s.status, $4::timestamptz FROM staged s
WHERE s.status = 'active' ORDER BY s.person_id, s.row_no
ON CONFLICT (person_id, item, unit, document_no) WHERE {_PRESENT} DO NOTHING"""

# Rows of the file that met a current record which they are not themselves.
_MEET: Final = f"""
INSERT INTO met SELECT row_no, id, person_id, wanted, current_id, current_status,
CASE WHEN first_row IS NOT NULL AND same THEN 'repeats_row'
     WHEN first_row IS NOT NULL THEN 'contradicts_row'
     WHEN current_status NOT IN ('active', 'disputed') AND same THEN current_status || '_stays'
     WHEN current_status NOT IN ('active', 'disputed') THEN current_status || '_closed'
     WHEN same THEN ''
     WHEN leader = row_no THEN 'next'
     WHEN leader_content = content THEN 'repeats_row'
     ELSE 'contradicts_row' END,
CASE WHEN first_row IS NOT NULL THEN first_row WHEN leader <> row_no AND NOT same THEN leader END
FROM (SELECT s.row_no, s.id, s.person_id, s.status AS wanted, s.content, r.id AS current_id,
    r.status AS current_status, r.content = s.content AS same,
    CASE WHEN r.delivery_id = $2::uuid AND r.row_no < s.row_no THEN r.row_no END AS first_row,
    first_value(s.row_no) OVER turn AS leader, first_value(s.content) OVER turn AS leader_content
  FROM staged s JOIN record r ON r.person_id = s.person_id AND r.item = $1::text
    AND r.unit = s.unit AND r.document_no = s.document_no AND r.{_PRESENT} AND r.id <> s.id
  WHERE s.status = 'active'
  WINDOW turn AS (PARTITION BY s.person_id, s.unit, s.document_no ORDER BY s.row_no)) AS judged"""
_CORRECT: Final = f"""
{_INSERT} SELECT s.id, {_STAGED}, m.current_status, $4::timestamptz
FROM met m JOIN staged s ON s.row_no = m.row_no WHERE m.outcome = 'next'"""

# Rows that withdraw or repair, and the record that they mean. $2: may it be unknown?
_MEET_CHANGES: Final = f"""
INSERT INTO met SELECT row_no, id, person_id, wanted, current_id, current_status,
CASE WHEN leader <> row_no AND leader_wanted = wanted THEN 'repeats_row'
     WHEN leader <> row_no THEN 'contradicts_row'
     WHEN current_id IS NULL AND $2::boolean THEN 'new'
     WHEN current_id IS NULL THEN 'record_unknown'
     WHEN current_status = wanted THEN ''
     WHEN current_status NOT IN ('active', 'disputed') THEN current_status || '_stays'
     ELSE 'next' END,
CASE WHEN leader <> row_no THEN leader END
FROM (SELECT s.row_no, s.id, s.person_id, s.status AS wanted, r.id AS current_id,
    r.status AS current_status, first_value(s.row_no) OVER turn AS leader,
    first_value(s.status) OVER turn AS leader_wanted
  FROM staged s LEFT JOIN record r ON r.person_id = s.person_id AND r.item = $1::text
    AND r.unit = s.unit AND r.document_no = s.document_no AND r.{_PRESENT}
  WHERE s.status <> 'active'
  WINDOW turn AS (PARTITION BY s.person_id, s.unit, s.document_no ORDER BY s.row_no)) AS judged"""
_TAKE_WITHDRAWN: Final = f"""
{_INSERT} SELECT s.id, {_STAGED}, s.status, $4::timestamptz
FROM met m JOIN staged s ON s.row_no = m.row_no WHERE m.outcome = 'new'"""
_CHANGE: Final = f"""
{_INSERT} SELECT m.id, {", ".join("r." + name.strip() for name in _MATTER.split(","))}, m.wanted,
    $1::timestamptz
FROM met m JOIN record r ON r.id = m.current_id WHERE m.outcome = 'next'"""

_CLOSE: Final = f"""
UPDATE record SET known_to = $1::timestamptz
WHERE {_PRESENT} AND id IN (SELECT current_id FROM met WHERE outcome = 'next')"""
_QUIET: Final = ", ".join(f"'{code}'" for code in sorted(NOTICES))
_SAY: Final = f"""
INSERT INTO delivery_error (id, delivery_id, row_no, "column", code)
SELECT id, $1::uuid, row_no, '',
    outcome || CASE WHEN other IS NULL THEN '' ELSE ':' || other::text END
FROM met WHERE outcome NOT IN ('', 'next', 'new', {_QUIET})"""
_NOTICE: Final = f"""
SELECT row_no, outcome, other FROM met WHERE outcome IN ({_QUIET}) ORDER BY row_no LIMIT $1"""
_COUNT: Final = "SELECT outcome, count(*) AS rows FROM met GROUP BY outcome"
_TWO_NAMES: Final = """
SELECT coalesce(sum(n), 0) AS rows FROM (SELECT count(*) AS n FROM staged GROUP BY person_id
    HAVING min(name_mark) <> max(name_mark)) AS twice"""
_RESCORED: Final = """
SELECT DISTINCT e.resident_id, e.id, e.person_id FROM enrollment e
JOIN staged s ON s.person_id = e.person_id JOIN record r ON r.id = s.id
WHERE e.left_at IS NULL ORDER BY e.person_id"""

_RESCORED_PERSONS: Final = """SELECT e.person_id FROM enrollment e
    JOIN staged s ON s.person_id = e.person_id JOIN record r ON r.id = s.id
    WHERE e.left_at IS NULL"""

_JOINED: Final = """person_id IN (SELECT e.person_id FROM enrollment e
    JOIN staged s ON s.person_id = e.person_id WHERE e.left_at IS NULL)"""
_LEARN_END: Final = f"""
UPDATE record SET known_to = $1::timestamptz
WHERE known_to = $2::timestamptz AND item = $3::text AND {_JOINED}"""
_LEARN_BEGIN: Final = f"""
UPDATE record SET known_from = $1::timestamptz
WHERE known_from = $2::timestamptz AND item = $3::text AND {_PRESENT} AND {_JOINED}"""


@dataclass(frozen=True, slots=True)
class Origin:
    """What the rows of one delivery have in common. `now` is when we come to know them."""

    item: str
    agency: str
    delivery_id: UUID
    now: datetime
    may_be_unknown: bool
    """A withdrawal of what was never delivered is kept, so that it cannot be delivered later."""


@dataclass(slots=True)
class Merged:
    """How many rows became what; `codes` counts what is said about rows.

    `notices` has the first rows that are in order and yet noteworthy.
    """

    accepted: int = 0
    duplicates: int = 0
    corrected: int = 0
    rejected: int = 0
    codes: dict[str, int] = field(default_factory=dict)
    notices: list[dict[str, Any]] = field(default_factory=list)


async def begin() -> None:
    """Make the staging table in the open transaction."""
    await end()
    await _plan(_STAGING)
    columns = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
    await execute(f"CREATE TEMPORARY TABLE staged ({columns}) ON COMMIT DROP")
    await execute(f"CREATE TEMPORARY TABLE met ({_MET_COLUMNS}) ON COMMIT DROP")


async def stage(rows: pl.DataFrame) -> None:
    """Append rows in the order of the file; one column per column of the table."""
    await copy_in("staged", rows.select(*_COLUMNS))


async def merge(origin: Origin, staged: int) -> Merged:
    """Turn the staged rows into records. Members among the persons are held from here on."""
    merged = Merged()
    await _plan(_MERGING)
    if dialect() == "postgres":
        await execute("ANALYZE staged")
    await query(_HOLD.format(whom=_MEMBERS))
    common = (origin.item, origin.agency, origin.delivery_id)
    merged.accepted = await execute(_TAKE_NEW, *common, origin.now)
    if merged.accepted == staged:
        return merged
    await _judge(_MEET, origin.item, origin.delivery_id)
    await execute(_CLOSE, origin.now)
    await execute(_CORRECT, *common, origin.now)
    await _tell(merged, origin)
    await _judge(_MEET_CHANGES, origin.item, origin.may_be_unknown)
    await execute(_CLOSE, origin.now)
    await execute(_CHANGE, origin.now)
    await execute(_TAKE_WITHDRAWN, *common, origin.now)
    await _tell(merged, origin)
    return merged


async def rows_with_two_names() -> int:
    """How many staged rows have an ID number that stands in the file under two names."""
    [found] = await query(_TWO_NAMES)
    return int(found["rows"])


async def members_to_rescore() -> list[Member]:
    """The members of whom a record is new or changed; all are held from here on."""
    await execute(_COUNT_CHANGE.format(whom=_RESCORED_PERSONS))
    return [
        Member(*(UUID(str(row[name])) for name in ("resident_id", "id", "person_id")))
        for row in await query(_RESCORED)
    ]


async def learn(origin: Origin, at: datetime) -> None:
    """Say of members' records that we came to know them only now, when all members are held.

    Scores stored while the file was coming in did not see these records, so they must not seem
    known at that time: a past score is recomputed from what was known then.
    """
    await execute(_LEARN_END, at, origin.now, origin.item)
    await execute(_LEARN_BEGIN, at, origin.now, origin.item)


async def end() -> None:
    """Drop the tables; in PostgreSQL the end of the transaction does it too."""
    for table in ("staged", "met"):
        await execute(f"DROP TABLE IF EXISTS {table}")


async def _plan(choices: Mapping[str, str]) -> None:
    """Tell PostgreSQL, until the end of the transaction, what it cannot know."""
    if dialect() == "postgres":
        for name, value in choices.items():
            await query("SELECT set_config($1, $2, true)", name, value)


async def _judge(sql: str, *values: Any) -> None:
    """Tell the rows apart; again under the lock of the persons whose records are to change."""
    await execute("DELETE FROM met")
    await execute(sql, *values)
    if await execute(_COUNT_CHANGE.format(whom=_CHANGING)) and dialect() == "postgres":
        await execute("DELETE FROM met")
        await execute(sql, *values)


async def _tell(merged: Merged, origin: Origin) -> None:
    """Count what became of the rows, and write down what there is to say."""
    for row in await query(_COUNT):
        outcome, rows = row["outcome"], row["rows"]
        if outcome in ("next", "new"):
            merged.corrected += rows if outcome == "next" else 0
            merged.accepted += rows if outcome == "new" else 0
            continue
        if outcome == "" or outcome in NOTICES:
            merged.duplicates += rows
        else:
            merged.rejected += rows
        if outcome:
            merged.codes[outcome] = merged.codes.get(outcome, 0) + rows
    await execute(_SAY, origin.delivery_id)
    for row in await query(_NOTICE, MOST_NOTICES - len(merged.notices)):
        code = row["outcome"] if row["other"] is None else f"{row['outcome']}:{row['other']}"
        merged.notices.append({"row": row["row_no"], "code": code})
