"""A verification is redeemed once, within its limits, and everything about it is one commit."""

from datetime import timedelta

import pytest
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from points_api import clock
from points_api.audit.models import AuditEntry
from points_api.db.idempotency import KeyMissing, KeyReused
from points_api.db.models import OutboxEvent
from points_api.db.transaction import connection, dialect
from points_api.ids import new_id
from points_api.problem import NotFound
from points_api.redemptions import service
from points_api.redemptions.models import LedgerEntry, QuotaCounter, Redemption
from points_api.redemptions.problems import (
    AlreadyRedeemed,
    AmountBelowLeast,
    AmountMissing,
    DueDayUnfit,
    QuotaUsedUp,
    ScenarioClosed,
    VerificationUnusable,
)
from points_api.scenarios.models import ScenarioVersion
from scenarios.benefits import AmountOff, PayLater
from scenarios.quotas import counters
from scenarios.scenario import Quota, Settled
from tests.points_api.redemptions import shop as shops
from tests.points_api.redemptions.shop import DEPOSIT, ledger_of, open_shop, told

EVERY_LIMIT = Quota(per_person=2, period="month", per_day=3, total=4, budget_fen=350)


@pytest.fixture(autouse=True)
def still(frozen_clock):
    return frozen_clock


async def test_a_use_writes_redemption_ledger_counters_audit_and_event_together(database):
    shop = await open_shop(quota=EVERY_LIMIT, settlement=Settled("by_benefit", percent=50))
    made = await shop.redeem(1000)
    said = told(made)
    assert (said["state"], said["benefit_fen"], said["to_pay_fen"]) == ("confirmed", 100, 900)
    assert await ledger_of(shops.id_of(made)) == [("confirm", 100, 50)]
    assert await shop.used() == {"person": 1, "day": 1, "total": 1, "budget": 100}
    [entry] = await AuditEntry.filter(action="redemption.confirm")
    assert entry.subject == f"redemption:{said['redemption_id']}"
    [event] = await OutboxEvent.filter(topic="redemption.moved")
    assert event.payload["state"] == "confirmed"
    assert event.subject == f"resident:{await shop.resident()}"


async def test_the_counters_begin_with_the_kinds_in_the_order_of_taking(database):
    shop = await open_shop(quota=EVERY_LIMIT, benefit=DEPOSIT)
    taken = [one.name for one in counters(shop.scenario, "p", clock.today(), 1)]
    kinds = [name.partition(":")[0] for name in taken]
    assert kinds == ["person", "out", "day", "total", "budget"]


async def test_the_same_key_gives_the_same_bytes_and_happens_once(database):
    shop = await open_shop(quota=EVERY_LIMIT)
    verification = await shop.verified()
    first = await shop.redeem(key="k", verification=verification)
    again = await shop.redeem(key="k", verification=verification)
    assert again == first
    assert await Redemption.all().count() == await LedgerEntry.all().count() == 1
    assert (await shop.used())["total"] == 1


async def test_the_same_key_for_another_request_is_refused(database):
    shop = await open_shop()
    await shop.redeem(key="k")
    with pytest.raises(KeyReused):
        await shop.redeem(key="k", fingerprint="other")


async def test_without_a_key_nothing_is_redeemed(database):
    shop = await open_shop()
    order = service.Order(None, "f", await shop.verified(), 1000)
    with pytest.raises(KeyMissing):
        await service.redeem(shop.live, shop.caller, order)


async def test_a_verification_is_redeemed_once_under_whatever_key(database):
    shop = await open_shop()
    verification = await shop.verified()
    await shop.redeem(verification=verification)
    with pytest.raises(AlreadyRedeemed):
        await shop.redeem(verification=verification)


async def test_a_broken_check_is_an_error_and_not_somebody_who_came_first(database):
    shop = await open_shop(benefit=AmountOff(-1, 0))
    with pytest.raises(IntegrityError, match="redemption_amounts"):
        await shop.redeem()
    assert not await Redemption.all().exists()


async def test_a_row_that_hangs_on_nothing_is_an_error_and_not_somebody_who_came_first(database):
    shop = await open_shop()
    verification = await shop.verified()
    await _delete_unseen("resident", await shop.resident())
    with pytest.raises(IntegrityError):
        await shop.redeem(verification=verification)
    assert not await Redemption.all().exists()


