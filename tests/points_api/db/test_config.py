"""Opening a database: in tasks, in servers, more than once, and when it is not there."""

import asyncio
import shutil
import socket
from datetime import UTC, datetime, timedelta, timezone

import pytest

from points_api.db import config
from points_api.db.transaction import connection, dialect
from points_api.residents.models import Resident
from tests.points_api.db import rows


async def test_sqlite_runs_with_a_write_ahead_log_and_foreign_keys(sqlite_url):
    async with config.open(sqlite_url):
        found = {}
        for pragma in ("journal_mode", "foreign_keys", "busy_timeout"):
            [row] = await connection().execute_query_dict(f"PRAGMA {pragma}")
            [found[pragma]] = row.values()
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 0}


async def test_the_folder_of_a_new_sqlite_file_is_made(tmp_path):
    async with config.open(f"sqlite://{tmp_path / 'var' / 'points.db'}"):
        assert (tmp_path / "var" / "points.db").exists()


async def test_a_database_can_be_opened_again_and_again(database_url):
    for expected in range(3):
        async with config.open(database_url):
            assert await Resident.all().count() == expected
            await rows.resident()


async def test_a_task_that_does_not_descend_from_the_opener_sees_the_database(database_url):
    """As the requests of a server do: its lifespan runs in a task of its own."""
    opened, close = asyncio.Event(), asyncio.Event()

    async def lifespan():
        async with config.open(database_url):
            opened.set()
            await close.wait()

    task = asyncio.get_running_loop().create_task(lifespan())
    await opened.wait()
    await rows.resident()
    assert await Resident.all().count() == 1
    close.set()
    await task
    with pytest.raises(RuntimeError, match="TortoiseContext"):
        await Resident.all().count()


async def test_inside_one_database_another_of_the_other_dialect_can_be_used(
    sqlite_url, postgres_url
):
    """The ORM keeps SQL per process: both must go on with their own after the other."""
    for outer, inner in ((sqlite_url, postgres_url), (postgres_url, sqlite_url)):
        async with config.open(outer):
            await rows.resident()
            await Resident.filter(openid_index=b"x").update(openid_index=b"y")
            async with config.open(inner):
                assert dialect() == config.dialect_of(inner)
                await rows.resident()
                await Resident.filter(openid_index=b"x").update(openid_index=b"y")
            assert dialect() == config.dialect_of(outer)
            await rows.resident()
            await Resident.filter(openid_index=b"x").update(openid_index=b"y")
            assert await Resident.filter(openid_index__not=b"z").count() >= 2
    async with config.open(sqlite_url):
        assert await Resident.all().count() == 3


async def test_two_files_open_at_once_are_not_confused(sqlite_template, tmp_path):
    urls = []
    for name in "ab":
        shutil.copy(sqlite_template, tmp_path / name)
        urls.append(f"sqlite://{tmp_path / name}")

    async def fill(url: str, number: int) -> int:
        async with config.open(url):
            for _ in range(number):
                await rows.resident()
                await asyncio.sleep(0)
            return await Resident.all().count()

    counted = await asyncio.gather(fill(urls[0], 3), fill(urls[1], 5))
    assert list(counted) == [3, 5]


async def test_a_server_that_is_not_there_is_told_in_one_line_without_the_password():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    url = f"postgres://points:secret@127.0.0.1:{port}/points"
    with pytest.raises(config.DatabaseUnreachableError) as refusal:
        async with config.open(url):
            pass
    assert f"127.0.0.1:{port}" in str(refusal.value)
    assert "secret" not in str(refusal.value)
    with pytest.raises(RuntimeError):
        connection()


def test_what_the_url_says_wins_over_the_default():
    read = config.config_of("postgres://u@h/d?maxsize=3")["connections"]["postgres"]["credentials"]
    assert (read["minsize"], read["maxsize"]) == (1, "3")


async def test_instants_come_back_as_they_went_in_and_compare_as_times(database):
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    east = timezone(timedelta(hours=8))
    for at in (noon, noon.astimezone(east), noon + timedelta(microseconds=1)):
        made = await rows.resident(created_at=at)
        assert (await Resident.get(id=made.id)).created_at == at
    assert await Resident.filter(created_at=noon).count() == 2
    assert await Resident.filter(created_at__gt=noon).count() == 1
    assert await Resident.filter(created_at__lt=noon.astimezone(east)).count() == 0
