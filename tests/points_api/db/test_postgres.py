"""Transactions where several write at once, and where the line to the server breaks."""

import asyncio

import asyncpg
import pytest

from points_api.db import config
from points_api.db.transaction import (
    advisory_lock,
    advisory_lock_if_free,
    connection,
    one_connection,
    transactional,
)
from points_api.problem import Busy
from points_api.residents.models import Resident
from tests.points_api.db import rows
from tests.points_api.db.falling_silent import line_to
from tests.points_api.db.residents_added import Refused, add, count


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


async def _borrow():
    async with one_connection():
        await count()


@pytest.mark.parametrize("way", [count, add, _borrow], ids=["query", "transaction", "loan"])
async def test_a_server_that_lets_us_in_and_never_greets_makes_us_busy(postgres_url, way):
    async with line_to(postgres_url) as line, config.open(line.url):
        await way()
        line.falls_silent()
        await _drop_others(postgres_url)
        with pytest.raises(Busy):
            await way()


async def test_a_server_whose_name_is_known_no_longer_makes_us_busy(postgres_url):
    async with config.open(postgres_url):
        connection()._pool._connect_kwargs["host"] = "points.invalid"
        await _drop_others(postgres_url)
        with pytest.raises(Busy):
            await count()


async def _drop_others(url: str) -> None:
    outsider = await asyncpg.connect(url)
    await outsider.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'points'"
    )
    await outsider.close()
