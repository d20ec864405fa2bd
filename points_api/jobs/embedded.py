"""Relay and nightly work inside the server, where one process is all there is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from points_api.jobs.processes import every_night
from points_api.jobs.relay import Relay
from points_api.scores.service import Scores
from points_api.settings import Settings


@asynccontextmanager
async def embedded_jobs(settings: Settings, scores: Scores) -> AsyncIterator[None]:
    """Run them beside the requests on SQLite; with PostgreSQL they are processes of their own."""
    if not settings.database_url.startswith("sqlite"):
        yield
        return
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(Relay(scores).run()), tasks.create_task(every_night(scores))]
        try:
            yield
        finally:
            for task in running:
                task.cancel()
