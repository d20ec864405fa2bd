import asyncio
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from points_api import clock
from points_api.access_log import own_looks
from points_api.access_log.models import AccessEntry
from points_api.access_log.own_looks import OwnLooks
from points_api.access_log.schemas import _THINGS
from points_api.residents.models import Resident

ROOT = Path(__file__).parents[3]


@pytest.fixture
async def residents(frozen_clock, database):
    rows = [
        Resident(openid_index=bytes([n]) * 32, openid=b"-", created_at=clock.now())
        for n in range(3)
    ]
    await Resident.bulk_create(rows)
    return [row.id for row in rows]


async def entries():
    return await AccessEntry.all().order_by("day", "what").values_list("day", "what", "times")


async def test_a_hundred_looks_are_one_row_with_a_count(residents, frozen_clock):
    looks = OwnLooks()
    first = clock.now()
    for _ in range(100):
        looks.note(residents[0], "score")
        frozen_clock.forward(timedelta(milliseconds=1))
    assert await looks.flush() == 1
    entry = await AccessEntry.get()
    assert (entry.times, entry.actor_kind, entry.actor, entry.what) == (
        100, "resident", "self", "score"
    )  # fmt: skip
    assert (entry.first_at, entry.last_at) == (first, first + timedelta(milliseconds=99))


async def test_later_counts_are_added_and_nothing_is_written_twice(residents, frozen_clock):
    looks = OwnLooks()
    looks.note(residents[0], "score")
    await looks.flush()
    assert await looks.flush() == 0
    frozen_clock.forward(timedelta(minutes=5))
    looks.note(residents[0], "score")
    looks.note(residents[0], "records")
    await looks.flush()
    assert await entries() == [
        (date(2026, 6, 1), "records", 1), (date(2026, 6, 1), "score", 2)
    ]  # fmt: skip
    score = await AccessEntry.get(what="score")
    assert score.last_at - score.first_at == timedelta(minutes=5)


async def test_each_legal_day_has_its_own_row(residents, frozen_clock):
    looks = OwnLooks()
    looks.note(residents[0], "score")
    frozen_clock.forward(timedelta(hours=12))
    looks.note(residents[0], "score")
    await looks.flush()
    assert await entries() == [(date(2026, 6, 1), "score", 1), (date(2026, 6, 2), "score", 1)]


async def test_many_processes_add_to_the_same_rows(residents):
    processes = [OwnLooks() for _ in range(5)]
    for looks in processes:
        for resident_id in residents:
            for _ in range(10):
                looks.note(resident_id, "score")
    await asyncio.gather(*(looks.flush() for looks in processes))
    assert [entry.times for entry in await AccessEntry.all()] == [50, 50, 50]


async def test_more_residents_than_fit_one_statement_are_all_written(residents, monkeypatch):
    monkeypatch.setattr(own_looks, "ROWS_PER_STATEMENT", 2)
    looks = OwnLooks()
    for resident_id in residents:
        looks.note(resident_id, "score")
    assert await looks.flush() == 3
    assert await AccessEntry.all().count() == 3


async def test_counts_that_could_not_be_written_are_kept_for_the_next_time(residents, monkeypatch):
    looks = OwnLooks()
    looks.note(residents[0], "score")

    async def fails(part):
        looks.note(residents[0], "score")  # somebody looks meanwhile
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(own_looks, "add", fails)
        with pytest.raises(ConnectionError):
            await looks.flush()
    assert await looks.flush() == 1
    assert (await AccessEntry.get()).times == 2


async def test_the_application_writes_each_second_and_once_more_at_its_end(residents, monkeypatch):
    monkeypatch.setattr(own_looks, "FLUSH_SECONDS", 0.01)
    async with OwnLooks().running() as looks:
        looks.note(residents[0], "score")
        for _ in range(200):
            if await AccessEntry.all().count():
                break
            await asyncio.sleep(0.01)
        assert await AccessEntry.all().count() == 1
        looks.note(residents[1], "score")
    assert await AccessEntry.all().count() == 2


async def test_a_failing_database_stops_neither_the_application_nor_its_end(
    residents, monkeypatch, capsys
):
    monkeypatch.setattr(own_looks, "FLUSH_SECONDS", 0.01)

    async def fails(part):
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(own_looks, "add", fails)
        async with OwnLooks().running() as looks:
            looks.note(residents[0], "score")
            await asyncio.sleep(0.05)
    assert await looks.flush() == 1


def test_every_kind_of_look_that_a_route_enters_has_words_for_the_resident():
    entered = {
        what
        for file in (ROOT / "points_api").rglob("*.py")
        for what in re.findall(r'note_look\(request, [\w.]+, "([^"]+)"', file.read_text("utf-8"))
    }
    assert {"score", "what_if"} <= entered <= set(_THINGS)
