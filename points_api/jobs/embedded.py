"""Relay and nightly work inside the server, where one process is all there is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import httpx

from points_api import log
from points_api.crypto.keyring import Keyring
from points_api.jobs.processes import every_night
from points_api.jobs.relay import Relay
from points_api.residents import registry
from points_api.scores.service import Scores
from points_api.settings import Settings

PAUSE_SECONDS: Final = 5.0
_log = log.get("jobs")


@asynccontextmanager
async def embedded_jobs(settings: Settings, scores: Scores) -> AsyncIterator[None]:
    """Run them beside the requests on SQLite; with PostgreSQL they are processes of their own."""
    if not settings.database_url.startswith("sqlite"):
        yield
        return
    async with httpx.AsyncClient() as client, asyncio.TaskGroup() as tasks:
        own = registry.compose(settings, Keyring.from_settings(settings), client, scores)
        running = [
            tasks.create_task(_forever(work))
            for work in (Relay(scores).run, partial(every_night, scores, own))
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
            await work()
        except Exception:  # noqa: BLE001 - requests are answered without it
            _log.exception("jobs.failed")
        await asyncio.sleep(PAUSE_SECONDS)
