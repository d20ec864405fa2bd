"""Whatever happens in whatever order, in the end everybody is told what is so.

A random course of consents, withdrawals, pauses, records, numbers and stops, with the works of the
push coming in between at random and the receiver failing now and then. A receiver that keeps a
list by the messages, and one that keeps it by the feed, then hold the very people who are
entitled.
"""

import random
from datetime import timedelta

import pytest

from points_api import clock
from points_api.consents.models import Consent
from points_api.db import outbox
from points_api.entitlements import service
from points_api.entitlements.models import Entitlement
from points_api.records.models import RecordRow
from points_api.residents.models import Enrollment
from points_api.webhooks.models import WebhookMessage
from points_api.webhooks.schedule import PAUSES
from tests.points_api.entitlements.drivers import agree, driver, due, withdraw
from tests.points_api.entitlements.test_renewing import move
from tests.points_api.webhooks.shop import SCENARIO

STEPS = 60
RESIDENTS = 3


class Course:
    """The moves, each of which may come at any time."""

    def __init__(self, yard, residents, chance):
        self._yard, self._residents, self._chance = yard, residents, chance
        self.stopped = False

    async def step(self):
        someone = self._chance.choice(self._residents)
        await self._chance.choice(
            [self._consent, self._consent, self._pause, self._record, self._number, self._stop]
        )(someone)

    async def _agreed(self, someone):
        return await Consent.exists(
            resident_id=someone, purpose="scenario", recipient=SCENARIO, withdrawn_at=None
        )

    async def _consent(self, someone):
        await (withdraw if await self._agreed(someone) else agree)(someone)

    async def _pause(self, someone):
        row = await Enrollment.get(resident_id=someone)
        paused = None if row.paused_at else clock.now()
        await Enrollment.filter(id=row.id).update(paused_at=paused)
        topic = "member.paused" if paused else "member.resumed"
        await outbox.append(topic, f"resident:{someone}", {})

    async def _record(self, someone):
        row = await Enrollment.get(resident_id=someone)
        mine = RecordRow.filter(person_id=row.person_id)
        known = (await mine.get()).known_to is None
        await mine.update(known_to=clock.now() if known else None)
        await due(someone)

    async def _number(self, someone):
        if not self.stopped and await self._agreed(someone):
            live = self._yard.push.entitlements.scenarios
            await live.refresh()
            number = f"鄂B{self._chance.randrange(10**5):05d}"
            await service.give_number(
                self._yard.keyring, live, someone, SCENARIO, number, clock.now()
            )

    async def _stop(self, _):
        self.stopped = not self.stopped
        await move("suspended" if self.stopped else "published")

    async def entitled(self):
        """Who is, by what is so and not by what was told."""
        found = set()
        for someone in self._residents:
            row = await Enrollment.get(resident_id=someone)
            listed = await RecordRow.exists(person_id=row.person_id, known_to=None)
            agreed = await self._agreed(someone)
            if not self.stopped and row.paused_at is None and listed and agreed:
                found.add(someone)
        return found


@pytest.mark.parametrize("seed", [1, 14, 22])
async def test_lists_by_messages_and_by_the_feed_hold_who_is_entitled(
    yard, receiver, frozen_clock, seed
):
    chance = random.Random(seed)
    receiver.answers = lambda _: (chance.choice([200, 200, 500]), {})
    await yard.endpoint(receiver.url())
    residents = [await driver(yard.keyring, n, agrees=False) for n in range(RESIDENTS)]
    course = Course(yard, residents, chance)
    push = yard.push
    for _ in range(STEPS):
        frozen_clock.forward(timedelta(seconds=chance.choice([0, 1, 7])))
        await course.step()
        for work in (push.renew, push.fan_out.once, push.sender.once):
            if chance.random() < 0.4:
                await work()
    receiver.answers = lambda _: (200, {})
    for pause in PAUSES[:5]:
        frozen_clock.forward(pause)
        await yard.run()
    assert not await WebhookMessage.filter(ended_at=None).exists()

    entitled = await course.entitled()
    rows = await Entitlement.filter(granted=True)
    assert {one.resident_id for one in rows} == entitled
    by_feed = await _by_feed(yard)
    assert by_feed.keys() == {yard.name_of(one) for one in entitled}
    assert _by_messages(receiver) == by_feed


async def _by_feed(yard):
    """The list as who reads the feed keeps it; nobody is granted twice."""
    feed = await service.changes(yard.keyring, yard.merchant_id, None, 1000)
    assert [one.number for one in feed.changes] == list(range(1, len(feed.changes) + 1))
    by_feed: dict[str, str | None] = {}
    for one in feed.changes:
        assert (one.subject in by_feed) == (one.kind != "granted")
        by_feed[one.subject] = one.member_hash
        if one.kind == "revoked":
            del by_feed[one.subject]
    return by_feed


def _by_messages(receiver):
    """The list as who is pushed to keeps it."""
    by_messages: dict[str, str | None] = {}
    for got in receiver.got:
        data, kind = got.said["data"], got.said["type"]
        if kind in ("entitlement.granted", "entitlement.changed"):
            by_messages[data["subject"]] = data.get("member_hash")
        else:
            by_messages.pop(data["subject"], None)
    return by_messages
