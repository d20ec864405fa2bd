"""Statements that run where they are asked for, and the event loop that goes on beside them."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from points_api.db.sqlite_connection import Connection, is_locked


@pytest.fixture
async def connection(tmp_path):
    opened = await Connection(tmp_path / "points.db", patience=0.3)
    await opened.execute("PRAGMA journal_mode=WAL")
    await opened.execute("CREATE TABLE seen (n INT)")
    yield opened
    await opened.close()


@pytest.fixture
def other(tmp_path, connection):
    with closing(sqlite3.connect(tmp_path / "points.db", isolation_level=None)) as writer:
        yield writer


def begun(work):
    return asyncio.get_running_loop().create_task(work)


async def insert(connection):
    await connection.execute("INSERT INTO seen VALUES (1)")


async def ticking(ticks):
    while True:
        ticks.append(1)
        await asyncio.sleep(0.001)


async def test_who_waits_for_another_writer_holds_nobody_up(connection, other):
    other.execute("BEGIN IMMEDIATE")
    ticks: list[int] = []
    beside = begun(ticking(ticks))
    waiting = begun(insert(connection))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    assert len(ticks) > 5
    other.execute("COMMIT")
    await waiting
    beside.cancel()
    assert [tuple(row) for row in await connection.execute_fetchall("SELECT n FROM seen")] == [(1,)]


async def test_patience_has_an_end(connection, other):
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError) as refused:
        await connection.execute("INSERT INTO seen VALUES (1)")
    assert is_locked(refused.value)


async def test_a_mistake_is_told_at_once_and_is_no_lock(connection):
    with pytest.raises(sqlite3.OperationalError, match="no such table") as refused:
        await connection.execute("INSERT INTO unseen VALUES (1)")
    assert not is_locked(refused.value)


async def test_who_is_canceled_while_waiting_has_written_nothing(connection, other):
    other.execute("BEGIN IMMEDIATE")
    waiting = begun(insert(connection))
    await asyncio.sleep(0.02)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    other.execute("COMMIT")
    assert not await connection.execute_fetchall("SELECT n FROM seen")


async def test_a_rollback_is_done_also_by_who_is_canceled_again_on_the_way(connection):
    """Left open, the transaction would swallow what others write afterwards."""
    await connection.execute("BEGIN IMMEDIATE")
    await insert(connection)
    connection._since = 0.0  # a statement would let others in first
    rolling = begun(connection.rollback())
    await asyncio.sleep(0)
    rolling.cancel()
    await asyncio.wait([rolling])
    assert not connection.in_transaction


async def test_a_long_row_of_statements_lets_others_in(connection):
    ticks: list[int] = []
    beside = begun(ticking(ticks))
    async with asyncio.timeout(30):
        while len(ticks) < 5:  # for ever, if nobody else had a turn
            await connection.execute_fetchall("SELECT 1")
    beside.cancel()


async def test_a_closed_connection_says_so_and_is_closed_twice(connection):
    await connection.close()
    await connection.close()
    with pytest.raises(ValueError, match="no active connection"):
        await connection.execute("SELECT 1")