async def _delete_unseen(table, row_id):
    """Delete a row under others, as only somebody with the keys to the database can."""
    postgres = dialect() == "postgres"
    if not postgres:
        await connection().execute_script("PRAGMA foreign_keys = OFF")
    async with in_transaction() as transaction:
        if postgres:
            await transaction.execute_script("SET LOCAL session_replication_role = replica")
        await transaction.execute_script(f"DELETE FROM {table} WHERE id = '{row_id}'")
    if not postgres:
        await connection().execute_script("PRAGMA foreign_keys = ON")


async def test_what_is_not_the_merchants_or_says_no_or_is_too_old_is_refused(database, still):
    shop = await open_shop()
    with pytest.raises(NotFound):
        await shop.redeem(verification=await shop.verified(merchant_id=new_id()))
    with pytest.raises(NotFound):
        await shop.redeem(verification=new_id())
    no = await shop.verified(eligible=False, cause="below")
    with pytest.raises(VerificationUnusable) as refused:
        await shop.redeem(verification=no)
    assert refused.value.fields["reason"] == "not_eligible"
    old = await shop.verified()
    still.forward(timedelta(minutes=5))
    with pytest.raises(VerificationUnusable) as refused:
        await shop.redeem(verification=old)
    assert refused.value.fields["reason"] == "expired"


async def test_a_scenario_that_was_stopped_a_moment_ago_is_refused(database):
    shop = await open_shop()
    verification = await shop.verified()
    await ScenarioVersion.all().update(state="suspended")  # this process has not heard of it yet
    with pytest.raises(ScenarioClosed):
        await shop.redeem(verification=verification)
    assert not await Redemption.all().exists()


@pytest.mark.parametrize(
    ("quota", "limit", "free_on"),
    [
        (Quota(per_person=1, period="month"), "person", "2026-07-01"),
        (Quota(per_person=1, period="week"), "person", "2026-06-08"),
        (Quota(per_person=1, period="ever"), "person", None),
        (Quota(per_day=1), "day", "2026-06-02"),
        (Quota(total=1), "total", None),
        (Quota(budget_fen=199), "budget", None),
    ],
)
async def test_a_refusal_names_the_limit_and_when_there_is_room_again(
    database, quota, limit, free_on
):
    shop = await open_shop(quota=quota)
    await shop.redeem()
    before = await shop.used()
    with pytest.raises(QuotaUsedUp) as refused:
        await shop.redeem()
    assert refused.value.fields["limit"] == limit
    assert refused.value.fields.get("free_on") == free_on
    assert await shop.used() == before
    assert await Redemption.all().count() == 1


async def test_what_a_full_counter_refuses_takes_nothing_of_the_others(database):
    shop = await open_shop(quota=Quota(per_person=5, per_day=5, total=1))
    await shop.redeem()
    with pytest.raises(QuotaUsedUp):
        await shop.redeem(n=2)
    assert await shop.used() == {"person": 1, "day": 1, "total": 1}


async def test_the_person_limit_is_that_of_each_person_and_period(database, still):
    shop = await open_shop(quota=Quota(per_person=1, period="day"))
    await shop.redeem(n=1)
    await shop.redeem(n=2)
    still.forward(timedelta(hours=12))  # past midnight in Huangshi
    await shop.redeem(n=1)


async def test_a_new_version_with_a_lower_limit_holds_for_the_next_use(database):
    shop = await open_shop(quota=Quota(total=5))
    await shop.redeem()
    await shop.redeem()
    shop.offer(quota=Quota(total=2))
    with pytest.raises(QuotaUsedUp):
        await shop.redeem()
    assert (await QuotaCounter.get(name="total")).used == 2


async def test_amounts_are_asked_for_where_the_benefit_depends_on_them(database):
    shop = await open_shop(benefit=AmountOff(500, 5000))
    with pytest.raises(AmountMissing):
        await shop.redeem(None)
    with pytest.raises(AmountBelowLeast) as refused:
        await shop.redeem(4999)
    assert refused.value.fields == {"least_fen": 5000}


async def test_a_deferred_payment_is_due_after_its_days_and_a_deposit_when_agreed(database):
    today = clock.today()
    shop = await open_shop(benefit=PayLater(100_000, 10))
    assert told(await shop.redeem(500))["due_on"] == (today + timedelta(days=10)).isoformat()
    with pytest.raises(DueDayUnfit):
        await shop.redeem(500, due_on=today)
    shop.offer(benefit=DEPOSIT)
    due = today + timedelta(days=30)
    assert told(await shop.redeem(500, due_on=due))["due_on"] == due.isoformat()
    with pytest.raises(DueDayUnfit):
        await shop.redeem(500, due_on=today - timedelta(days=1))
