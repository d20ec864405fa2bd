"""What the models promise is really in both databases, and really refuses."""

import importlib
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tortoise.context import require_context
from tortoise.exceptions import IntegrityError
from tortoise.indexes import Index
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.migrations.operations import AlterModelOptions
from tortoise.models import Model

from points_api import clock
from points_api.db import config, migrations
from points_api.db.transaction import connection, dialect
from points_api.records.models import RecordRow
from points_api.residents.models import Person
from tests.points_api.db import rows
from tests.points_api.db.violations import VIOLATIONS

Constraint = CheckConstraint | UniqueConstraint
DAY = timedelta(days=1)


def _models() -> list[type[Model]]:
    found: dict[str, type[Model]] = {}
    for feature in config.FEATURES:
        for value in vars(importlib.import_module(f"points_api.{feature}.models")).values():
            if isinstance(value, type) and issubclass(value, Model) and value is not Model:
                found[value._meta.db_table] = value
    return list(found.values())


CONSTRAINTS: dict[str, tuple[str, Constraint]] = {
    constraint.name or "?": (model._meta.db_table, constraint)
    for model in _models()
    for constraint in model._meta.constraints
}


async def test_every_constraint_and_index_of_the_models_stands_in_the_catalog(database):
    checks, uniques, indexes = await _read_back()
    assert checks == {
        name: table for name, (table, c) in CONSTRAINTS.items() if isinstance(c, CheckConstraint)
    }
    assert uniques == {
        name: (table, c.fields, c.condition)
        for name, (table, c) in CONSTRAINTS.items()
        if isinstance(c, UniqueConstraint)
    }
    assert indexes == {
        index.name: (model._meta.db_table, tuple(index.fields), getattr(index, "where", None))
        for model in _models()
        for index in model._meta.indexes
        if isinstance(index, Index)
    }


def test_every_constraint_has_a_case_that_breaks_it():
    assert VIOLATIONS.keys() == CONSTRAINTS.keys()


@pytest.mark.parametrize("name", VIOLATIONS)
async def test_a_row_that_breaks_a_constraint_is_refused_by_that_constraint(name, database):
    with pytest.raises(IntegrityError) as refusal:
        await VIOLATIONS[name]()
    table, constraint = CONSTRAINTS[name]
    error = refusal.value.args[0]
    if dialect() == "postgres":
        assert error.constraint_name == name
    elif isinstance(constraint, CheckConstraint):
        assert str(error) == f"CHECK constraint failed: {name}"
    else:
        columns = ", ".join(f"{table}.{column}" for column in constraint.fields)
        assert str(error) == f"UNIQUE constraint failed: {columns}"


async def test_what_is_conditional_leaves_other_rows_alone(database):
    owner, now = await rows.person(), clock.now()
    await rows.record(person=owner, known_to=now + DAY)
    await rows.record(person=owner, known_to=now + DAY)
    await rows.record(person=owner)
    account = await rows.resident()
    await rows.enrollment(resident=account, left_at=now + DAY)
    await rows.enrollment(resident=account)


async def test_a_row_cannot_hang_on_nothing_nor_be_deleted_under_another(database):
    record = await rows.record()
    with pytest.raises(IntegrityError):
        await RecordRow.filter(id=record.id).update(person_id=record.id)
    with pytest.raises(IntegrityError):
        await Person.filter(id=record.person_id).delete()


async def test_the_migrations_make_what_the_models_say(database):
    apps = require_context().apps
    assert apps is not None
    changes = await MigrationAutodetector(apps, config.config_of(database)["apps"]).changes()
    # Options such as a docstring change nothing in a database.
    left = [
        operation.describe()
        for writer in changes
        for operation in writer.operations
        if not isinstance(operation, AlterModelOptions)
    ]
    assert left == []


def test_migrations_need_no_library_that_is_not_ours():
    for path in Path(migrations.__file__).parent.glob("0*.py"):
        imported = re.findall(r"^(?:from|import) (\w+)", path.read_text(), re.MULTILINE)
        assert set(imported) <= {"tortoise", "points_api"}


async def _read_back():
    return await (_of_postgres() if dialect() == "postgres" else _of_sqlite())


async def _of_postgres():
    ask = connection().execute_query_dict
    checks = await ask(
        "SELECT conname, conrelid::regclass::text AS t FROM pg_constraint"
        " WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
    )
    found = await ask(
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
        " AND tablename <> 'tortoise_migrations' AND indexname NOT LIKE '%_pkey'"
    )
    defined = {row["indexname"]: (row["tablename"], row["indexdef"]) for row in found}
    return {row["conname"]: row["t"] for row in checks}, *_sorted_out(defined)


async def _of_sqlite():
    found = await connection().execute_query_dict(
        "SELECT name, tbl_name, type, sql FROM sqlite_master WHERE sql IS NOT NULL"
    )
    checks = {
        name: row["name"]
        for row in found
        if row["type"] == "table"
        for name in re.findall(r'CONSTRAINT "(\w+)" CHECK', row["sql"])
    }
    defined = {
        row["name"]: (row["tbl_name"], row["sql"]) for row in found if row["type"] == "index"
    }
    return checks, *_sorted_out(defined)


def _sorted_out(defined: dict[str, tuple[str, str]]):
    """Split `CREATE [UNIQUE] INDEX … ON … (columns) [WHERE condition]` into two dictionaries."""
    uniques: dict[str, Any] = {}
    indexes: dict[str, Any] = {}
    for name, (table, sql) in defined.items():
        match = re.search(r'\(([\w", ]+)\)(?: WHERE \(?(.*?)\)?)?$', sql)
        assert match is not None, sql
        columns = tuple(column.strip(' "') for column in match[1].split(","))
        (uniques if " UNIQUE " in sql else indexes)[name] = table, columns, match[2]
    return uniques, indexes
