"""Several inserts and updates as one round trip.

For paths where a state change writes many tables at once: the record, the score, its history, the
audit entry and the outbox row.

    await write_all([
        Update(RecordRow, ("id",), [{"id": old, "known_to": now}], where="known_to IS NULL"),
        Insert(RecordRow, [{...}]),
        audit.entry("system", "record.correct", subject, {...}),
    ])

In PostgreSQL they are parts of one statement; those of one table are carried out in their order.
One or two rows are parameters value by value, which costs least. Of more rows each parameter is a
whole column, so that the statement does not depend on their number. So there are few texts, and
they stay prepared. Hundreds of rows that are only added go by COPY, in the same transaction. Who
has hundreds of rows gives them as `Columns`, which are looked at as a whole.

All parts of the statement see the database as it was before it: none can read, or
change again, what another wrote. In SQLite, where nothing travels, they are statements one after
another.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Any, NamedTuple

from asyncpg.exceptions import IntegrityConstraintViolationError
from tortoise.exceptions import IntegrityError
from tortoise.models import Model
from tortoise.transactions import in_transaction

from points_api.db.plans import PRIMARY_KEY, Plan, Row, plan_of_insert, plan_of_update
from points_api.db.statements import FEW, Shape, one_by_one, one_statement
from points_api.db.transaction import connection

__all__ = [
    "PRIMARY_KEY",
    "Columns",
    "Holds",
    "Insert",
    "Overtaken",
    "Row",
    "Update",
    "Write",
    "write_all",
]

_PLACE = re.compile(r"\$(\d+)")
MANY = 200  # rows of an insert that are worth a COPY of their own


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows given column by column: `each` has a value for every row, `same` one for all of them.

    A thousand rows so cost a few looks at whole columns instead of ten thousand at values.
    """

    each: Mapping[str, Sequence[object]]
    same: Row = field(default_factory=dict)

    def __len__(self) -> int:
        return len(next(iter(self.each.values())))


@dataclass(frozen=True, slots=True)
class Insert:
    """Rows to insert, all with the same columns; columns left out take the model's default.

    `unless` names the unique constraint, or `PRIMARY_KEY`, that a row may already meet. That row is
    left alone, but for the columns in `replace`, which are set, and those in `add`, which grow.
    """

    model: type[Model]
    rows: Sequence[Row] | Columns
    unless: str = ""
    replace: tuple[str, ...] = ()
    add: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Update:
    """Rows to change, all with the same columns: those in `by` find it, the others are set.

    `where` is a further condition in SQL, a constant, that the stored row must meet. The column
    `counts` names goes up by one; it may stand in `by` as well. Columns in `add` grow by the value.
    """

    model: type[Model]
    by: tuple[str, ...]
    rows: Sequence[Row] | Columns
    where: str = ""
    counts: str = ""
    add: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Holds:
    """A condition in SQL, a constant with places $1, $2 …, of which anything written depends."""

    condition: str
    values: tuple[object, ...]


Write = Insert | Update
Guard = Update | Holds


class Overtaken(Exception):
    """The row that guards the writes is no longer as it was read, and nothing was written."""


async def write_all(
    writes: Sequence[Write], guard: Guard | None = None, *, last: Sequence[Write] = ()
) -> list[int]:
    """Carry the writes out, all or none; return how many rows each has written.

    Inserts of one table that stand side by side become one part, so a list of audit entries
    costs no more than one with as many rows. With a guard nothing is written unless its row is
    found or its condition holds: it raises `Overtaken`. It is carried out first, so that from then
    on others wait. What is in `last` is carried out after all else, in order: rows for which many
    wait are so held shortest.
    """
    every = [*writes, *last]
    counts = [len(write.rows) for write in every]
    parts: list[_Part] = []
    ending = 0
    for at, write in enumerate(every):
        part = _Part.of(at, write)
        if not part.rows:
            continue
        if parts and part.shape == parts[-1].shape and part.shape.writes_every_row:
            parts[-1].rows.extend(part.rows)
        else:
            parts.append(part)
            ending += at >= len(writes)
    first = [_Part.of(0, guard)] if isinstance(guard, Update) else []
    written = await _carry_out(_Parts([*first, *parts], guard, ending))
    for part, count in zip(parts, written[len(first) :], strict=True):
        if not part.shape.writes_every_row:
            counts[part.at] = count
    return counts


class _Parts(NamedTuple):
    """Parts in their order, the guard's row among them; so many at the end wait for the others."""

    all: Sequence["_Part"]
    guard: Guard | None
    ending: int

    @property
    def holds(self) -> Holds | None:
        return self.guard if isinstance(self.guard, Holds) else None


