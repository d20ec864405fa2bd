"""What a resident is told to have left is what redeeming allows."""

from datetime import timedelta

import pytest

from points_api import clock
from points_api.redemptions.problems import QuotaUsedUp
from points_api.redemptions.remaining import uses_of
from scenarios.benefits import Gift
from scenarios.scenario import Quota
from scenarios.words import Words
from tests.points_api.redemptions.shop import DEPOSIT, open_shop


@pytest.fixture(autouse=True)
def still(frozen_clock):
    return frozen_clock


async def left(shop, n=1):
    found = await uses_of(await shop.resident(n), [shop.scenario], clock.today())
    return found[shop.scenario.id]


async def refused(shop, **given):
    with pytest.raises(QuotaUsedUp) as problem:
        await shop.redeem(**given)
    return problem.value.fields


async def test_uses_go_down_with_each_use_and_come_back_with_the_period(database, still):
    shop = await open_shop(quota=Quota(per_person=2, period="month"))
    assert (await left(shop)).left == 2
    await shop.redeem()
    assert ((await left(shop)).left, (await left(shop)).used_up) == (1, None)
    made = await shop.made()
    now = await left(shop)
    assert (now.left, now.used_up, str(now.free_on)) == (0, "person", "2026-07-01")
    assert await refused(shop) == {"limit": "person", "free_on": "2026-07-01"}
    assert (await left(shop, n=2)).left == 2
    await shop.reverse(made)
    assert (await left(shop)).left == 1
    still.forward(timedelta(days=30))
    assert (await left(shop)).left == 2


@pytest.mark.parametrize(
    ("offered", "limit", "free_on"),
    [
        ({"quota": Quota(per_day=1)}, "day", "2026-06-02"),
        ({"quota": Quota(total=1)}, "total", None),
        ({"quota": Quota(budget_fen=800), "benefit": Gift(Words("伞", "umbrella"), 500)},
         "budget", None),
        ({"benefit": DEPOSIT}, "out", None),
    ],
)  # fmt: skip
async def test_a_limit_that_others_share_is_told_by_the_name_that_the_refusal_has(
    database, offered, limit, free_on
):
    shop = await open_shop(**offered)
    assert (await left(shop)).used_up is None
    await shop.redeem(10_000)
    now = await left(shop)
    assert (now.left, now.used_up) == (None, limit)
    assert now.free_on == (clock.today() + timedelta(days=1) if free_on else None)
    again = await refused(shop)
    assert (again["limit"], again.get("free_on")) == (limit, free_on)
