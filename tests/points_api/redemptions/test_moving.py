"""What becomes of a redemption, each move once, and what it gives back."""

from datetime import timedelta

import pytest

from points_api.db.idempotency import KeyMissing
from points_api.ids import new_id
from points_api.problem import NotFound
from points_api.redemptions import moving, service
from points_api.redemptions.models import LedgerEntry, QuotaCounter, Redemption
from points_api.redemptions.problems import (
    AmountAboveReserved,
    NothingToReturn,
    QuotaUsedUp,
    TooLateToReverse,
    WrongState,
)
from points_api.redemptions.view import View, members
from scenarios.scenario import Quota, Settled
from tests.points_api.redemptions.shop import DEPOSIT, ledger_of, open_shop, state_of, told

LIMITS = Quota(per_person=5, per_day=5, total=5, budget_fen=1000)
FULL = {"person": 1, "day": 1, "total": 1, "budget": 100}
EMPTY = dict.fromkeys(FULL, 0)


@pytest.fixture(autouse=True)
def still(frozen_clock):
    return frozen_clock


@pytest.fixture
async def shop(database):
    return await open_shop(quota=LIMITS, settlement=Settled("by_benefit", percent=50))


async def test_a_reservation_holds_and_adds_nothing_to_the_ledger_until_confirmed(shop):
    made = await shop.made(1000, reserve=True)
    assert await shop.used() == FULL
    assert await ledger_of(made) == [("reserve", 0, 0)]
    said = told(await shop.confirm(made))
    assert (said["state"], said["expires_at"]) == ("confirmed", None)
    assert await ledger_of(made) == [("reserve", 0, 0), ("confirm", 100, 50)]
    assert await shop.used() == FULL


async def test_confirming_less_gives_back_the_difference(shop):
    made = await shop.made(1000, reserve=True)
    assert told(await shop.confirm(made, 400))["benefit_fen"] == 40
    assert await shop.used() == FULL | {"budget": 40}
    assert (await ledger_of(made))[-1] == ("confirm", 40, 20)


async def test_confirming_more_is_refused(shop):
    made = await shop.made(1000, reserve=True)
    with pytest.raises(AmountAboveReserved):
        await shop.confirm(made, 1001)
    assert await state_of(made) == "reserved"


async def test_canceling_gives_everything_back_once(shop):
    made = await shop.made(reserve=True)
    first = await shop.cancel(made, key="k")
    assert await shop.cancel(made, key="k") == first
    with pytest.raises(WrongState) as refused:
        await shop.cancel(made)
    assert refused.value.fields == {"state": "canceled"}
    assert "已取消" in refused.value.detail.zh
    assert await shop.used() == EMPTY


async def test_reversing_gives_quota_budget_and_account_back_once(shop):
    made = await shop.made()
    await shop.reverse(made)
    with pytest.raises(WrongState):
        await shop.reverse(made)
    assert await shop.used() == EMPTY
    assert await ledger_of(made) == [("confirm", 100, 50), ("reverse", -100, -50)]


async def test_what_was_undone_counts_nothing_and_the_rest_adds_up_to_the_ledger(shop):
    canceled = told(await shop.cancel(await shop.made(1000, reserve=True)))
    reversed_ = told(await shop.reverse(await shop.made(1000)))
    for undone in (canceled, reversed_):
        assert (undone["benefit_fen"], undone["owed_fen"], undone["undone_fen"]) == (0, 0, 100)
        assert undone["to_pay_fen"] == 1000
    kept = told(await shop.redeem(2000, n=2))
    assert (kept["benefit_fen"], kept["undone_fen"]) == (200, 0)
    listed = [members(View.of(row)) for row in await Redemption.all()]
    ledger = await LedgerEntry.all()
    for amount in ("benefit_fen", "owed_fen"):
        assert sum(one[amount] for one in listed) == sum(getattr(one, amount) for one in ledger)


