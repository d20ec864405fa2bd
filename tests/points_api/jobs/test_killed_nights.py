"""A night that is killed anywhere and begun again ends as one that was not.

`POINTS_KILLS=20 make test ARGS="tests/points_api/jobs/test_killed_nights.py"` kills twenty nights;
usually a few are enough.
"""

import asyncio
import os
import random
import sys
from contextlib import suppress
from datetime import timedelta
from time import perf_counter

import pytest

from points_api import clock
from points_api.audit.models import AuditEntry
from points_api.db.models import OutboxEvent
from points_api.records.reading import facts_of
from points_api.scores.computing import compute
from points_api.scores.models import ScoreHistory, ScoreRow
from points_api.snapshot.service import check
from tests.factories import city
from tests.points_api.snapshot.town import HOURS, PENALTY, agreed, town_of

KILLS = int(os.environ.get("POINTS_KILLS", "3"))
SECONDS = 60
DAYS = timedelta(days=4)  # so that no consent lapses in the course of it
SHOWN = ("value", "dimensions", "scorecard", "stale_on", "next_change_on", "records_digest")

pytestmark = pytest.mark.slow


@pytest.fixture
async def town(database, frozen_clock):
    async with town_of(frozen_clock) as town:
        chance = random.Random(11)
        for n in range(18):
            await town.join(n)
            for document in range(chance.randrange(1, 5)):
                await town.deliver(n, chance.choice((HOURS, PENALTY)), 10 * n + document)
        yield town


async def test_a_killed_night_ends_as_if_it_had_not_been_killed(town, database, tmp_path):
    chance, left = random.Random(5), KILLS
    await _night(database, tmp_path, kill_after=None)
    town.time.forward(DAYS)
    length = await _night(database, tmp_path, kill_after=None)
    for _ in range(8 * KILLS):  # some nights are done before they are killed
        before = await _state()
        town.time.forward(DAYS)
        killed = await _night(database, tmp_path, kill_after=chance.random() * 0.7 * length)
        await _night(database, tmp_path, kill_after=None)
        await _assert_as_never_killed(before)
        assert (await check(tmp_path, agreed())).current
        left -= killed < 0
        if not left:
            break
    assert left == 0, "too few kills came before the end"


async def _night(database, folder, kill_after):
    """Run a night; kill it so many seconds after it began. How long it took; -1: it was killed."""
    environment = os.environ | {
        "POINTS_DATABASE_URL": database, "POINTS_REDIS_URL": "memory://",
        "POINTS_SNAPSHOT_DIR": str(folder),
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.points_api.jobs.night_once", clock.now().isoformat(),
        env=environment, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), SECONDS) == b"go\n"
    started = perf_counter()
    if kill_after is not None:
        await asyncio.sleep(kill_after)
        with suppress(ProcessLookupError):  # it was done before
            process.kill()
    said = await asyncio.wait_for(process.stdout.readline(), SECONDS)
    seconds = perf_counter() - started if said == b"done\n" else -1.0
    await asyncio.wait_for(process.wait(), SECONDS)
    assert kill_after is not None or process.returncode == 0
    return seconds


async def _state():
    scores = {row.person_id: row for row in await ScoreRow.all()}
    tables = (ScoreHistory, AuditEntry, OutboxEvent)
    about: tuple[dict[str, str], ...] = (
        {},
        {"action": "score.changed"},
        {"topic": "score.changed"},
    )
    counts = [await t.filter(**only).count() for t, only in zip(tables, about, strict=True)]
    return scores, counts


async def _assert_as_never_killed(before):
    """All that a night stores is there, and once."""
    old, counted = before
    new, counts = await _state()
    assert new.keys() == old.keys()
    for person_id, row in new.items():
        defined = compute(await facts_of(person_id), city(), clock.today())
        assert [getattr(row, name) for name in SHOWN] == [getattr(defined, n) for n in SHOWN]
        renewed = row.version - old[person_id].version
        assert renewed == (not _held(old[person_id]))
    moved = sum(_shown(new[p]) != _shown(old[p]) for p in new)
    assert counts == [n + moved for n in counted]


def _held(row):
    return row.stale_on is None or clock.today() < row.stale_on


def _shown(row):
    return row.value, row.dimensions, row.scorecard
