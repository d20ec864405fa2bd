"""Several inserts and updates as one round trip.

For paths where a state change writes many tables at once: the record, the score, its history, the
audit entry and the outbox row.

    await write_all([
        Update(RecordRow, ("id",), [{"id": old, "known_to": now}], where="known_to IS NULL"),
        Insert(RecordRow, [{...}]),
        audit.entry("system", "record.correct", subject, {...}),
    ])

In PostgreSQL they are parts of one statement and carried out in their order. Each parameter is a
column of values, so the statement does not depend on the number of rows and stays prepared. All
parts see the database as it was before the statement: none can read, or change again, what another
wrote. In SQLite, where nothing travels, they are statements one after another.
"""

# ruff: noqa: S608 - names come from the models, values are parameters

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model
from tortoise.transactions import in_transaction

from points_api.db.transaction import connection

Row = Mapping[str, object]
PRIMARY_KEY = "primary key"
_SQLITE_PARAMETERS = 30_000  # in one statement


@dataclass(frozen=True, slots=True)
class Insert:
    """Rows to insert, all with the same columns; columns left out take the model's default.

    `unless` names the unique constraint, or `PRIMARY_KEY`, that a row may already meet. That row is
    left alone, but for the columns in `replace`, which are set, and those in `add`, which grow.
    """

    model: type[Model]
    rows: Sequence[Row]
    unless: str = ""
    replace: tuple[str, ...] = ()
    add: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Update:
    """Rows to change, all with the same columns: those in `by` find it, the others are set.

    `where` is a further condition in SQL, a constant, that the stored row must meet.
    """

    model: type[Model]
    by: tuple[str, ...]
    rows: Sequence[Row]
    where: str = ""


Write = Insert | Update


async def write_all(writes: Sequence[Write]) -> list[int]:
    """Carry the writes out in their order, all or none; return how many rows each has written.

    Inserts of one table that stand side by side become one part, so a list of audit entries
    costs no more than one with as many rows.
    """
    counts = [len(write.rows) for write in writes]
    parts: list[_Part] = []
    for at, write in enumerate(writes):
        part = _Part.of(at, write)
        if not part.rows:
            continue
        if parts and part.shape == parts[-1].shape and part.writes_every_row:
            parts[-1].rows.extend(part.rows)
        else:
            parts.append(part)
    for part, count in zip(parts, await _carry_out(parts), strict=True):
        if not part.writes_every_row:
            counts[part.at] = count
    return counts


async def _carry_out(parts: Sequence["_Part"]) -> list[int]:
    if not parts:
        return []
    if connection().capabilities.dialect == "postgres":
        statement = _one_statement(tuple(part.shape for part in parts))
        columns = [column for part in parts for column in zip(*part.rows, strict=True)]
        [written] = await connection().execute_query_dict(statement, columns)
        return list(written.values())
    async with in_transaction() as transaction:
        return [await _one_after_another(transaction, part) for part in parts]


class _Shape(NamedTuple):
    """What the text of a statement depends on."""

    model: type[Model]
    columns: tuple[str, ...]
    by: tuple[str, ...] | None  # None: an insert
    tail: str  # ON CONFLICT …, or a further condition


class _Part(NamedTuple):
    """A write with its values as the drivers take them, in the order of the columns."""

    at: int
    shape: _Shape
    rows: list[tuple[Any, ...]]

    @property
    def writes_every_row(self) -> bool:
        return self.shape.by is None and not self.shape.tail

    @classmethod
    def of(cls, at: int, write: Write) -> "_Part":
        model, rows = write.model, write.rows
        given = tuple(rows[0]) if rows else ()
        if any(row.keys() != rows[0].keys() for row in rows):
            raise ValueError(f"{model._meta.db_table}: all rows need the same columns")
        if unknown := set(given) - set(model._meta.db_fields):
            raise ValueError(f"{model._meta.db_table}: no such columns: {', '.join(unknown)}")
        if isinstance(write, Update):
            order = *(name for name in given if name not in write.by), *write.by
            shape = _Shape(model, order, write.by, f" AND {write.where}" if write.where else "")
        else:
            defaults = _defaults(model, given)
            rows = [{**_made(defaults), **row} for row in rows] if defaults else rows
            shape = _Shape(model, (*defaults, *given), None, _on_conflict(write))
        return cls(at, shape, [_values(shape, row) for row in rows])


def _values(shape: _Shape, row: Row) -> tuple[Any, ...]:
    fields = shape.model._meta.fields_map
    return tuple(
        fields[name].to_db_value(_zoned(name, row[name]), shape.model) for name in shape.columns
    )


