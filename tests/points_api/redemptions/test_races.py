"""Many at once, on a real PostgreSQL: once, and never over at any commit.

`POINTS_TRIES=10000` tries ten thousand times at a budget of a thousand; usually fewer are enough.
"""

import asyncio
import os
import random
from datetime import timedelta

import asyncpg

from points_api.db.idempotency import KeyInFlight
from points_api.problem import Busy, Problem
from points_api.redemptions.models import LedgerEntry, Redemption
from points_api.redemptions.problems import AlreadyRedeemed, QuotaUsedUp
from scenarios.scenario import Quota
from tests.points_api.redemptions.shop import id_of, open_shop

TRIES = int(os.environ.get("POINTS_TRIES", "400"))
BUDGET = TRIES // 10
AT_ONCE = 16


async def outcomes(works):
    return await asyncio.gather(*works, return_exceptions=True)


async def test_a_hundred_sends_of_one_key_are_one_redemption_and_one_answer(postgres):
    shop = await open_shop(quota=Quota(total=50))
    verification = await shop.verified()
    sent = await outcomes([shop.redeem(key="k", verification=verification) for _ in range(100)])
    bodies = {answer.body["text"] for answer in sent if not isinstance(answer, Exception)}
    refused = {type(answer) for answer in sent if isinstance(answer, Exception)}
    assert len(bodies) == 1
    assert refused <= {KeyInFlight}
    assert await Redemption.all().count() == await LedgerEntry.all().count() == 1
    assert await shop.used() == {"total": 1}


async def test_a_key_is_in_flight_while_its_first_request_waits(postgres):
    shop = await open_shop(quota=Quota(total=5))
    await shop.redeem()
    verification = await shop.verified()
    other = await asyncpg.connect(postgres)
    async with asyncio.TaskGroup() as tasks:
        async with other.transaction():
            await other.execute("SELECT * FROM quota_counter FOR UPDATE")
            first = tasks.create_task(shop.redeem(key="k", verification=verification))
            await _somebody_waits(other)
            [second] = await outcomes([shop.redeem(key="k", verification=verification)])
        await first
    assert isinstance(second, KeyInFlight)
    assert await shop.redeem(key="k", verification=verification) == first.result()
    await other.close()


async def test_of_many_keys_for_one_verification_one_redeems(postgres):
    shop = await open_shop(quota=Quota(total=1))
    verification = await shop.verified()
    sent = await outcomes([shop.redeem(verification=verification) for _ in range(20)])
    assert [type(one) for one in sent].count(AlreadyRedeemed) == 19
    assert await shop.used() == {"total": 1}


async def test_the_last_place_is_taken_once(postgres):
    shop = await open_shop(quota=Quota(per_person=1, per_day=3, total=2))
    sent = await outcomes([shop.redeem(n=1 + n % 10) for n in range(40)])
    assert sum(not isinstance(one, Exception) for one in sent) == 2
    assert {type(one) for one in sent if isinstance(one, Exception)} == {QuotaUsedUp}
    assert await shop.used() == {"person": 2, "day": 2, "total": 2}


async def test_of_many_moves_of_one_reservation_one_is_made(postgres):
    shop = await open_shop(quota=Quota(total=1))
    made = await shop.made(reserve=True)
    await Redemption.all().update(expires_at=await _past(made))
    works = [shop.cancel(made), shop.expire(), shop.confirm(made), shop.expire()]
    await outcomes(works)
    assert await shop.used() == {"total": 0}
    entries = await LedgerEntry.filter(redemption_id=made)
    assert sorted(one.move for one in entries) == ["expire", "reserve"]


async def test_a_budget_is_never_over_at_any_commit_and_its_end_is_exact(postgres):
    shop = await open_shop(quota=Quota(total=BUDGET, budget_fen=BUDGET))
    await shop.redeem(10)
    left, chance = list(range(TRIES)), random.Random(3)
    stop = asyncio.Event()

    async def work():
        while left:
            left.pop()
            await _some_way(shop, chance)

    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(_watch(postgres, stop))
        await asyncio.gather(*[work() for _ in range(AT_ONCE)])
        stop.set()
    looks, most = watching.result()
    assert looks > 10
    assert most <= BUDGET
    held = await Redemption.filter(state__in=("reserved", "confirmed"))
    used = await shop.used()
    assert used == {"total": len(held), "budget": sum(one.benefit_fen for one in held)}
    entries = await LedgerEntry.all()
    confirmed = sum(one.benefit_fen for one in held if one.state == "confirmed")
    assert sum(one.benefit_fen for one in entries) == confirmed
    assert await LedgerEntry.filter(move="expire").exists()


async def _some_way(shop, chance):
    """One of the ways that a use may go, refused or not."""
    try:
        reserve = chance.random() < 0.6
        made = id_of(await shop.redeem(10 * chance.randint(1, 3), reserve=reserve))
        if not reserve:
            if chance.random() < 0.6:
                await shop.reverse(made)
            return
        way = chance.randrange(4)
        if way == 0:
            await shop.cancel(made)
        elif way == 1:
            await shop.confirm(made, 10)
        elif way == 2:
            await Redemption.filter(id=made).update(expires_at=await _past(made))
            await shop.expire()
    except (Busy, Problem):
        return


async def _somebody_waits(connection):
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    for _ in range(500):
        if await connection.fetchval(waiting):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")


async def _watch(url, stop):
    """Look at what is committed, again and again; how often, and the most that was ever used."""
    connection = await asyncpg.connect(url)
    looks = most = 0
    while not stop.is_set():
        used = await connection.fetchval("SELECT max(used) FROM quota_counter")
        looks, most = looks + 1, max(most, used or 0)
        await asyncio.sleep(0.001)
    await connection.close()
    return looks, most


async def _past(made):
    return (await Redemption.get(id=made)).reserved_at - timedelta(seconds=1)
