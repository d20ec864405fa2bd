"""How the values of an insert or update get into the columns of a table: for `writes`.

What the ORM would neither change nor refuse is not given to it, because it takes its time.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple

from tortoise.fields import CharField, DatetimeField, JSONField, UUIDField
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from points_api.db.statements import Shape, quoted

Row = Mapping[str, object]
Convert = Callable[[Any], Any]
PRIMARY_KEY = "primary key"
_json = json.JSONEncoder(separators=(",", ":")).encode


class JsonText(str):
    """JSON that is already written out, for a column that holds JSON."""

    __slots__ = ()


class Column(NamedTuple):
    """How values become what the driver takes: those of `kind`, no longer than `most`, are it."""

    name: str
    convert: Convert
    kind: type | None = None
    most: int | None = None

    def all_of(self, values: Sequence[Any]) -> Iterable[Any]:
        """The values of many rows; in nearly all cases none needs a look of its own."""
        if set(map(type, values)) == {self.kind} and (
            self.most is None or max(map(len, values)) <= self.most
        ):
            return values
        return map(self.convert, values)


class Plan(NamedTuple):
    """What is the same for all writes of these columns."""

    shape: Shape
    defaults: Row
    columns: list[Column]

    def made(self) -> dict[str, object]:
        """The values of columns that were not given, for one row."""
        return {name: self.default(name) for name in self.defaults}

    def default(self, name: str) -> object:
        """The value of a column that was not given, for one row."""
        make = self.defaults[name]
        return make() if callable(make) else make


@lru_cache(maxsize=256)
def plan_of_update(
    model: type[Model],
    given: tuple[str, ...],
    by: tuple[str, ...],
    where: str,
    counts: str,
    add: tuple[str, ...],
) -> Plan:
    """Raises ValueError where a column is unknown."""
    _refuse_unknown(model, given)
    order = (*(name for name in given if name not in by), *by)
    shape = Shape(model, order, by, f" AND {where}" if where else "", counts, add)
    return Plan(shape, {}, _columns(shape))


@lru_cache(maxsize=256)
def plan_of_insert(
    model: type[Model],
    given: tuple[str, ...],
    unless: str,
    replace: tuple[str, ...],
    add: tuple[str, ...],
) -> Plan:
    """Raises ValueError where a column is unknown."""
    _refuse_unknown(model, given)
    fields = model._meta.fields_map
    others = sorted(set(model._meta.db_fields) - set(given))
    defaults = {name: fields[name].default for name in others if fields[name].default is not None}
    shape = Shape(model, (*defaults, *given), None, _on_conflict(model, unless, replace, add))
    return Plan(shape, defaults, _columns(shape))


def _refuse_unknown(model: type[Model], given: tuple[str, ...]) -> None:
    if unknown := set(given) - set(model._meta.db_fields):
        raise ValueError(f"{model._meta.db_table}: no such columns: {', '.join(unknown)}")


def _columns(shape: Shape) -> list[Column]:
    return [_column(shape.model, name) for name in shape.columns]


def _column(model: type[Model], name: str) -> Column:
    field = model._meta.fields_map[name]
    if isinstance(field, UUIDField):
        return Column(name, _as_it_is)  # the ORM would write it out, for the driver to read it back
    if isinstance(field, DatetimeField):
        return Column(name, partial(_zoned, name))

    def by_orm(value: Any) -> object:
        return field.to_db_value(value, model)

    if isinstance(field, JSONField):
        return Column(name, partial(_written_out, by_orm), JsonText)
    kind, most = field.field_type, getattr(field, "max_length", None)
    if isinstance(field, CharField) and most is not None:

        def short(value: Any) -> object:
            return value if type(value) is str and len(value) <= most else by_orm(value)

        return Column(name, short, str, most)
    if not field.validators:
        return Column(name, lambda v: v if type(v) is kind else by_orm(v), kind)
    return Column(name, by_orm)


def _as_it_is(value: object) -> object:
    return value


def _written_out(by_orm: Convert, value: object) -> object:
    if type(value) is JsonText:
        return value
    return _json(value) if type(value) is dict else by_orm(value)


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
