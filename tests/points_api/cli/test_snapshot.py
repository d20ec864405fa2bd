"""`points snapshot`: what it tells, and by which exit code a program can tell it."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import date
from uuid import UUID

import pytest

from points_api import clock
from points_api.crypto.keyring import Keyring
from points_api.db import config
from points_api.db.writes import write_all
from points_api.generate import person
from points_api.jobs.alone import alone
from points_api.residents import persons
from points_api.residents.models import Person
from points_api.settings import load
from points_api.snapshot.service import WRITING
from tests.factories import make_member, make_record


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "snapshot"


@pytest.fixture
def snapshot(points, folder):
    return lambda *words: points("snapshot", *words, SNAPSHOT_DIR=str(folder))


@pytest.fixture
def joined(in_database):
    async def join():
        keyring = Keyring.from_settings(load())
        for n in range(3):
            name, number = person(1, n)
            found = await persons.find_or_add(keyring, number, name, clock.now())
            await make_member(found.id)
            await make_record(found.id, "volunteer.hours", date(2026, 3, 2))

    in_database(join)


async def change_one():
    person_ids = await Person.all().order_by("id").limit(1).values_list("id", flat=True)
    await write_all([persons.changed([UUID(str(person_ids[0]))])])


def test_what_was_made_is_told_to_a_program(snapshot, joined, folder):
    result = snapshot("rebuild", "--json")
    assert result.exit_code == 0
    made = json.loads(result.stdout)
    assert made == {"folder": str(folder), "people": 3, "changed": 3, "gone": 0, "records": 3}
    again = json.loads(snapshot("refresh", "--json").stdout)
    assert again == made | {"changed": 0}


def test_the_exit_code_tells_current_from_stale_from_damaged(snapshot, joined, folder, in_database):
    missing = snapshot("check")
    assert missing.exit_code == 2
    assert "points snapshot rebuild" in missing.stderr
    assert "Traceback" not in missing.stderr
    assert snapshot("rebuild").exit_code == 0
    assert snapshot("check").exit_code == 0
    in_database(change_one)
    stale = snapshot("check", "--json")
    assert (stale.exit_code, json.loads(stale.stdout)) == (1, {
        "folder": str(folder), "current": False, "people": 3, "records": 3, "changed": 1, "gone": 0,
    })  # fmt: skip
    assert "points snapshot refresh" in snapshot("check").stdout
    assert snapshot("refresh").exit_code == 0
    assert snapshot("check").exit_code == 0
    [marks] = folder.glob("marks-*")
    content = bytearray(marks.read_bytes())
    content[len(content) // 2] ^= 1
    marks.write_bytes(content)
    damaged = snapshot("check")
    assert damaged.exit_code == 2
    assert damaged.stderr.splitlines()[-1].startswith(str(marks))


def test_there_is_nothing_to_refresh_before_there_is_a_snapshot(snapshot, joined):
    result = snapshot("refresh")
    assert result.exit_code == 2
    assert "points snapshot rebuild" in result.stderr


def test_who_comes_while_another_writes_is_told_so(database_url, joined, folder):
    async def while_another_is_at_it():
        async with config.open(database_url), alone(WRITING):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "points_api", "snapshot", "rebuild",
                env={**os.environ, "POINTS_DATABASE_URL": database_url,
                     "POINTS_SNAPSHOT_DIR": str(folder)},
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
            return process, *await process.communicate()

    process, said, warned = asyncio.run(while_another_is_at_it())
    assert (process.returncode, said) == (2, b"")
    assert b"another process" in warned
    assert b"Traceback" not in warned
    assert not folder.exists()
