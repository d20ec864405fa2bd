"""Migrating: twice, by two at once, from another process, on both databases."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tortoise import fields
from tortoise.migrations import operations

from points_api.db import config, migrations
from points_api.db.migrate import _Executor, migrate, unapplied
from points_api.db.transaction import connection, dialect
from points_api.residents.models import Resident
from tests.points_api.db import rows

NAMES = sorted(path.stem for path in Path(migrations.__file__).parent.glob("0*.py"))
MIGRATE = """
import asyncio, sys
from points_api.db.migrate import migrate
print(*asyncio.run(migrate(sys.argv[1])))
"""


@pytest.fixture(params=["sqlite", "postgres"])
async def new_database(request, tmp_path):
    """The url of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path / 'new.db'}"
        return
    url = request.getfixturevalue("postgres_server")
    name = f"points_new_{request.getfixturevalue('testrun_uid')}"
    name += f"_{request.getfixturevalue('worker_id')}"
    server = await asyncpg.connect(url)
    await server.execute(f'CREATE DATABASE "{name}"')
    yield f"{url.rpartition('/')[0]}/{name}"
    await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await server.close()


async def test_a_new_database_gets_all_and_then_nothing_more(new_database):
    async with config.open(new_database):
        assert await unapplied(new_database) == NAMES
    assert await migrate(new_database) == NAMES
    assert await migrate(new_database) == []
    async with config.open(new_database):
        assert await unapplied(new_database) == []
        await rows.score()


async def test_two_at_once_in_one_process_both_succeed(new_database):
    applied = await asyncio.gather(migrate(new_database), migrate(new_database))
    assert sorted(applied) == [[], NAMES]


async def test_two_processes_at_once_both_succeed(new_database):
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", MIGRATE, new_database, stdout=asyncio.subprocess.PIPE
        )
        for _ in range(2)
    ]
    said = [(await process.communicate())[0].decode().split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted(said) == [[], NAMES]


async def test_migrating_does_not_disturb_the_database_that_is_open(database, tmp_path):
    await rows.resident()
    await migrate(f"sqlite://{tmp_path / 'other.db'}")
    await rows.resident()
    assert await Resident.all().count() == 2


async def test_an_operation_that_takes_away_sees_what_was_there(database):
    apps = {"models": {"default_connection": dialect()}}
    state = await _Executor(connection(), apps)._project_state(set())
    columns: list[tuple[str, Any]] = [
        ("id", fields.IntField(primary_key=True)), ("old", fields.IntField()),
    ]  # fmt: skip
    operations.CreateModel("Thing", columns, {"table": "thing"}).state_forward("models", state)
    before = state.clone()
    operations.RemoveField("Thing", "old").state_forward("models", state)
    assert "old" not in state.apps.get_model("models.Thing")._meta.fields_map
    assert "old" in before.apps.get_model("models.Thing")._meta.fields_map
