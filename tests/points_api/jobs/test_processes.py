"""The processes beside the server: when they work, and that they stop when told."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from points_api import clock
from points_api.audit.models import AuditEntry
from points_api.db import config
from points_api.db.models import OutboxEvent
from points_api.jobs import processes
from points_api.jobs.alone import alone
from points_api.jobs.nightly import rescore_city
from points_api.jobs.processes import AGAIN_AFTER, every_night, next_night, tonight
from points_api.residents.models import Enrollment
from points_api.scores.models import ScoreRow
from points_api.scores.service import Scores
from tests.factories import city, make_member


def rescoring(scores, registry):
    return partial(rescore_city, scores, notices=registry.notices)


@pytest.mark.parametrize(
    ("after", "due"),
    [
        ("2026-06-01T04:00", "2026-06-01T16:10"),  # noon: the coming night
        ("2026-06-01T16:09", "2026-06-01T16:10"),
        ("2026-06-01T16:10", "2026-06-02T16:10"),  # at the very minute: the next one
        ("2026-12-31T16:11", "2027-01-01T16:10"),
    ],
)
def test_the_night_s_work_is_due_at_ten_past_midnight_in_huangshi(after, due):
    at = datetime.fromisoformat(after).replace(tzinfo=UTC)
    assert next_night(at) == datetime.fromisoformat(due).replace(tzinfo=UTC)


async def test_every_night_works_once_a_night_and_again_soon_after_a_failure(
    frozen_clock, monkeypatch, registry
):
    runs = []

    async def sleep(seconds):
        frozen_clock.forward(timedelta(seconds=seconds))

    async def night(registry, work):
        runs.append(clock.now())
        if len(runs) == 4:
            raise asyncio.CancelledError
        return len(runs) != 2

    monkeypatch.setattr("points_api.jobs.processes.asyncio.sleep", sleep)
    monkeypatch.setattr(processes, "tonight", night)
    with pytest.raises(asyncio.CancelledError):
        await every_night(registry, rescoring(Scores(city()), registry))
    first = datetime(2026, 6, 1, 16, 10, tzinfo=UTC)
    day = timedelta(days=1)
    assert runs == [first, first + day, first + day + AGAIN_AFTER, first + 2 * day]


async def test_a_night_that_fails_or_is_done_elsewhere_is_to_be_tried_again(
    database, monkeypatch, registry
):
    await make_member()
    scores = Scores(city())
    async with config.open(database), alone("nightly"):
        assert not await tonight(registry, rescoring(scores, registry))
    assert await tonight(registry, rescoring(scores, registry))

    async def fails(*args):
        raise ConnectionError

    monkeypatch.setattr(Scores, "rescore_all", fails)
    assert not await tonight(registry, rescoring(scores, registry))


@pytest.mark.parametrize("rescoring_fails", [False, True])
async def test_a_night_clears_away_after_the_rescoring_even_if_that_fails(
    database, frozen_clock, monkeypatch, registry, rescoring_fails
):
    member = await make_member()
    frozen_clock.forward(timedelta(days=731))  # the consent has run out
    rescore_all = Scores.rescore_all
    joined_then = []

    async def seen(self, *args):
        joined_then.append(await Enrollment.filter(left_at=None).count())
        if rescoring_fails:
            raise ConnectionError
        return await rescore_all(self, *args)

    monkeypatch.setattr(Scores, "rescore_all", seen)
    assert await tonight(registry, rescoring(Scores(city()), registry)) is not rescoring_fails
    assert joined_then == [1]
    assert (await Enrollment.get(id=member.enrollment_id)).left_at == clock.now()


@pytest.fixture
def start(database_url):
    """Start `points COMMAND` on the database, as a process of its own, and end it at last."""
    started = []

    def start(command):
        env = {**os.environ, "POINTS_DATABASE_URL": database_url, "POINTS_REDIS_URL": "memory://"}
        process = subprocess.Popen(
            [sys.executable, "-m", "points_api", command],
            env=env,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_for(process, event):
    for line in process.stderr:
        if f'"event":"{event}"' in line:
            return
    pytest.fail(f"ended before {event}")


@pytest.mark.parametrize("command", ["relay", "jobs"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_process_that_is_told_to_stop_does_so_and_exits_with_0(start, command, number):
    process = start(command)
    wait_for(process, f"{command}.started")
    process.send_signal(number)
    process.send_signal(number)  # an impatient supervisor
    said = process.communicate(timeout=20)[1]
    assert process.returncode == 0, said
    assert f'"event":"{command}.stopped"' in said
    assert "Traceback" not in said


def test_the_relay_as_a_process_does_the_work_that_others_left(start, database_url):
    async def leave_work():
        async with config.open(database_url):
            await Scores(city()).refresh((await make_member()).resident_id, "joined")

    async def left():
        async with config.open(database_url):
            return (
                await OutboxEvent.filter(done_at=None).count()
                + await AuditEntry.filter(seq=None).count()
            )

    asyncio.run(leave_work())
    assert asyncio.run(left()) > 0
    start("relay")
    give_up = time.monotonic() + 20
    while asyncio.run(left()) and time.monotonic() < give_up:
        time.sleep(0.1)
    assert asyncio.run(left()) == 0


@pytest.mark.slow
def test_a_rescoring_that_is_killed_half_way_is_finished_by_the_next(database_url):
    people = 1500

    async def join():
        async with config.open(database_url):
            for _ in range(people):
                await make_member()

    async def scored():
        async with config.open(database_url):
            return await ScoreRow.all().count()

    async def begun():
        async with config.open(database_url):
            give_up = time.monotonic() + 30
            while not await ScoreRow.all().exists() and time.monotonic() < give_up:  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    asyncio.run(join())
    env = {**os.environ, "POINTS_DATABASE_URL": database_url, "POINTS_REDIS_URL": "memory://"}
    command = [sys.executable, "-m", "points_api", "rescore", "--json", "--engine", "person"]
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    asyncio.run(begun())
    process.kill()
    process.wait()
    assert asyncio.run(scored()) in (500, 1000)  # whole batches only
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)
    assert asyncio.run(scored()) == people
