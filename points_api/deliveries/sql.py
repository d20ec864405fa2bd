"""Statements over sets and rows in bulk, on both databases, written once in PostgreSQL's words.

For SQLite the places are renumbered and casts and row locks, which it does not need, left out. Bulk
rows go by COPY as CSV that Polars writes, so that no row is touched in Python; SQLite takes them as
parameters.
"""

import re
from collections.abc import AsyncIterator
from typing import Any, Final

import polars as pl

from points_api.db.transaction import connection, dialect

_PLACE: Final = re.compile(r"\$(\d+)")
_CAST: Final = re.compile(r"::[a-z]+(\[\])?")
_LOCK: Final = re.compile(r"\bFOR UPDATE( OF \w+)?")
_ROWS_AT_ONCE: Final = 4096


async def execute(sql: str, *values: object) -> int:
    """Run a statement; return how many rows it wrote."""
    if dialect() == "sqlite":
        count, _ = await connection().execute_query(_adapted(sql), list(values))
        return count
    async with connection().acquire_connection() as held:
        status: str = await held.execute(sql, *values)  # "INSERT 0 12"; the ORM would read the 0
    count_at_end = status.rpartition(" ")[2]
    return int(count_at_end) if count_at_end.isdecimal() else 0


async def query(sql: str, *values: object) -> list[dict[str, Any]]:
    """Run a query. From SQLite ids, days and instants come as text."""
    text = _adapted(sql) if dialect() == "sqlite" else sql
    rows: list[dict[str, Any]] = await connection().execute_query_dict(text, list(values))
    return [dict(row) for row in rows]


async def copy_in(table: str, rows: pl.DataFrame) -> None:
    """Append rows to a table, in their order; the frame's columns are named as the table's."""
    if rows.is_empty():
        return
    if dialect() == "postgres":
        async with connection().acquire_connection() as held:
            await held.copy_to_table(
                table, source=_pieces(rows), columns=rows.columns, format="csv"
            )
        return
    names = ", ".join(f'"{name}"' for name in rows.columns)
    marks = ", ".join("?" * rows.width)
    values = rows.with_columns(pl.col(pl.Date).cast(pl.String)).rows()
    sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - names of our own
    await connection().execute_many(sql, [list(row) for row in values])


async def _pieces(rows: pl.DataFrame) -> AsyncIterator[bytes]:
    """The rows as CSV, some at a time: the whole text would be as large as they are."""
    for some in rows.iter_slices(_ROWS_AT_ONCE):
        yield some.write_csv(include_header=False).encode()


def _adapted(sql: str) -> str:
    sql = _LOCK.sub("", _CAST.sub("", sql))
    return _PLACE.sub(r"?\1", sql).replace("ON COMMIT DROP", "")
