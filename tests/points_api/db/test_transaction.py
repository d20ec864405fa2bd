"""One service call is one transaction, on both databases."""

import asyncio
import json
import sqlite3
from io import StringIO

import asyncpg
import pytest

from points_api import log
from points_api.db import config
from points_api.db.transaction import (
    ATTEMPTS,
    advisory_lock,
    advisory_lock_if_free,
    after_commit,
    connection,
    inside,
    transactional,
)
from points_api.problem import Busy
from points_api.residents.models import Resident
from tests.points_api.db import rows


class Refused(Exception):
    pass


@transactional
async def add(*, then: BaseException | None = None) -> None:
    await rows.resident()
    if then is not None:
        raise then


async def count() -> int:
    return await Resident.all().count()


async def test_what_a_service_wrote_stays_and_what_it_refused_is_gone(database):
    await add()
    with pytest.raises(Refused):
        await add(then=Refused())
    assert await count() == 1


async def test_a_nested_call_joins_and_is_rolled_back_with_its_caller(database):
    @transactional
    async def outer():
        await add()
        assert inside()
        raise Refused

    with pytest.raises(Refused):
        await outer()
    assert await count() == 0
    assert not inside()


async def test_a_nested_refusal_that_the_caller_bears_does_not_undo_the_caller(database):
    @transactional
    async def outer():
        await rows.resident()
        with pytest.raises(Refused):
            await add(then=Refused())

    await outer()
    assert await count() == 2


async def test_after_commit_runs_after_the_outermost_commit_and_in_order(database):
    seen = []

    async def see(name):
        seen.append((name, inside(), await count()))

    @transactional
    async def inner():
        after_commit(lambda: see("inner"))
        await rows.resident()

    @transactional
    async def outer():
        await inner()
        after_commit(lambda: see("outer"))
        assert seen == []

    await outer()
    assert seen == [("inner", False, 1), ("outer", False, 1)]


async def test_after_commit_is_forgotten_on_rollback_and_refused_outside(database):
    called = []

    async def call():
        called.append(1)

    @transactional
    async def outer():
        after_commit(call)
        raise Refused

    with pytest.raises(Refused):
        await outer()
    with pytest.raises(RuntimeError, match="no transaction"):
        after_commit(call)
    assert called == []


async def test_a_failing_callback_is_logged_and_hinders_nobody(database):
    written, called = StringIO(), []

    async def fail():
        raise Refused

    async def call():
        called.append(1)

    @transactional
    async def outer():
        after_commit(fail)
        after_commit(call)
        return "done"

    log.configure(stream=written)
    assert await outer() == "done"
    assert called == [1]
    line = json.loads(written.getvalue())
    assert (line["event"], line["error"]) == ("after_commit.failed", "Refused")


async def test_a_conflict_is_tried_five_times_and_then_the_answer_is_busy(database):
    tries, called = [], []

    async def call():
        called.append(1)

    @transactional
    async def conflicting(succeeds_at: int):
        await rows.resident()
        after_commit(call)
        tries.append(1)
        if len(tries) < succeeds_at:
            raise asyncpg.SerializationError

    await conflicting(ATTEMPTS)
    assert (len(tries), len(called), await count()) == (ATTEMPTS, 1, 1)
    tries.clear()
    with pytest.raises(Busy):
        await conflicting(ATTEMPTS + 1)
    assert (len(tries), len(called), await count()) == (ATTEMPTS, 1, 1)


async def test_what_is_no_conflict_is_not_tried_again(database):
    tries = []

    @transactional
    async def refuse():
        tries.append(1)
        raise Refused

    with pytest.raises(Refused):
        await refuse()
    assert len(tries) == 1


async def test_a_canceled_call_is_rolled_back_and_the_next_one_works(database):
    begun = asyncio.Event()

    @transactional
    async def hang():
        await rows.resident()
        begun.set()
        await asyncio.sleep(60)

    task = asyncio.get_running_loop().create_task(hang())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await add()
    assert await count() == 1


