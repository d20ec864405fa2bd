"""Which events become messages to whom, under whose consent, and what a withdrawal stops."""

from datetime import timedelta

from points_api.db.models import OutboxEvent
from tests.points_api.db import rows
from tests.points_api.webhooks.receiver import redemption_of
from tests.points_api.webhooks.shop import SCENARIO


async def test_the_same_event_twice_makes_one_message(shop, receiver):
    await shop.endpoint(receiver.url())
    await shop.redeem(await shop.customer())
    await shop.push.fan_out.once()
    await OutboxEvent.all().update(done_at=None)
    await shop.run()
    assert len(receiver.got) == 1


async def test_an_endpoint_gets_only_the_kinds_that_it_chose(shop, receiver):
    await shop.endpoint(receiver.url(), ["redemption.reversed"])
    resident = await shop.customer()
    for move in ("reserve", "confirm", "reverse"):
        await shop.redeem(resident, move)
    await shop.run()
    assert receiver.kinds() == ["redemption.reversed"]


async def test_nothing_is_told_without_consent(shop, receiver):
    await shop.endpoint(receiver.url())
    stranger = await rows.resident()
    await shop.redeem(stranger.id)
    other = await shop.customer("another-scenario")
    await shop.redeem(other)
    await shop.run()
    assert receiver.got == []
    assert not await OutboxEvent.filter(topic="redemption.moved", done_at=None).exists()


async def test_a_withdrawal_drops_what_waits_and_is_told_itself(shop, receiver, frozen_clock):
    await shop.endpoint(receiver.url(), ["redemption.confirmed"])
    resident, other = await shop.customer(), await shop.customer()
    receiver.answers = lambda _: (500, {})
    await shop.redeem(resident)
    await shop.redeem(resident)
    await shop.redeem(other)
    await shop.run()
    receiver.answers = lambda _: (200, {})
    await shop.withdraw(resident)
    await shop.redeem(resident)
    await shop.run()
    assert receiver.got[-1].said["data"] == {
        "scenario_id": SCENARIO, "subject": shop.name_of(resident)
    }  # fmt: skip
    frozen_clock.forward(timedelta(seconds=5))
    await shop.run()
    ends = [(one.kind, one.outcome) for one in await shop.messages()]
    assert sorted(ends) == [
        ("consent.withdrawn", "delivered"), ("redemption.confirmed", "delivered"),
        ("redemption.confirmed", "dropped"), ("redemption.confirmed", "dropped"),
    ]  # fmt: skip


async def test_an_event_that_cannot_be_told_holds_up_only_its_resident(
    shop, receiver, frozen_clock
):
    await shop.endpoint(receiver.url())
    ill, well = await shop.customer(), await shop.customer()
    bad = await shop.redeem(ill, "confirm")
    event = await OutboxEvent.get(topic="redemption.moved")
    await OutboxEvent.filter(id=event.id).update(payload={**event.payload, "move": "?"})
    later, other = await shop.redeem(ill), await shop.redeem(well)
    await shop.run()
    assert [redemption_of(one) for one in receiver.got] == [other]
    await OutboxEvent.filter(id=event.id).update(payload=event.payload)
    frozen_clock.forward(timedelta(seconds=1))
    await shop.run()
    assert [redemption_of(one) for one in receiver.got] == [other, bad, later]
