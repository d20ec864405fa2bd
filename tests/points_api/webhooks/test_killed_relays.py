"""Relays are killed at random while the receiver is down, slow or wrong: nothing is lost.

Two relays push at once, and one after the other is killed and begun again. Every event arrives at
least once, and each resident's in their order.

`POINTS_KILLS=100 make test ARGS="tests/points_api/webhooks/test_killed_relays.py -s"` kills a
hundred; usually a few are enough.
"""

import asyncio
import os
import random
import sys
from collections import defaultdict
from time import perf_counter

import pytest

from points_api.audit.models import AuditEntry
from points_api.db.models import OutboxEvent
from points_api.webhooks.models import WebhookAttempt, WebhookMessage
from tests.points_api.webhooks.receiver import receiving
from tests.points_api.webhooks.shop import shop as open_shop

KILLS = int(os.environ.get("POINTS_KILLS", "3"))
RESIDENTS = 12
SECONDS = 120

pytestmark = pytest.mark.slow


class Moods:
    """What the receiver is like: well, down, slow or wrong, in turn and at random."""

    def __init__(self, receiver, chance):
        self._chance = chance
        self.mood = "well"
        receiver.answers = self._answer
        receiver.delay = self._delay

    def change(self):
        self.mood = self._chance.choice(["well", "well", "down", "slow", "wrong", "mixed"])

    def _now(self):
        if self.mood == "mixed":
            return self._chance.choice(["well", "down", "slow", "wrong"])
        return self.mood

    def _answer(self, _):
        mood = self._now()
        if mood == "down":
            raise ConnectionResetError
        return (self._chance.choice([500, 503, 404, 301]) if mood == "wrong" else 200), {}

    def _delay(self, _):
        return self._chance.choice([0.1, 0.3, 0.6]) if self._now() == "slow" else 0.0


async def test_every_event_arrives_and_each_residents_in_order(postgres):
    chance = random.Random(7)
    async with open_shop() as shop, receiving() as receiver:
        await shop.endpoint(receiver.url())
        residents = [await shop.customer() for _ in range(RESIDENTS)]
        moods = Moods(receiver, chance)
        written = defaultdict(list)
        relays = [await _begin(postgres) for _ in range(2)]
        started = perf_counter()
        try:
            for kill in range(KILLS):
                moods.change()
                until = perf_counter() + 0.1 + chance.random() * 0.9
                while perf_counter() < until:
                    resident = chance.choice(residents)
                    written[shop.name_of(resident)].append(await shop.redeem(resident))
                    await asyncio.sleep(chance.random() * 0.03)
                await _kill(relays[kill % 2])
                relays[kill % 2] = await _begin(postgres)
            moods.mood = "well"
            await _until_ended()
        finally:
            for relay in relays:
                await _kill(relay)
        _assert_all_arrived_in_order(receiver, written)
        events = sum(map(len, written.values()))
        print(
            f"\nrelays killed: {KILLS}; events: {events}; messages: "
            f"{await WebhookMessage.all().count()}; requests: {len(receiver.got)}; tries noted: "
            f"{await WebhookAttempt.all().count()}; lost: 0; out of order: 0; "
            f"{perf_counter() - started:.0f} s"
        )
        assert await AuditEntry.filter(action="webhook.disable").count() == 0


def _assert_all_arrived_in_order(receiver, written):
    """The first arrival of each is in the order of writing; a repeat repeats what was the last."""
    arrived = defaultdict(list)
    for got in receiver.got:
        data = got.said["data"]
        arrived[data["subject"]].append(data["redemption_id"])
    for subject, expected in written.items():
        first = list(dict.fromkeys(arrived[subject]))
        assert first == expected
        # Without the repeats of one and the same there is nothing but the order: a message that
        # had been overtaken never comes again.
        runs = [
            one for n, one in enumerate(arrived[subject]) if [one] != arrived[subject][n - 1 : n]
        ]
        assert runs == expected


async def _until_ended():
    waiting = WebhookMessage.filter(ended_at=None)
    undone = OutboxEvent.filter(topic="redemption.moved", done_at=None)
    for _ in range(20 * SECONDS):
        if not await undone.exists() and not await waiting.exists():
            break
        await asyncio.sleep(0.05)
    assert not await WebhookMessage.exclude(outcome="delivered").exists()


async def _begin(database):
    environment = os.environ | {
        "POINTS_DATABASE_URL": database, "POINTS_REDIS_URL": "memory://",
        "POINTS_WEBHOOK_LOOPBACK": "1",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.points_api.webhooks.relay_once",
        env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), SECONDS) == b"go\n"
    return process


async def _kill(process):
    if process.returncode is None:
        process.kill()
        await process.wait()
