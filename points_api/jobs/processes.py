"""The processes beside the API: what each opens and how long it runs."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, time, timedelta
from functools import partial
from typing import Final, Literal

from points_api import cancellation, clock, log
from points_api.composition import Parts, composed
from points_api.db.config import dialect_of
from points_api.engines import EngineName, engine_named
from points_api.entitlements import renewing
from points_api.jobs.alone import AlreadyRunning
from points_api.jobs.exchange import Answering, Telling
from points_api.jobs.housekeeping import tidy
from points_api.jobs.minutely import every_minute
from points_api.jobs.nightly import Rescored, rescore_city
from points_api.jobs.push import run_push
from points_api.jobs.relay import Relay
from points_api.jobs.stopping import until_stopped
from points_api.jobs.whole_city import rescore_by
from points_api.residents.effects import ConsentEffects
from points_api.residents.registry import Registry
from points_api.scores.service import Scores
from points_api.settings import Settings

NIGHTLY_AT: Final = time(0, 10)
AGAIN_AFTER: Final = timedelta(minutes=5)
NICE: Final = 10  # who waits for an answer goes first
Name = Literal["person"] | EngineName
Rescoring = Callable[[], Awaitable[Rescored]]
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
            async with parts.scenarios.running(), asyncio.TaskGroup() as works:
                works.create_task(Relay(parts.scores).run())
                works.create_task(run_push(parts))
                works.create_task(Telling(parts.exchange).run())
                works.create_task(Answering(parts.recognitions.batches).run())
    _log.info("relay.stopped")


async def run_jobs(settings: Settings) -> None:
    """Do the work of every minute and every night until the process is told to stop."""
    with until_stopped():
        async with composed(settings) as parts:
            _log.info("jobs.started")
            os.nice(NICE)
            nightly = partial(rescore, usual_engine(parts.settings), parts)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(every_night(parts.registry, nightly))
                tasks.create_task(every_minute())
    _log.info("jobs.stopped")


def usual_engine(settings: Settings) -> Name:
    """One process with its SQLite goes person by person; a city with a server reads columns."""
    return "array" if dialect_of(settings.database_url) == "postgres" else "person"


async def rescore(
    engine: Name, parts: Parts, progress: Callable[..., None] | None = None
) -> Rescored:
    """Rescore the whole city by the engine of this name."""
    if engine == "person":
        return await rescore_city(parts.scores, progress, notices=parts.registry.notices)
    return await rescore_by(engine_named(engine, parts.settings), parts, progress)


async def every_night(registry: Registry, work: Rescoring) -> None:
    """Work at ten past midnight in Huangshi; a failed night is tried again in five minutes."""
    due = next_night(clock.now())
    while True:
        wait = due - clock.now()
        if wait > timedelta(0):
            # Short sleeps, so that a clock that is set does not make us oversleep.
            await asyncio.sleep(min(wait, AGAIN_AFTER).total_seconds())
            continue
        with cancellation.kept():
            done = await tonight(registry, work)
        due = next_night(clock.now()) if done else clock.now() + AGAIN_AFTER


async def tonight(registry: Registry, work: Rescoring) -> bool:
    """Rescore the city and clear away; False where the rescoring has to be tried again.

    A rescoring that fails night after night must not keep data beyond its term, so the clearing
    does not wait for its success.
    """
    rescored = await _rescored(work)
    await tidy(ConsentEffects(registry), clock.now())
    await _ask_for_entitlements()
    return rescored


async def _ask_for_entitlements() -> None:
    """A new day opens and ends scenarios, makes people older and lets records lapse."""
    try:
        asked = await renewing.due_for_all()
    except Exception:  # noqa: BLE001 - what a score changes is asked for anyway
        _log.exception("nightly.entitlements_failed")
    else:
        _log.info("nightly.entitlements", count=asked)


async def _rescored(work: Rescoring) -> bool:
    try:
        done = await work()
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