async def _carry_out(parts: _Parts) -> list[int]:
    if not parts.all:
        return []
    if connection().capabilities.dialect == "postgres":
        many = [part for part in parts.all if part.is_copied] if parts.guard is None else []
        if not many:
            return await _at_once(parts)
        few = parts._replace(all=[part for part in parts.all if not part.is_copied])
        async with in_transaction():
            rest = iter(await _at_once(few))
            for part in many:
                await _copy(part)
        return [len(part.rows) if part.is_copied else next(rest) for part in parts.all]
    return await _in_turn(parts)


async def _in_turn(parts: _Parts) -> list[int]:
    async with in_transaction() as transaction:
        if (holds := parts.holds) is not None:
            condition = _PLACE.sub(r"?\1", holds.condition)
            if not await transaction.execute_query_dict(
                f"SELECT 1 WHERE {condition}",
                list(holds.values),
            ):
                raise Overtaken
        written = []
        for part in parts.all:
            statements = one_by_one(part.shape, part.rows)
            written.append(sum([(await transaction.execute_query(*s))[0] for s in statements]))
            if isinstance(parts.guard, Update) and not written[0]:
                raise Overtaken
        return written


async def _at_once(parts: _Parts) -> list[int]:
    if not parts.all:
        return []
    holds = parts.holds
    guarded = isinstance(parts.guard, Update)
    statement = one_statement(
        tuple((part.shape, part.few) for part in parts.all),
        guarded=guarded,
        condition=(holds.condition, len(holds.values)) if holds else None,
        ending=parts.ending,
    )
    values = [*(holds.values if holds else ())]
    values += [value for part in parts.all for value in part.parameters()]
    [counts] = await connection().execute_query_dict(statement, values)
    written = [counts.get(f"w{at}", len(part.rows)) for at, part in enumerate(parts.all)]
    if (guarded and not written[0]) or (holds and not counts["holds"]):
        raise Overtaken
    return written


async def _copy(part: "_Part") -> None:
    table, columns = part.shape.model._meta.db_table, part.shape.columns
    async with connection().acquire_connection() as held:
        try:
            await held.copy_records_to_table(table, records=part.rows, columns=columns)
        except IntegrityConstraintViolationError as error:
            raise IntegrityError(error) from error


class _Part(NamedTuple):
    """A write with its values as the drivers take them, in the order of the columns."""

    at: int
    shape: Shape
    rows: list[tuple[Any, ...]]

    @property
    def few(self) -> int:
        """How many rows, if they are given value by value; else 0."""
        return len(self.rows) if len(self.rows) <= FEW else 0

    @property
    def is_copied(self) -> bool:
        """True where the rows go by COPY: the driver looks at each value of an array for long."""
        return self.shape.writes_every_row and len(self.rows) >= MANY

    def parameters(self) -> Iterator[Any]:
        """Return the values for PostgreSQL: one after another, or column by column."""
        return chain.from_iterable(self.rows) if self.few else zip(*self.rows, strict=True)

    @classmethod
    def of(cls, at: int, write: Write) -> "_Part":
        rows = write.rows
        if isinstance(rows, Columns):
            plan = _plan(write, (*rows.each, *rows.same) if len(rows) else ())
            return cls(at, plan.shape, list(zip(*_whole(plan, rows), strict=True)))
        plan = _plan(write, tuple(rows[0]) if rows else ())
        if any(row.keys() != rows[0].keys() for row in rows):
            raise ValueError(f"{write.model._meta.db_table}: all rows need the same columns")
        if plan.defaults:
            rows = [{**plan.made(), **row} for row in rows]
        converters = [(column.name, column.convert) for column in plan.columns]
        return cls(at, plan.shape, [tuple([f(row[n]) for n, f in converters]) for row in rows])


def _plan(write: Write, given: tuple[str, ...]) -> Plan:
    if isinstance(write, Update):
        return plan_of_update(write.model, given, write.by, write.where, write.counts, write.add)
    return plan_of_insert(write.model, given, write.unless, write.replace, write.add)


def _whole(plan: Plan, rows: Columns) -> Iterator[Iterable[object]]:
    """Each column of the plan, as the drivers take it."""
    count = len(rows)
    for column in plan.columns:
        if column.name in rows.each:
            yield column.all_of(rows.each[column.name])
        elif column.name in rows.same:
            yield repeat(column.convert(rows.same[column.name]), count)
        else:
            yield column.all_of([plan.default(column.name) for _ in range(count)])