async def test_calls_canceled_at_any_moment_leave_no_connection_behind(database_url):
    async with config.open(database_url, pool_max_size=1):
        for step in range(40):
            task = asyncio.get_running_loop().create_task(add())
            for _ in range(step % 10):
                await asyncio.sleep(0)
            await asyncio.sleep(step // 10 / 2000)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        before = await count()
        await asyncio.wait_for(add(), 10)
        assert await count() == before + 1


async def test_a_task_that_outlives_its_transaction_is_told_so(database):
    @transactional
    async def start():
        async def late():
            await asyncio.sleep(0.01)
            await add()

        return asyncio.get_running_loop().create_task(late())

    with pytest.raises(RuntimeError, match="outlives"):
        await (await start())


async def test_many_calls_at_once_each_have_their_own_transaction(database):
    await asyncio.gather(*(add() for _ in range(30)))
    results = await asyncio.gather(
        *(add(then=Refused() if n % 2 else None) for n in range(20)), return_exceptions=True
    )
    assert sum(isinstance(result, Refused) for result in results) == 10
    assert await count() == 40


async def test_a_lock_needs_a_transaction(database):
    with pytest.raises(RuntimeError, match="transaction"):
        await advisory_lock("a")


async def test_counting_under_a_lock_loses_nothing(database):
    seen = []

    @transactional
    async def take():
        await advisory_lock("counter")
        number = await count()
        await asyncio.sleep(0.002)
        await rows.resident()
        seen.append(number)

    await asyncio.gather(*(take() for _ in range(8)))
    assert sorted(seen) == list(range(8))


async def test_a_lock_that_another_holds_is_not_waited_for(postgres):
    held, free = asyncio.Event(), asyncio.Event()

    @transactional
    async def hold():
        await advisory_lock("a")
        held.set()
        await free.wait()

    @transactional
    async def ask(name):
        return await advisory_lock_if_free(name)

    task = asyncio.get_running_loop().create_task(hold())
    await held.wait()
    assert (await ask("a"), await ask("b")) == (False, True)
    free.set()
    await task
    assert await ask("a")


async def test_of_two_in_deadlock_both_end_well(postgres):
    first, second = await rows.resident(), await rows.resident()
    order: list[asyncio.Event] = [asyncio.Event(), asyncio.Event()]
    tries = []

    @transactional
    async def lock(mine: int, ids):
        tries.append(mine)
        await connection().execute_query("SET LOCAL deadlock_timeout = '20ms'")
        await Resident.filter(id=ids[0]).update(openid_index=b"%d" % mine)
        order[mine].set()
        await order[1 - mine].wait()
        await Resident.filter(id=ids[1]).update(openid_index=b"other %d" % mine)

    await asyncio.gather(lock(0, (first.id, second.id)), lock(1, (second.id, first.id)))
    assert len(tries) == 3


async def test_the_isolation_is_read_committed(postgres):
    @transactional
    async def level():
        [row] = await connection().execute_query_dict("SHOW transaction_isolation")
        return row["transaction_isolation"]

    assert await level() == "read committed"


async def test_connections_that_died_in_the_pool_cost_nobody_a_refusal(postgres_url):
    async with config.open(postgres_url, pool_max_size=1):
        for _ in range(5):
            await asyncio.wait_for(add(), 10)
            await _drop_others(postgres_url)
        await asyncio.wait_for(add(), 10)
        assert await count() == 6


async def test_a_server_that_drops_us_midway_makes_us_busy(postgres):
    @transactional
    async def dropped():
        await rows.resident()
        await _drop_others(postgres)
        await rows.resident()

    with pytest.raises(Busy):
        await dropped()
    await add()
    assert await count() == 1


async def test_what_the_business_refused_stays_so_when_the_server_drops_us(postgres):
    @transactional
    async def refuse():
        await rows.resident()
        await _drop_others(postgres)
        raise Refused

    with pytest.raises(Refused):
        await refuse()
    await add()
    assert await count() == 1


async def _drop_others(url: str) -> None:
    outsider = await asyncpg.connect(url)
    await outsider.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await outsider.close()


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
