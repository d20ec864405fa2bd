"""Killed at any moment, sent twice or at once: in the end everything is there, once."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from points_api import clock
from points_api.db import config
from points_api.deliveries.models import Delivery, DeliveryChunk, DeliveryError
from points_api.records.models import RecordRow
from points_api.residents import persons
from points_api.residents.models import Person
from tests.factories import make_member
from tests.points_api.deliveries import killed
from tests.points_api.deliveries.sheets import HOURS, csv_file, row
from tests.points_api.deliveries.stored import current

ROWS = 400


def the_rows(count=ROWS):
    rows = [row(HOURS, n % 60, document_no=f"文〔2026〕{n}号") for n in range(count)]
    return [cells | {"姓名": ""} if n % 50 == 7 else cells for n, cells in enumerate(rows)]


@pytest.mark.slow
@pytest.mark.parametrize("moment", killed.MOMENTS)
async def test_killed_at_any_moment_it_is_done_again(
    database_url, deliveries, keyring, tmp_path, moment
):
    rows = the_rows()
    path = csv_file(tmp_path / "f.csv", rows)
    async with config.open(database_url):  # a member, whose rescoring comes last
        number, name = rows[0]["身份证号码"], rows[0]["姓名"]
        found = await persons.find_or_add(keyring, number, name, clock.now())
        await make_member(found.id)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.points_api.deliveries.killed",
        database_url, path, moment, str(ROWS + 1),
        cwd=Path(__file__).parents[3], stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await child.communicate()
    assert child.returncode == -signal.SIGKILL, said.decode()
    async with config.open(database_url):
        assert (await Delivery.get()).state == "received"
        for model in (RecordRow, DeliveryChunk, DeliveryError):
            assert await model.all().count() == 0
        assert await Person.all().count() == 1
        outcome = await deliveries.ingest(path)
        assert (outcome.total, outcome.accepted, outcome.rejected) == (ROWS, ROWS - 8, 8)
        assert not outcome.repeated
        again = await deliveries.ingest(path)
        assert (again.repeated, again.report) == (True, outcome.report)
        assert await RecordRow.all().count() == ROWS - 8
        assert await Delivery.all().count() == 1


async def test_sent_twice_at_once_it_is_taken_in_once(postgres, deliveries, tmp_path):
    path = csv_file(tmp_path / "f.csv", the_rows())
    outcomes = await asyncio.gather(*(deliveries.ingest(path) for _ in range(3)))
    assert sorted(outcome.repeated for outcome in outcomes) == [False, True, True]
    assert len({outcome.delivery_id for outcome in outcomes}) == 1
    assert len({str(outcome.report) for outcome in outcomes}) == 1
    assert await RecordRow.all().count() == ROWS - 8
    assert await DeliveryError.all().count() == 8


async def test_overlapping_files_at_once_end_as_one_after_the_other(postgres, deliveries, tmp_path):
    rows = the_rows()
    parts = [rows[:250], rows[150:], rows[100:300]]
    paths = [csv_file(tmp_path / f"{n}.csv", part) for n, part in enumerate(parts)]
    outcomes = await asyncio.gather(*map(deliveries.ingest, paths))
    assert sum(outcome.accepted for outcome in outcomes) == ROWS - 8
    rejected = sum(outcome.rejected for outcome in outcomes)
    duplicates = sum(outcome.duplicates for outcome in outcomes)
    assert duplicates == sum(map(len, parts)) - rejected - (ROWS - 8)
    assert len(await current()) == await RecordRow.all().count() == ROWS - 8
    assert await Person.all().count() == 60
