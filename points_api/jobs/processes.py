"""The processes beside the API: what each opens and how long it runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, time, timedelta
from typing import Final

from points_api import clock, log
from points_api.cache import Cache
from points_api.city import load_city
from points_api.db import config
from points_api.jobs.nightly import rescore_city
from points_api.jobs.relay import Relay
from points_api.scores.service import Scores
from points_api.settings import Settings

NIGHTLY_AT: Final = time(0, 10)
_LONGEST_SLEEP: Final = timedelta(minutes=5)
_log = log.get("jobs")


@asynccontextmanager
async def opened_scores(settings: Settings) -> AsyncIterator[Scores]:
    """Database, cache and city for a process that is no server."""
    async with config.open(settings.database_url):
        cache = Cache.from_url(settings.redis_url, prefix=f"{settings.city}:")
        try:
            yield Scores(load_city(settings.data_dir), cache)
        finally:
            await cache.aclose()


async def run_relay(settings: Settings) -> None:
    """Carry events on until the process is stopped."""
    async with opened_scores(settings) as scores:
        await Relay(scores).run()


async def run_jobs(settings: Settings) -> None:
    """Rescore the city every night until the process is stopped."""
    async with opened_scores(settings) as scores:
        await every_night(scores)


async def every_night(scores: Scores) -> None:
    """Rescore at ten past midnight in Huangshi; a failed night is tried again in five minutes."""
    due = next_night(clock.now())
    while True:
        wait = due - clock.now()
        if wait > timedelta(0):
            # Short sleeps, so that a clock that is set does not make us oversleep.
            await asyncio.sleep(min(wait, _LONGEST_SLEEP).total_seconds())
            continue
        try:
            done = await rescore_city(scores)
            _log.info("nightly.done", people=done.people, changed=done.changed)
            due = next_night(clock.now())
        except Exception:  # noqa: BLE001 - scores are still right when read, only history waits
            _log.exception("nightly.failed")
            due = clock.now() + _LONGEST_SLEEP


def next_night(after: datetime) -> datetime:
    """The next instant at which the nightly run is due."""
    day = clock.day_of(after)
    tonight = datetime.combine(day, NIGHTLY_AT, clock.LEGAL_ZONE)
    return tonight if after < tonight else tonight + timedelta(days=1)
