"""Work that only one process at a time may do, such as the nightly run.

PostgreSQL keeps the lock for a connection of ours, SQLite's stands in a file beside the database.
Both end with the process that holds them, however it ends.
"""

import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tortoise.backends.base.client import BaseDBAsyncClient

from points_api.db.transaction import connection, dialect


class AlreadyRunning(Exception):
    """Another process is at it."""


@asynccontextmanager
async def alone(name: str) -> AsyncIterator[None]:
    """Keep others from the block of this name. Raises `AlreadyRunning`, and does not wait."""
    client = connection()
    lock = _in_postgres if dialect() == "postgres" else _beside_sqlite
    async with lock(client, name):
        yield


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
