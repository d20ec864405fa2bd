"""The SQL of `writes`: several inserts and updates as one statement, or one after another."""

# ruff: noqa: S608 - names come from the models, values are parameters

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from tortoise.models import Model

FEW = 2  # rows that are given to PostgreSQL value by value
_SQLITE_PARAMETERS = 30_000  # in one statement


class Shape(NamedTuple):
    """What the text of an insert or update depends on, besides the number of few rows."""

    model: type[Model]
    columns: tuple[str, ...]
    by: tuple[str, ...] | None  # None: an insert
    tail: str  # ON CONFLICT …, or a further condition
    counts: str = ""
    add: tuple[str, ...] = ()

    @property
    def writes_every_row(self) -> bool:
        return self.by is None and not self.tail


@lru_cache(maxsize=256)
def one_statement(
    shapes: tuple[tuple[Shape, int], ...],
    *,
    guarded: bool,
    condition: tuple[str, int] | None = None,
    ending: int = 0,
) -> str:
    """For PostgreSQL: each shape with its number of rows if they are few, else 0, as a part.

    The statement returns how many rows each has written that may have left some out. Guarded, none
    writes any if the first did not; nor with a condition, whose parameters come first, unless it
    holds. So many shapes at the end are carried out after all others.
    """
    parts: list[str] = []
    first, last_of = 1, dict[type[Model], int]()
    if condition is not None:
        parts.append(f"holds AS MATERIALIZED (SELECT 1 WHERE {condition[0]})")
        first += condition[1]
    for at, (shape, few) in enumerate(shapes):
        conditions = ["EXISTS (SELECT FROM w0)"] if guarded and at else []
        if condition is not None:
            conditions.append("EXISTS (SELECT FROM holds)")
        before = [last_of[shape.model]] if shape.model in last_of else []
        if at >= len(shapes) - ending:
            before = list(range(at))
        # Asking for a part makes PostgreSQL finish that first; else it may choose.
        conditions += [f"(SELECT count(*) FROM w{other}) >= 0" for other in before]
        after = " AND ".join(conditions) or "true"
        parts.append(f"w{at} AS ({_part(shape, few, first, after)} RETURNING 1)")
        first += len(shape.columns) * (few or 1)
        last_of[shape.model] = at
    asked = [f"w{at}" for at, (shape, _) in enumerate(shapes) if not shape.writes_every_row]
    asked = ["holds", *asked] if condition is not None else asked
    counts = ", ".join(f"(SELECT count(*) FROM {name}) AS {name}" for name in asked)
    return f"WITH {', '.join(parts)} SELECT {counts}"


def _part(shape: Shape, few: int, first: int, after: str) -> str:
    table, columns = shape.model._meta.db_table, shape.columns
    types = [_type(shape.model, name) for name in columns]
    # The values get names of their own, so that in `where` a column means the stored one.
    new = {name: f"new.v{i}" for i, name in enumerate(columns)}
    given = f"{_given(types, few, first)} AS new({', '.join(f'v{i}' for i in range(len(columns)))})"
    if shape.by is None:
        rows = f"SELECT * FROM {given} WHERE {after}"
        return f'INSERT INTO "{table}" ({quoted(columns)}) {rows}{shape.tail}'
    sets = ", ".join(_sets(shape, new))
    found = " AND ".join(f'"{table}"."{name}" = {new[name]}' for name in shape.by)
    return f'UPDATE "{table}" SET {sets} FROM {given} WHERE {found}{shape.tail} AND {after}'


def _given(types: Sequence[str], few: int, first: int) -> str:
    if not few:
        return f"unnest({', '.join(f'${first + i}::{kind}[]' for i, kind in enumerate(types))})"
    starts = range(first, first + few * len(types), len(types))
    rows = [", ".join(f"${at + i}::{kind}" for i, kind in enumerate(types)) for at in starts]
    return f"(VALUES ({'), ('.join(rows)}))"


def _sets(shape: Shape, values: Mapping[str, str]) -> list[str]:
    (model, columns, by, _, counts, add) = shape
    table = model._meta.db_table
    sets = [
        f'"{name}" = "{table}"."{name}" + {values[name]}' if name in add
        else f'"{name}" = {values[name]}'
        for name in columns if name not in (by or ())
    ]  # fmt: skip
    if counts:
        sets.append(f'"{counts}" = "{table}"."{counts}" + 1')
    return sets


def _type(model: type[Model], column: str) -> str:
    """Return PostgreSQL's type without its length: a cast would cut what is too long."""
    kind = model._meta.fields_map[column].get_for_dialect("postgres", "SQL_TYPE")
    return re.sub(r"\(.*\)", "", kind)


def one_by_one(shape: Shape, rows: list[tuple[Any, ...]]) -> Iterator[tuple[str, list[Any]]]:
    """For SQLite: statements with their values."""
    model, columns, by, tail = shape[:4]
    table = model._meta.db_table
    if by is None:
        marks = f"({', '.join('?' * len(columns))})"
        most = _SQLITE_PARAMETERS // len(columns)
        for some in (rows[at : at + most] for at in range(0, len(rows), most)):
            values = ", ".join([marks] * len(some))
            sql = f'INSERT INTO "{table}" ({quoted(columns)}) VALUES {values}{tail}'
            yield sql, [value for row in some for value in row]
        return
    sets = ", ".join(_sets(shape, dict.fromkeys(columns, "?")))
    found = " AND ".join(f'"{name}" = ?' for name in by)
    for row in rows:
        yield f'UPDATE "{table}" SET {sets} WHERE {found}{tail}', list(row)


def quoted(names: Sequence[str]) -> str:
    """Return names as SQL has them."""
    return ", ".join(f'"{name}"' for name in names)
