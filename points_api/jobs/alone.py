"""Work that only one process at a time may do, such as the nightly run.

PostgreSQL keeps the lock for a connection of ours, SQLite's stands in a file beside the database.
Both end with the process that holds them, however it ends. But a connection may be lost while its
process goes on, and then another may begin. So who begins counts a number up, and each transaction
of the work makes sure (`Fence.hold`) that the number is still its own.
"""

import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tortoise.backends.base.client import BaseDBAsyncClient

from points_api import clock
from points_api.db.reads import select
from points_api.db.transaction import connection, dialect, transactional
from points_api.jobs.models import JobRun


class AlreadyRunning(Exception):
    """Another process is at it."""


class Superseded(Exception):
    """We lost the lock, and another process has begun: what we were about to write is theirs."""


@dataclass(frozen=True, slots=True)
class Fence:
    """The right to write for a work, as long as nobody has begun it anew."""

    name: str
    token: int

    async def hold(self) -> None:
        """Keep others from beginning until the commit. Raises `Superseded` where one has."""
        rows = await select(
            JobRun, "SELECT token FROM job_run WHERE name = $1 FOR SHARE", self.name
        )
        if not rows or rows[0]["token"] != self.token:
            raise Superseded(self.name)


@asynccontextmanager
async def alone(name: str) -> AsyncIterator[Fence]:
    """Keep others from the block of this name. Raises `AlreadyRunning`, and does not wait."""
    client = connection()
    lock = _in_postgres if dialect() == "postgres" else _beside_sqlite
    async with lock(client, name):
        fence = Fence(name, await _begin(name))
        yield fence
        await _finish(fence)


@transactional
async def _begin(name: str) -> int:
    now = clock.now()
    run = await JobRun.filter(name=name).select_for_update().first()
    if run is None:
        await JobRun.create(name=name, token=1, started_at=now)
        return 1
    run.token, run.started_at, run.finished_at = run.token + 1, now, None
    await run.save(update_fields=["token", "started_at", "finished_at"])
    return int(run.token)


@transactional
async def _finish(fence: Fence) -> None:
    await fence.hold()
    await JobRun.filter(name=fence.name).update(finished_at=clock.now())


@asynccontextmanager
async def _in_postgres(client: BaseDBAsyncClient, name: str) -> AsyncIterator[None]:
    async with client.acquire_connection() as held:
        # For the connection, not for a transaction: the block is many transactions long.
        if not await held.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", name):
            raise AlreadyRunning(name)
        try:
            yield
        finally:
            if not held.is_closed():  # a lost line has lost the lock
                await held.execute("SELECT pg_advisory_unlock(hashtextextended($1, 0))", name)


@asynccontextmanager
async def _beside_sqlite(client: BaseDBAsyncClient, name: str) -> AsyncIterator[None]:
    database = str(getattr(client, "filename", ":memory:"))
    if database == ":memory:":  # nobody else has it
        yield
        return
    file = os.open(Path(f"{database}-{name}"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        _lock_or_refuse(file, name)
        yield
    finally:
        os.close(file)


def _lock_or_refuse(file: int, name: str) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise AlreadyRunning(name) from None
