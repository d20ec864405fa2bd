"""The feed that a merchant reads: without gaps or repeats."""

import asyncio

import pytest

from points_api import clock
from points_api.entitlements import service
from points_api.entitlements.models import EntitlementChange
from points_api.ids import new_id
from points_api.paging import UnknownCursor
from tests.points_api.entitlements.drivers import driver, strike_off
from tests.points_api.webhooks.shop import SCENARIO, publish
from tests.points_api.webhooks.shop import shop as open_shop


async def test_the_feed_is_read_page_by_page_and_goes_on_where_it_ended(yard):
    residents = [await driver(yard.keyring, n) for n in range(1, 6)]
    await yard.run()
    read = await _all_from(yard, None, 2)
    assert [one.number for one in read[0]] == [1, 2, 3, 4, 5]
    again = await service.changes(yard.keyring, yard.merchant_id, read[1], 2)
    assert (again.changes, again.more) == ([], False)
    await strike_off(residents[0])
    await yard.run()
    new = await service.changes(yard.keyring, yard.merchant_id, again.cursor, 2)
    assert [(one.number, one.kind) for one in new.changes] == [(6, "revoked")]
    with pytest.raises(UnknownCursor):
        await service.changes(yard.keyring, new_id(), read[1], 2)


async def test_nothing_is_missed_or_repeated_while_many_commit_at_once(postgres, frozen_clock):
    async with open_shop() as yard:
        await publish(SCENARIO)
        await yard.push.entitlements.scenarios.refresh()
        residents = [await driver(yard.keyring, n) for n in range(1, 25)]
        seen: list[int] = []
        cursor, done = None, False

        async def read():
            nonlocal cursor
            while True:
                ending = done
                feed = await service.changes(yard.keyring, yard.merchant_id, cursor, 5)
                seen.extend(one.number for one in feed.changes)
                cursor = feed.cursor
                if ending and not feed.changes:
                    return
                await asyncio.sleep(0)

        async def write():
            nonlocal done
            renew = yard.push.entitlements.renew
            await asyncio.gather(*(renew(one, clock.now()) for one in residents * 2))
            done = True

        await asyncio.gather(read(), write())
        assert seen == list(range(1, 25))
        order = await EntitlementChange.all().order_by("number").values_list("id", flat=True)
        assert list(order) == sorted(order)


async def _all_from(yard, cursor, limit):
    found = []
    while True:
        feed = await service.changes(yard.keyring, yard.merchant_id, cursor, limit)
        found += feed.changes
        cursor = feed.cursor
        if not feed.more:
            return found, cursor
