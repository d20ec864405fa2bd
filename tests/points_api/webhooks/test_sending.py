"""What is sent, how it is signed, when it is tried again, and in which order."""

from dataclasses import replace
from datetime import timedelta

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from points_api import clock
from points_api.db.models import OutboxEvent
from points_api.webhooks import schedule, service
from points_api.webhooks.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from points_api.webhooks.schedule import PAUSES
from tests.points_api.webhooks.receiver import receiving, redemption_of, verify
from tests.points_api.webhooks.shop import PACE, SCENARIO

HOUR = timedelta(hours=1)


async def test_a_message_is_signed_as_the_specification_says_and_says_no_more(
    shop, receiver, monkeypatch
):
    _, secret = await shop.endpoint(receiver.url())
    resident = await shop.customer()
    redemption = await shop.redeem(resident)
    await shop.run()
    (got,) = receiver.got
    assert got.said == {
        "type": "redemption.confirmed",
        "timestamp": clock.now().isoformat().replace("+00:00", "Z"),
        "data": {
            "scenario_id": SCENARIO, "subject": shop.name_of(resident),
            "redemption_id": redemption, "state": "confirmed",
        },
    }  # fmt: skip
    (message,) = await shop.messages()
    assert got.body == message.body.encode()
    assert message.outcome == "delivered"
    verify(secret, got, monkeypatch)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(got.body.replace(b'"', b' "', 1), got.headers)
    assert str(resident) not in got.body.decode()


async def test_while_a_secret_is_rotated_both_sign_for_a_day(
    shop, receiver, frozen_clock, monkeypatch
):
    endpoint, old = await shop.endpoint(receiver.url())
    resident = await shop.customer()
    _, new = await service.rotate_secret(
        shop.keyring, shop.merchant_id, endpoint, "merchant:test", clock.now()
    )
    for step in (timedelta(0), 24 * HOUR - timedelta(seconds=1), timedelta(seconds=1)):
        frozen_clock.forward(step)
        await shop.redeem(resident)
        await shop.run()
        verify(new, receiver.got[-1], monkeypatch)
    first, before, after = receiver.got
    assert len(first.headers["webhook-signature"].split(" ")) == 2
    verify(old, before, monkeypatch)
    assert len(after.headers["webhook-signature"].split(" ")) == 1
    row = await WebhookEndpoint.get(id=endpoint)
    assert old.encode() not in bytes(row.secret)


async def test_ten_tries_in_75_hours_35_minutes_5_seconds_and_then_a_dead_letter(
    shop, receiver, frozen_clock
):
    receiver.answers = lambda _: (500, {})
    await shop.endpoint(receiver.url())
    await shop.redeem(await shop.customer())
    started, at = clock.now(), list[timedelta]()
    for pause in PAUSES:
        if pause:
            frozen_clock.forward(pause - timedelta(seconds=1))
            await shop.run()
            assert len(receiver.got) == len(at)  # not yet
            frozen_clock.forward(timedelta(seconds=1))
        await shop.run()
        at.append(clock.now() - started)
        assert len(receiver.got) == len(at)
    assert at[-1] == timedelta(hours=75, minutes=35, seconds=5)
    (message,) = await shop.messages()
    assert (message.outcome, message.attempts) == ("dead", 10)
    assert await WebhookAttempt.filter(status=500).count() == 10
    assert len({one.headers["webhook-id"] for one in receiver.got}) == 1
    assert len({one.headers["webhook-timestamp"] for one in receiver.got}) == 10
    frozen_clock.forward(100 * HOUR)
    await shop.run()
    assert len(receiver.got) == 10


def test_tries_are_spread_and_a_receivers_wish_is_honored_within_a_day(frozen_clock):
    now = clock.now()
    for attempts in range(1, 10):
        due = schedule.next_try(attempts, now, None, schedule.spread)
        assert due is not None
        pause = due - now
        assert PAUSES[attempts] <= pause <= 1.1 * PAUSES[attempts]
    assert schedule.next_try(1, now, 2 * HOUR, lambda: 1.0) == now + 2 * HOUR
    assert schedule.next_try(9, now, HOUR, lambda: 1.0) == now + 24 * HOUR
    assert schedule.next_try(1, now, 90 * HOUR, lambda: 1.0) == now + 24 * HOUR
    assert schedule.retry_after("120", now) == timedelta(seconds=120)
    assert schedule.retry_after("Mon, 01 Jun 2026 05:00:00 GMT", now) == HOUR
    for senseless in (None, "", "soon", "-1", "Mon, 01 Jun 2020 05:00:00 GMT", "９"):
        assert schedule.retry_after(senseless, now) is None


