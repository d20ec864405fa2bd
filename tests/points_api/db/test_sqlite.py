"""Transactions beside another process that writes the same file."""

import asyncio
import sqlite3
import time

import pytest

from points_api.db import config
from points_api.db.sqlite import Client
from points_api.db.transaction import connection, transactional
from points_api.problem import Busy
from tests.points_api.db import rows
from tests.points_api.db.residents_added import add, count


async def test_a_reader_that_turns_writer_waits_for_the_other_process(sqlite_url):
    """With a deferred BEGIN this fails at once: the snapshot of the reader is out of date."""
    async with config.open(sqlite_url):
        other = sqlite3.connect(sqlite_url.removeprefix("sqlite://"), isolation_level=None)

        @transactional
        async def read_then_write():
            before = await count()
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
            await rows.resident()
            return before

        other.execute("PRAGMA busy_timeout = 0")
        assert await read_then_write() == 0
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.get_running_loop().create_task(add())
        await asyncio.sleep(0.1)
        other.execute("COMMIT")
        await waiting
        other.close()
        assert await count() == 2


async def test_a_writer_that_never_ends_makes_us_busy_and_we_recover(sqlite_url):
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite://"), isolation_level=None)
    async with config.open(f"{sqlite_url}?busy_timeout=10"):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy):
            await add()
        other.execute("COMMIT")
        await asyncio.wait_for(add(), 10)
        assert await count() == 1
    other.close()


async def test_who_only_reads_waits_for_no_transaction_and_sees_what_was_committed(sqlite_url):
    async with config.open(sqlite_url):
        written, end = asyncio.Event(), asyncio.Event()

        @transactional
        async def add_and_wait():
            await rows.resident()
            assert await count() == 1  # its own
            written.set()
            await end.wait()

        writing = asyncio.get_running_loop().create_task(add_and_wait())
        await written.wait()
        async with asyncio.timeout(10):
            assert await count() == 0
        end.set()
        await writing
        assert await count() == 1


async def test_what_only_reads_cannot_write(sqlite_url):
    async with config.open(sqlite_url):
        await count()
        client = connection()
        assert isinstance(client, Client)
        assert client._reading is not None
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await client._reading.execute("DELETE FROM resident")


def hold_the_loop():
    """So long that the next statement lets others in first."""
    time.sleep(0.01)


async def test_what_is_written_after_a_call_that_was_canceled_twice_stays(sqlite_url):
    async with config.open(sqlite_url):
        written, for_ever = asyncio.Event(), asyncio.Event()

        @transactional
        async def wait():
            await rows.resident()
            written.set()
            await for_ever.wait()

        call = asyncio.get_running_loop().create_task(wait())
        await written.wait()
        hold_the_loop()
        call.cancel()
        await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await rows.resident()  # outside of a transaction
        await add()
        assert await count() == 2
