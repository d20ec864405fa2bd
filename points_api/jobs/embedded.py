"""Relay and nightly work beside requests, where the server (or the one for visitors) is all."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from points_api import cancellation, log
from points_api.composition import Parts
from points_api.jobs.exchange import Answering, Telling
from points_api.jobs.minutely import every_minute
from points_api.jobs.processes import every_night, rescore
from points_api.jobs.push import run_push
from points_api.jobs.relay import Relay

PAUSE_SECONDS: Final = 5.0
_log = log.get("jobs")


@asynccontextmanager
async def embedded_jobs(parts: Parts) -> AsyncIterator[None]:
    """Run them beside the requests on SQLite; with PostgreSQL they are processes of their own."""
    if not parts.settings.database_url.startswith("sqlite"):
        yield
        return
    async with asyncio.TaskGroup() as tasks:
        running = [
            tasks.create_task(_forever(work))
            for work in (
                Relay(parts.scores).run,
                every_minute,
                partial(run_push, parts),
                Telling(parts.exchange).run,
                Answering(parts.recognitions.batches).run,
                partial(every_night, parts.registry, partial(rescore, "person", parts)),
            )
        ]
        try:
            yield
        finally:
            for task in running:
                task.cancel()


async def _forever(work: Callable[[], Awaitable[None]]) -> None:
    """Begin again after a failure, for what a task of the group raises would end the server."""
    while True:
        try:
            with cancellation.kept():
                await work()
        except Exception:  # noqa: BLE001 - requests are answered without it
            _log.exception("jobs.failed")
        await asyncio.sleep(PAUSE_SECONDS)