async def test_what_came_back_before_a_reversal_counts_nothing_either(database):
    shop = await open_shop(benefit=DEPOSIT)
    made = await shop.made(1000)
    await shop.give_back(made, 300)
    said = told(await shop.reverse(made))
    assert (said["benefit_fen"], said["returned_fen"], said["undone_fen"]) == (0, 0, 1000)


async def test_reversing_is_possible_for_thirty_days(shop, still):
    made, other = await shop.made(), await shop.made()
    still.forward(moving.REVERSIBLE)
    await shop.reverse(made)
    still.forward(timedelta(days=1))
    with pytest.raises(TooLateToReverse) as refused:
        await shop.reverse(other)
    assert refused.value.fields == {"until": "2026-07-01"}


async def test_a_lapsed_reservation_expires_where_it_is_touched(shop, still):
    made = await shop.made(reserve=True)
    still.forward(timedelta(minutes=15))
    with pytest.raises(WrongState) as refused:
        await shop.confirm(made)
    assert refused.value.fields == {"state": "expired"}
    assert await state_of(made) == "expired"
    assert await shop.used() == EMPTY


async def test_a_lapsed_reservation_expires_by_the_job_once(shop, still):
    made, kept = await shop.made(reserve=True), await shop.made(n=2)
    still.forward(timedelta(minutes=14))
    assert await shop.expire() == 0
    still.forward(timedelta(minutes=1))
    assert (await shop.expire(), await shop.expire()) == (1, 0)
    assert [await state_of(one) for one in (made, kept)] == ["expired", "confirmed"]
    assert await shop.used() == FULL
    assert (await ledger_of(made))[-1] == ("expire", 0, 0)


async def test_a_reservation_that_cannot_expire_holds_up_no_other(shop, still):
    await shop.made(reserve=True)
    await QuotaCounter.filter(name__startswith="person").update(used=0)  # by somebody's hand
    other = await shop.made(n=2, reserve=True)
    still.forward(service.HELD)
    assert await shop.expire() == 1
    assert await state_of(other) == "expired"


async def test_room_held_by_a_lapsed_reservation_is_found_where_it_is_needed(database, still):
    shop = await open_shop(quota=Quota(total=1))
    await shop.made(reserve=True)
    with pytest.raises(QuotaUsedUp):
        await shop.made(n=2)
    still.forward(timedelta(minutes=15))
    await shop.made(n=2)
    assert await shop.used() == {"total": 1}


async def test_returning_a_deposit_frees_the_persons_limit_part_by_part(database):
    shop = await open_shop(benefit=DEPOSIT)
    made = await shop.made(10_000)
    with pytest.raises(QuotaUsedUp) as refused:
        await shop.made(1)
    assert refused.value.fields == {"limit": "out"}
    assert told(await shop.give_back(made, 4000))["outstanding_fen"] == 6000
    with pytest.raises(NothingToReturn):
        await shop.give_back(made, 6001)
    await shop.made(4000)
    assert told(await shop.give_back(made, 6000))["outstanding_fen"] == 0
    assert await ledger_of(made) == [
        ("confirm", 10_000, 0), ("return", -4000, 0), ("return", -6000, 0),
    ]  # fmt: skip


async def test_reversing_what_was_partly_returned_gives_back_the_rest_only(database):
    shop = await open_shop(benefit=DEPOSIT, quota=Quota(budget_fen=20_000))
    made = await shop.made(10_000)
    await shop.give_back(made, 4000)
    await shop.reverse(made)
    assert await shop.used() == {"out": 0, "budget": 0}
    assert sum(benefit for _, benefit, _ in await ledger_of(made)) == 0


async def test_nothing_comes_back_of_a_discount(shop):
    with pytest.raises(NothingToReturn):
        await shop.give_back(await shop.made(), 1)


async def test_anothers_and_missing_redemptions_are_the_same(shop, database):
    made = await shop.made(reserve=True)
    other = await open_shop(id="s2")
    for one in (made, new_id()):
        with pytest.raises(NotFound):
            await other.cancel(one)
    with pytest.raises(KeyMissing):
        await moving.cancel(shop.caller, moving.Request("", "f", made))
