"""Bring a database to the newest schema.

Two at once both succeed: the second waits, and finds it done.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps

from points_api.db import config
from points_api.db.transaction import connection, dialect

_LOCK = 7_001_027_001  # any number that nothing else here locks


async def migrate(url: str) -> list[str]:
    """Apply what is missing, and return the names of the migrations applied."""
    async with config.open(url, pool_max_size=3), _alone(url):
        executor = _executor(url)
        missing = [step.migration.name for step in await executor.plan()]
        await executor.migrate(direction="forward")
        return missing


async def unapplied(url: str) -> list[str]:
    """Return the names of the migrations that the open database still lacks."""
    return [step.migration.name for step in await _executor(url).plan()]


class _Executor(MigrationExecutor):
    async def _project_state(
        self, applied: set[MigrationKey], *, upto: MigrationKey | None = None
    ) -> State:
        state = await super()._project_state(applied, upto=upto)
        return _State(state.models, state.apps)


class _State(State):
    """Copies itself before every operation, and makes the copy's classes only if one asks.

    Those that add, which are nearly all, ask for none; making them took three quarters of the
    time that a new database needs.
    """

    def clone(self) -> State:
        return _Before({key: model.clone() for key, model in self.models.items()}, self.apps)


class _Before(_State):
    def __init__(self, models: dict[tuple[str, str], ModelState], now: StateApps) -> None:
        self.models, self._now = models, now

    def __getattr__(self, name: str) -> StateApps:
        if name != "apps":
            raise AttributeError(name)
        self.apps = self._now.clone(model_states=self.models)
        return self.apps


def _executor(url: str) -> MigrationExecutor:
    return _Executor(connection(), config.config_of(url)["apps"])


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[None]:
    """Keep other migrations of this database out, whichever process they run in."""
    if dialect() == "postgres":
        async with connection().acquire_connection() as held:
            await held.execute("SELECT pg_advisory_lock($1)", _LOCK)
            try:
                yield
            finally:
                await held.execute("SELECT pg_advisory_unlock($1)", _LOCK)
        return
    path = Path(url.removeprefix("sqlite://").split("?")[0])
    # The folder, because closing any descriptor of the file itself would drop SQLite's own locks.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        await asyncio.to_thread(fcntl.flock, folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
