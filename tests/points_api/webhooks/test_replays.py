"""What is sent again, in which order, how often, and what never."""

from datetime import timedelta

import pytest

from points_api import clock
from points_api.db import outbox
from points_api.db.idempotency import KeyReused
from points_api.ids import new_id
from points_api.webhooks import replays, service
from points_api.webhooks.models import WebhookMessage
from tests.points_api.webhooks.receiver import redemption_of
from tests.points_api.webhooks.shop import OPEN

HOUR = timedelta(hours=1)


@pytest.fixture
async def endpoint(shop, receiver):
    made, _ = await shop.endpoint(receiver.url())
    return made


def request(shop, endpoint, since, *, delivered=False, key=None, fingerprint="1"):
    return replays.Request(
        shop.merchant_id, endpoint, since, delivered, "merchant:test",
        key or str(new_id()), fingerprint,
    )  # fmt: skip


async def asked(*args, **kwargs):
    """Ask for a replay; how many messages it is about."""
    answer, _ = await replays.replay(request(*args, **kwargs), clock.now())
    return answer.body["text"]


async def events():
    """The events of replays, until none is left; each is done when the next is asked for."""
    while found := await outbox.claim(1, topics=[replays.TOPIC]):
        yield found[0]
        await outbox.done([found[0].id])


async def change(shop, endpoint, state):
    await service.change(
        OPEN, shop.merchant_id, endpoint, {"state": state}, "merchant:test", clock.now()
    )


async def test_dead_letters_are_replayed_in_order_under_their_ids(shop, receiver, endpoint):
    receiver.answers = lambda _: (410, {})
    resident = await shop.customer()
    first, second = await shop.redeem(resident), await shop.redeem(resident)
    await shop.run()
    receiver.answers = lambda _: (200, {})
    at = clock.now()
    await change(shop, endpoint, "active")
    assert await asked(shop, endpoint, at + HOUR) == '{"messages":0}'
    assert await asked(shop, endpoint, at) == '{"messages":2}'
    await shop.run()
    assert [redemption_of(one) for one in receiver.got] == [first, first, second]
    assert receiver.got[0].headers["webhook-id"] == receiver.got[1].headers["webhook-id"]
    (delivered, _) = await shop.messages()
    await replays.replay_one(shop.merchant_id, endpoint, delivered.id, "merchant:test", at)
    await shop.run()
    assert redemption_of(receiver.got[-1]) == first


async def test_a_replay_goes_on_batch_by_batch_in_its_order(shop, endpoint, frozen_clock):
    resident = await shop.customer()
    for _ in range(5):
        await shop.redeem(resident)
    await shop.run()
    await asked(shop, endpoint, clock.now(), delivered=True)
    waiting = []
    async for event in events():
        await replays.carry_on(event, most=2)
        waiting.append([one.ended_at is None for one in await shop.messages()])
    assert waiting == [[n < done for n in range(5)] for done in (2, 4, 5, 5)]


async def test_a_batch_that_is_carried_out_twice_sends_nothing_twice(
    shop, receiver, endpoint, frozen_clock
):
    resident = await shop.customer()
    sent = [await shop.redeem(resident) for _ in range(5)]
    await shop.run()
    await asked(shop, endpoint, clock.now(), delivered=True)
    async for event in events():
        frozen_clock.forward(timedelta(seconds=1))
        for _ in range(2):
            await replays.carry_on(event, most=2)
            await shop.push.sender.once()
    await shop.run()
    assert [redemption_of(one) for one in receiver.got] == sent * 2


async def test_a_request_that_is_repeated_under_its_key_is_one_replay(shop, receiver, endpoint):
    await shop.redeem(await shop.customer())
    await shop.run()
    mine = request(shop, endpoint, clock.now(), delivered=True, key="k")
    first = await replays.replay(mine, clock.now())
    await shop.run()
    again = await replays.replay(mine, clock.now())
    await shop.run()
    assert (first[0], [first[1], again[1]]) == (again[0], [False, True])
    assert len(receiver.got) == 2
    with pytest.raises(KeyReused):
        await replays.replay(
            request(shop, endpoint, clock.now(), key="k", fingerprint="2"), clock.now()
        )


async def test_a_replay_ends_where_its_endpoint_is_disabled(shop, receiver, endpoint):
    await shop.redeem(await shop.customer())
    await shop.run()
    await asked(shop, endpoint, clock.now(), delivered=True)
    await change(shop, endpoint, "disabled")
    await shop.run()
    assert (await WebhookMessage.get()).outcome == "delivered"
    assert len(receiver.got) == 1


async def test_what_was_delivered_before_a_withdrawal_is_not_replayed_after_it(
    shop, receiver, endpoint
):
    resident, other = await shop.customer(), await shop.customer()
    await shop.redeem(resident)
    kept = await shop.redeem(other)
    await shop.run()
    await shop.withdraw(resident)
    await shop.run()
    await asked(shop, endpoint, clock.now(), delivered=True)
    await shop.run()
    told, withdrawn = sorted(receiver.got[3:], key=lambda one: one.said["type"], reverse=True)
    assert redemption_of(told) == kept
    assert withdrawn.said["type"] == "consent.withdrawn"


async def test_what_a_withdrawal_has_dropped_is_not_replayed(shop, receiver, endpoint):
    receiver.answers = lambda _: (500, {})
    resident = await shop.customer()
    await shop.redeem(resident)
    await shop.redeem(resident)
    await shop.run()
    await shop.withdraw(resident)
    await shop.run()
    dropped = WebhookMessage.filter(outcome="dropped")
    assert await dropped.count() > 0
    before = await dropped.count()
    await asked(shop, endpoint, clock.now() - HOUR, delivered=True)
    await shop.run()
    assert await dropped.count() == before
