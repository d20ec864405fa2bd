"""Rows by SQL of our own, for the few paths where building model objects costs more than the query.

The text is PostgreSQL's; for SQLite the places are renumbered and row locks, which it neither has
nor needs, are left out. Values come back as the models' types on both.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from tortoise.fields import Field, JSONField
from tortoise.models import Model

from points_api.db.transaction import connection, dialect

_PLACE = re.compile(r"\$(\d+)")
_LOCK = re.compile(r"\bFOR (UPDATE|SHARE)( OF \w+)?( SKIP LOCKED)?", re.IGNORECASE)


async def select(
    models: type[Model] | tuple[type[Model], ...], sql: str, *values: object
) -> list[Mapping[str, Any]]:
    """Run a query whose columns are named as columns of the models; others come as they are."""
    models = models if isinstance(models, tuple) else (models,)
    fields = _fields(models)
    if dialect() == "postgres":
        _, rows = await connection().execute_query(sql, list(values))
        foreign = _json_fields(models)
    else:
        _, rows = await connection().execute_query(_for_sqlite(sql), list(values))
        foreign = fields
    text = foreign.keys() & rows[0].keys() if rows else ()
    return [_typed(row, text, fields) for row in rows] if text else list(rows)


async def exists(model: type[Model], condition: str, *values: object) -> bool:
    """Whether the model's table has a row of which the condition, as SQL, holds.

    For what is asked all day long: the ORM takes ten times as long for the text as SQLite for the
    answer.
    """
    sql = f'SELECT 1 AS one FROM "{model._meta.db_table}" WHERE {condition} LIMIT 1'  # noqa: S608 - names and conditions are the program's own, values are parameters
    return bool(await select(model, sql, *values))


def among(ids: Collection[UUID | str], first: int = 1) -> tuple[str, list[object]]:
    """The condition that something is one of these, and its values, to stand from place `first` on.

    In PostgreSQL its text does not depend on their number, so the statement stays prepared.
    """
    if dialect() == "postgres":
        return f"= ANY(${first}::uuid[])", [list(ids)]
    places = ", ".join(f"${first + n}" for n in range(len(ids)))
    return f"IN ({places})", [str(id_) for id_ in ids]


def _typed(
    row: Mapping[str, Any], text: Iterable[str], fields: Mapping[str, "Field[Any]"]
) -> Mapping[str, Any]:
    """The row as it came, unless something in it came as text."""
    python = {n: fields[n].to_python_value(row[n]) for n in text if row[n] is not None}
    return {**row, **python} if python else row


@lru_cache(maxsize=256)
def _for_sqlite(sql: str) -> str:
    return _LOCK.sub("", _PLACE.sub(r"?\1", sql))


@lru_cache
def _fields(models: tuple[type[Model], ...]) -> dict[str, "Field[Any]"]:
    return {name: field for model in models for name, field in model._meta.fields_map.items()}


@lru_cache
def _json_fields(models: tuple[type[Model], ...]) -> dict[str, "Field[Any]"]:
    return {name: f for name, f in _fields(models).items() if isinstance(f, JSONField)}