def _defaults(model: type[Model], given: Sequence[str]) -> dict[str, object]:
    fields = model._meta.fields_map
    others = sorted(set(model._meta.db_fields) - set(given))
    return {name: fields[name].default for name in others if fields[name].default is not None}


def _made(defaults: Row) -> dict[str, object]:
    return {name: make() if callable(make) else make for name, make in defaults.items()}


def _zoned(name: str, value: object) -> object:
    if isinstance(value, datetime) and value.utcoffset() is None:
        raise ValueError(f"{name}: a naive datetime cannot be stored: add its zone")
    return value


def _on_conflict(write: Insert) -> str:
    if not write.unless:
        return ""
    meta = write.model._meta
    fields: tuple[str, ...] = (meta.db_pk_column,)
    condition = None
    if write.unless != PRIMARY_KEY:
        uniques = [c for c in meta.constraints if isinstance(c, UniqueConstraint)]
        unique = {c.name: c for c in uniques}[write.unless]
        fields, condition = unique.fields, unique.condition
    sets = [f'"{name}" = excluded."{name}"' for name in write.replace]
    sets += [f'"{name}" = "{meta.db_table}"."{name}" + excluded."{name}"' for name in write.add]
    return f" ON CONFLICT ({_quoted(fields)}){f' WHERE {condition}' if condition else ''} DO " + (
        f"UPDATE SET {', '.join(sets)}" if sets else "NOTHING"
    )


@lru_cache(maxsize=256)
def _one_statement(shapes: tuple[_Shape, ...]) -> str:
    parts, first = [], 1
    for at, shape in enumerate(shapes):
        # Asking for the part before makes PostgreSQL finish that first; else it may choose.
        after = f"(SELECT count(*) FROM w{at - 1}) >= 0" if at else "true"
        parts.append(f"w{at} AS ({_part(shape, first, after)} RETURNING 1)")
        first += len(shape.columns)
    counts = ", ".join(f"(SELECT count(*) FROM w{at}) AS w{at}" for at in range(len(shapes)))
    return f"WITH {', '.join(parts)} SELECT {counts}"


def _part(shape: _Shape, first: int, after: str) -> str:
    table, columns = shape.model._meta.db_table, shape.columns
    types = [_type(shape.model, name) for name in columns]
    given = ", ".join(f"${first + i}::{kind}[]" for i, kind in enumerate(types))
    if shape.by is None:
        rows = f"SELECT * FROM unnest({given}) WHERE {after}"
        return f'INSERT INTO "{table}" ({_quoted(columns)}) {rows}{shape.tail}'
    # The values get names of their own, so that in `where` a column means the stored one.
    new = {name: f"new.v{i}" for i, name in enumerate(columns)}
    sets = ", ".join(f'"{name}" = {new[name]}' for name in columns if name not in shape.by)
    found = " AND ".join(f'"{table}"."{name}" = {new[name]}' for name in shape.by)
    names = ", ".join(f"v{i}" for i in range(len(columns)))
    return (
        f'UPDATE "{table}" SET {sets} FROM unnest({given}) AS new({names}) '
        f"WHERE {found}{shape.tail} AND {after}"
    )


def _type(model: type[Model], column: str) -> str:
    """Return PostgreSQL's type without its length: a cast would cut what is too long."""
    kind = model._meta.fields_map[column].get_for_dialect("postgres", "SQL_TYPE")
    return re.sub(r"\(.*\)", "", kind)


async def _one_after_another(client: BaseDBAsyncClient, part: _Part) -> int:
    return sum([(await client.execute_query(*each))[0] for each in _statements(part)])


def _statements(part: _Part) -> Iterator[tuple[str, list[Any]]]:
    (model, columns, by, tail), rows = part.shape, part.rows
    table = model._meta.db_table
    if by is None:
        marks = f"({', '.join('?' * len(columns))})"
        most = _SQLITE_PARAMETERS // len(columns)
        for some in (rows[at : at + most] for at in range(0, len(rows), most)):
            values = ", ".join([marks] * len(some))
            sql = f'INSERT INTO "{table}" ({_quoted(columns)}) VALUES {values}{tail}'
            yield sql, [value for row in some for value in row]
        return
    sets = ", ".join(f'"{name}" = ?' for name in columns if name not in by)
    found = " AND ".join(f'"{name}" = ?' for name in by)
    for row in rows:
        yield f'UPDATE "{table}" SET {sets} WHERE {found}{tail}', list(row)


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