async def test_retry_after_moves_the_next_try(shop, receiver, frozen_clock):
    receiver.answers = lambda _: (503, {"Retry-After": "60"})
    await shop.endpoint(receiver.url())
    await shop.redeem(await shop.customer())
    await shop.run()
    (message,) = await shop.messages()
    assert message.next_try_at == clock.now() + timedelta(seconds=60)


async def test_a_later_message_of_a_resident_waits_and_others_go_on(shop, receiver, frozen_clock):
    await shop.endpoint(receiver.url())
    ill, well = await shop.customer(), await shop.customer()
    bad = shop.name_of(ill)
    receiver.answers = lambda one: (500 if one.said["data"]["subject"] == bad else 200, {})
    order = [await shop.redeem(ill), await shop.redeem(ill), await shop.redeem(ill)]
    other = [await shop.redeem(well), await shop.redeem(well)]
    await shop.run()
    assert [redemption_of(one) for one in receiver.got if redemption_of(one) in order] == order[:1]
    assert [redemption_of(one) for one in receiver.got if redemption_of(one) in other] == other
    receiver.answers = lambda _: (200, {})
    await shop.run()
    assert len(receiver.got) == 3
    frozen_clock.forward(timedelta(seconds=5))
    await shop.run()
    assert [redemption_of(one) for one in receiver.got if redemption_of(one) in order] == [
        order[0],
        *order,
    ]


async def test_after_a_dead_letter_the_next_one_goes(shop, receiver, frozen_clock):
    await shop.endpoint(receiver.url())
    resident = await shop.customer()
    first, second = await shop.redeem(resident), await shop.redeem(resident)
    receiver.answers = lambda one: (400 if redemption_of(one) == first else 204, {})
    for pause in PAUSES:
        frozen_clock.forward(pause)
        await shop.run()
    assert [one.outcome for one in await shop.messages()] == ["dead", "delivered"]
    assert [redemption_of(one) for one in receiver.got] == [first] * 10 + [second]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_a_failure_and_is_not_followed(shop, receiver, status):
    receiver.answers = lambda _: (status, {"Location": receiver.url("/inside")})
    await shop.endpoint(receiver.url())
    await shop.redeem(await shop.customer())
    await shop.run()
    assert [one.path for one in receiver.got] == ["/hook"]
    assert (await WebhookAttempt.get()).status == status
    assert (await WebhookMessage.get()).outcome == ""


async def test_410_disables_the_endpoint_at_once(shop, receiver, frozen_clock):
    receiver.answers = lambda _: (410, {})
    endpoint, _ = await shop.endpoint(receiver.url())
    resident = await shop.customer()
    await shop.redeem(resident)
    await shop.redeem(resident)
    await shop.run()
    row = await WebhookEndpoint.get(id=endpoint)
    assert (row.state, row.reason) == ("disabled", "gone")
    await shop.redeem(resident)
    frozen_clock.forward(100 * HOUR)
    await shop.run()
    assert len(receiver.got) == 1
    assert [one.outcome for one in await shop.messages()] == ["dead", "dead"]
    assert await OutboxEvent.filter(topic="webhook.disabled").count() == 1


async def test_a_slow_endpoint_keeps_no_other_waiting(shop, receiver):
    async with receiving() as slow:
        slow.delay = lambda _: 0.6
        await shop.endpoint(slow.url())
        await shop.endpoint(receiver.url())
        for _ in range(20):
            await shop.redeem(await shop.customer())
        while await shop.push.fan_out.once():
            pass
        receiver.answers = lambda _: (200 if len(slow.got) <= 8 else 599, {})
        await shop.push.sender.once()
        assert len(receiver.got) == 20
        # No more than its share at once; while it thought, the other had all.
        assert not await WebhookAttempt.filter(status=599).exists()
        assert len(slow.got) == 20


async def test_a_receiver_that_never_answers_costs_one_try_and_its_seconds(shop, receiver):
    shop.push.sender._pace = replace(PACE, try_seconds=0.3)
    receiver.delay = lambda _: 1.0
    await shop.endpoint(receiver.url())
    await shop.redeem(await shop.customer())
    await shop.run()
    tried = await WebhookAttempt.get()
    assert (tried.status, tried.error) == (None, "timeout")
    assert 250 <= tried.took_ms < 5000
