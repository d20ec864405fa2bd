"""What a merchant reads: a feed without gaps or repeats, and the file of a day."""

import asyncio
import csv
import io
from datetime import timedelta
from hashlib import sha256

import pytest

from points_api import clock
from points_api.entitlements import service
from points_api.entitlements.models import EntitlementChange
from points_api.entitlements.problems import DayNotOver
from points_api.ids import new_id
from points_api.paging import UnknownCursor
from tests.points_api.entitlements.drivers import driver, strike_off, withdraw
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


async def test_the_file_of_a_day_holds_who_was_entitled_then_and_has_not_left(yard, frozen_clock):
    live = yard.push.entitlements.scenarios
    residents = [await driver(yard.keyring, n) for n in range(1, 5)]
    for n, one in enumerate(residents[:3]):
        await service.give_number(yard.keyring, live, one, SCENARIO, f"鄂B1234{n}", clock.now())
    await yard.run()
    today = clock.today()
    with pytest.raises(DayNotOver):
        await service.day_file(yard.merchant_id, today)
    frozen_clock.forward(timedelta(days=1))
    await withdraw(residents[0])
    late = await driver(yard.keyring, 9)
    await yard.run()
    found = await service.day_file(yard.merchant_id, today)
    read = list(csv.DictReader(io.StringIO(found.content.decode())))
    listed = {one["subject"]: one["member_hash"] for one in read}
    assert listed.keys() == {yard.name_of(one) for one in residents[1:]}
    assert yard.name_of(late) not in listed
    assert sorted(map(len, listed.values())) == [0, 64, 64]
    assert found.manifest == {
        "merchant_id": str(yard.merchant_id), "day": "2026-06-01", "rows": 3, "last_change": 4,
        "digest": f"sha256:{sha256(found.content).hexdigest()}",
        "columns": ["scenario_id", "subject", "member_hash", "since"],
    }  # fmt: skip
    assert await service.merchants_with_a_list() == [yard.merchant_id]


async def _all_from(yard, cursor, limit):
    found = []
    while True:
        feed = await service.changes(yard.keyring, yard.merchant_id, cursor, limit)
        found += feed.changes
        cursor = feed.cursor
        if not feed.more:
            return found, cursor
