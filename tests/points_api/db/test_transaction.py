"""One service call is one transaction, on both databases."""

import asyncio
import json
from io import StringIO

import asyncpg
import pytest

from points_api import log
from points_api.db import config
from points_api.db.transaction import (
    ATTEMPTS,
    advisory_lock,
    after_commit,
    inside,
    transactional,
)
from points_api.problem import Busy
from tests.points_api.db import rows
from tests.points_api.db.residents_added import Refused, add, count


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
