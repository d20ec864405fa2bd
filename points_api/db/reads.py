"""Rows by SQL of our own, for the few paths where building model objects costs more than the query.

The text is PostgreSQL's; for SQLite the places are renumbered and row locks, which it neither has
nor needs, are left out. Values come back as the model's types on both.
"""

import re
from typing import Any

from tortoise.models import Model

from points_api.db.transaction import connection, dialect

_PLACE = re.compile(r"\$(\d+)")
_LOCK = re.compile(r"\bFOR UPDATE( OF \w+)?", re.IGNORECASE)


async def select(model: type[Model], sql: str, *values: object) -> list[dict[str, Any]]:
    """Run a query whose columns are named as columns of the model; others come as they are."""
    if dialect() == "postgres":
        rows: list[dict[str, Any]] = await connection().execute_query_dict(sql, list(values))
        text = [name for name in rows[0] if _is_json(model, name)] if rows else []
    else:
        adapted = _LOCK.sub("", _PLACE.sub(r"?\1", sql))
        rows = await connection().execute_query_dict(adapted, list(values))
        text = list(rows[0]) if rows else []
    fields = model._meta.fields_map
    for row in rows:
        for name in text:
            if name in fields and row[name] is not None:
                row[name] = fields[name].to_python_value(row[name])
    return [dict(row) for row in rows]


def _is_json(model: type[Model], name: str) -> bool:
    field = model._meta.fields_map.get(name)
    return type(field).__name__ == "JSONField"
