"""The processes beside the API: what each opens and how long it runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, time, timedelta
from typing import Final

from points_api import cancellation, clock, log
from points_api.composition import composed
from points_api.consents.notice import Notices
from points_api.jobs.alone import AlreadyRunning
from points_api.jobs.housekeeping import tidy
from points_api.jobs.nightly import rescore_city
from points_api.jobs.relay import Relay
from points_api.jobs.stopping import until_stopped
from points_api.residents.effects import ConsentEffects
from points_api.residents.registry import Registry
from points_api.scores.service import Scores
from points_api.settings import Settings

NIGHTLY_AT: Final = time(0, 10)
AGAIN_AFTER: Final = timedelta(minutes=5)
_log = log.get("jobs")


@asynccontextmanager
async def opened_scores(settings: Settings) -> AsyncIterator[Scores]:
    """The scores alone, for a command."""
    async with composed(settings) as parts:
        yield parts.scores


async def run_relay(settings: Settings) -> None:
    """Carry events on until the process is told to stop."""
    with until_stopped():
        async with composed(settings) as parts:
            _log.info("relay.started")
            await Relay(parts.scores).run()
    _log.info("relay.stopped")


async def run_jobs(settings: Settings) -> None:
    """Do the work of every night until the process is told to stop."""
    with until_stopped():
        async with composed(settings) as parts:
            _log.info("jobs.started")
            await every_night(parts.scores, parts.registry)
    _log.info("jobs.stopped")


async def every_night(scores: Scores, registry: Registry) -> None:
    """Work at ten past midnight in Huangshi; a failed night is tried again in five minutes."""
    due = next_night(clock.now())
    while True:
        wait = due - clock.now()
        if wait > timedelta(0):
            # Short sleeps, so that a clock that is set does not make us oversleep.
            await asyncio.sleep(min(wait, AGAIN_AFTER).total_seconds())
            continue
        with cancellation.kept():
            done = await tonight(scores, registry)
        due = next_night(clock.now()) if done else clock.now() + AGAIN_AFTER


async def tonight(scores: Scores, registry: Registry) -> bool:
    """Rescore the city and clear away; False where the rescoring has to be tried again.

    A rescoring that fails night after night must not keep data beyond its term, so the clearing
    does not wait for its success.
    """
    rescored = await _rescored(scores, registry.notices)
    await tidy(ConsentEffects(registry), clock.now())
    return rescored


async def _rescored(scores: Scores, notices: Notices) -> bool:
    try:
        done = await rescore_city(scores, notices=notices)
    except AlreadyRunning:  # which may still fail, so we look again
        _log.info("nightly.elsewhere")
        return False
    except Exception:  # noqa: BLE001 - scores are still right when read, only history waits
        _log.exception("nightly.failed")
        return False
    _log.info("nightly.done", people=done.people, changed=done.changed)
    _log.info("nightly.resting", people=done.resting)
    return True


def next_night(after: datetime) -> datetime:
    """The next instant at which the nightly run is due."""
    day = clock.day_of(after)
    tonight = datetime.combine(day, NIGHTLY_AT, clock.LEGAL_ZONE)
    return tonight if after < tonight else tonight + timedelta(days=1)
