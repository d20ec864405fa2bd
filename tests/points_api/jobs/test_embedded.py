"""The server's own relay: beside the requests, ended with them, and never their ruin."""

import asyncio
from itertools import count

import pytest
from redis.asyncio import Connection

from points_api.audit.models import AuditEntry
from points_api.composition import composed
from points_api.db import outbox
from points_api.db.sqlite import Client
from points_api.db.transaction import connection
from points_api.jobs import embedded, handling, minutely, push
from points_api.jobs import relay as relay_module
from points_api.jobs.embedded import embedded_jobs
from points_api.jobs.relay import Relay
from points_api.settings import load
from tests.factories import make_member


@pytest.fixture
async def opened(sqlite_url, monkeypatch):
    monkeypatch.setattr(relay_module, "IDLE_SECONDS", 0.01)
    monkeypatch.setattr(embedded, "PAUSE_SECONDS", 0.01)
    async with composed(load({"database_url": sqlite_url})) as parts:
        yield parts


async def sealed():
    for _ in range(400):
        if await AuditEntry.filter(seq__not_isnull=True).exists():
            return True
        await asyncio.sleep(0.01)
    return False


async def ends(work):
    """Fail after ten seconds, where `asyncio.timeout` would wait for ever for who does not end."""
    task = asyncio.get_running_loop().create_task(work())
    done, _ = await asyncio.wait([task], timeout=10)
    if not done:  # a second time, for the next test's sake
        for left in ours():
            left.cancel()
        await asyncio.wait([task], timeout=10)
    assert done
    await task


def ours():
    return {task for task in asyncio.all_tasks() if "_forever" in repr(task.get_coro())}


async def test_it_works_beside_the_server_and_stops_with_it(opened):
    async with embedded_jobs(opened):
        await opened.scores.refresh((await make_member()).resident_id, "joined")
        assert await sealed()
        assert len(ours()) == 6
    assert not ours()


async def test_while_there_is_nothing_to_do_nothing_is_written_and_no_transaction_begun(
    opened, monkeypatch
):
    for work in (push, handling):
        monkeypatch.setattr(work, "IDLE_SECONDS", 0.01)
    this_minute = asyncio.Event()
    minute = minutely.this_minute

    async def noted():
        await minute()
        this_minute.set()

    monkeypatch.setattr(minutely, "this_minute", noted)
    client = connection()
    assert isinstance(client, Client)
    assert client._connection is not None
    assert client._reading is not None
    looked, looks = asyncio.Event(), count(1)
    written: list[str] = []

    def look(_):
        if next(looks) == 100:
            looked.set()

    async with embedded_jobs(opened), asyncio.timeout(30):
        await this_minute.wait()
        client._connection._conn.set_trace_callback(written.append)
        client._reading._conn.set_trace_callback(look)
        await looked.wait()
        assert written == []


async def test_a_failure_of_the_relay_leaves_the_server_running_and_is_got_over(
    opened, monkeypatch
):
    run = Relay.run
    failures: list[int] = []

    async def fails_twice(self):
        if len(failures) < 2:
            failures.append(1)
            raise RuntimeError("anything")
        await run(self)

    monkeypatch.setattr(Relay, "run", fails_twice)
    async with embedded_jobs(opened):
        await opened.scores.refresh((await make_member()).resident_id, "joined")
        assert await sealed()
    assert len(failures) == 2


async def test_it_ends_when_it_is_told_to_while_a_command_is_sent_to_redis(opened, monkeypatch):
    """Before Python 3.12 redis-py forgets a cancellation that comes in this very turn."""
    send = Connection._send_packed_command
    sent = asyncio.Event()

    async def send_and_tell(self, command):
        await send(self, command)
        sent.set()

    async def leave_when_sent():
        async with embedded_jobs(opened):
            await sent.wait()

    await opened.scores.refresh((await make_member()).resident_id, "joined")
    monkeypatch.setattr(Connection, "_send_packed_command", send_and_tell)
    await ends(leave_when_sent)


@pytest.mark.parametrize("fails", [False, True])
async def test_it_ends_although_a_step_of_the_relay_forgets_that_it_was_canceled(
    opened, monkeypatch, fails
):
    begun = asyncio.Event()
    forgotten: list[int] = []

    async def once(self):
        begun.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if forgotten:
                raise
            forgotten.append(1)
            if fails:
                raise RuntimeError("anything") from None
        return 1

    async def leave_when_begun():
        async with embedded_jobs(opened):
            await begun.wait()

    monkeypatch.setattr(Relay, "once", once)
    await ends(leave_when_begun)


async def test_what_ends_the_server_is_told_and_ends_the_jobs(opened):
    with pytest.raises(ExceptionGroup) as told:
        async with embedded_jobs(opened):
            raise LookupError
    assert isinstance(told.value.exceptions[0], LookupError)
    assert not ours()


async def test_with_postgres_the_server_does_none_of_it(postgres_url):
    async with composed(load({"database_url": postgres_url})) as parts:
        await outbox.append("t", "s", {})
        async with embedded_jobs(parts):
            assert not ours()
