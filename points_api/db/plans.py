"""How rows are written: the shape of the statement, and each value as the drivers take it."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple

from tortoise.fields import CharField, DatetimeField, JSONField, UUIDField
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from points_api.db.statements import Shape, quoted

Row = Mapping[str, object]
Convert = Callable[[Any], Any]
PRIMARY_KEY: Final = "primary key"
_json = json.JSONEncoder(separators=(",", ":")).encode


class Plan(NamedTuple):
    """What is the same for all writes of these columns."""

    shape: Shape
    defaults: Row
    converters: list[tuple[str, Convert]]


@lru_cache(maxsize=256)
def update(
    model: type[Model],
    given: tuple[str, ...],
    by: tuple[str, ...],
    where: str,
    counts: str,
    add: tuple[str, ...],
) -> Plan:
    _refuse_unknown(model, given)
    order = (*(name for name in given if name not in by), *by)
    shape = Shape(model, order, by, f" AND {where}" if where else "", counts, add)
    return Plan(shape, {}, _converters(shape))


@lru_cache(maxsize=256)
def insert(
    model: type[Model],
    given: tuple[str, ...],
    unless: str,
    replace: tuple[str, ...],
    add: tuple[str, ...],
) -> Plan:
    _refuse_unknown(model, given)
    fields = model._meta.fields_map
    others = sorted(set(model._meta.db_fields) - set(given))
    defaults = {name: fields[name].default for name in others if fields[name].default is not None}
    shape = Shape(model, (*defaults, *given), None, _on_conflict(model, unless, replace, add))
    return Plan(shape, defaults, _converters(shape))


def _refuse_unknown(model: type[Model], given: tuple[str, ...]) -> None:
    if unknown := set(given) - set(model._meta.db_fields):
        raise ValueError(f"{model._meta.db_table}: no such columns: {', '.join(unknown)}")


def made(defaults: Row) -> dict[str, object]:
    return {name: make() if callable(make) else make for name, make in defaults.items()}


def _converters(shape: Shape) -> list[tuple[str, Convert]]:
    return [(name, _converter(shape.model, name)) for name in shape.columns]


def _converter(model: type[Model], name: str) -> Convert:
    field = model._meta.fields_map[name]
    if isinstance(field, UUIDField):
        return _as_it_is  # the ORM would write it out, for the driver to read it back
    if isinstance(field, DatetimeField):
        return partial(_zoned, name)
    by_orm: Convert = lambda value: field.to_db_value(value, model)  # noqa: E731
    # What the ORM would neither change nor refuse is not given to it: it takes its time.
    if isinstance(field, JSONField):
        return lambda value: _json(value) if type(value) is dict else by_orm(value)
    kind, most = field.field_type, getattr(field, "max_length", None)
    if isinstance(field, CharField) and most is not None:
        return lambda v: v if type(v) is str and len(v) <= most else by_orm(v)
    if not field.validators:
        return lambda value: value if type(value) is kind else by_orm(value)
    return by_orm


def _as_it_is(value: object) -> object:
    return value


def _zoned(name: str, value: object) -> object:
    if isinstance(value, datetime) and value.utcoffset() is None:
        raise ValueError(f"{name}: a naive datetime cannot be stored: add its zone")
    return value


def _on_conflict(
    model: type[Model], unless: str, replace: tuple[str, ...], add: tuple[str, ...]
) -> str:
    if not unless:
        return ""
    meta = model._meta
    fields: tuple[str, ...] = (meta.db_pk_column,)
    condition = None
    if unless != PRIMARY_KEY:
        uniques = [c for c in meta.constraints if isinstance(c, UniqueConstraint)]
        unique = {c.name: c for c in uniques}[unless]
        fields, condition = unique.fields, unique.condition
    sets = [f'"{name}" = excluded."{name}"' for name in replace]
    sets += [f'"{name}" = "{meta.db_table}"."{name}" + excluded."{name}"' for name in add]
    return f" ON CONFLICT ({quoted(fields)}){f' WHERE {condition}' if condition else ''} DO " + (
        f"UPDATE SET {', '.join(sets)}" if sets else "NOTHING"
    )
