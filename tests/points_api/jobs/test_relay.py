"""Events are carried on at least once, by whoever is there, and none holds up another."""

import asyncio
from datetime import timedelta
from uuid import uuid4  # noqa: TID251 - subjects that nobody has

import pytest

from points_api import clock
from points_api.audit.models import AuditEntry
from points_api.auth.sessions import LIVE, OUT, marker_key
from points_api.cache import Cache
from points_api.db import outbox
from points_api.db.models import OutboxEvent
from points_api.jobs import relay as relay_module
from points_api.jobs.relay import Relay
from points_api.scores.cache import key_of
from points_api.scores.service import Scores
from tests.factories import city, make_member, make_record

pytestmark = pytest.mark.usefixtures("database", "frozen_clock")


@pytest.fixture
async def cache():
    made = Cache.from_url("memory://")
    yield made
    await made.aclose()


@pytest.fixture
def relay(cache):
    return Relay(Scores(city(), cache))


class Counting(Relay):
    """A relay that notes whose events it carries, and stumbles over some."""

    def __init__(self, carried, stumbles_over=()):
        super().__init__(Scores(city()))
        self._handlers = {"t": self._carry}
        self._carried, self._stumbles_over = carried, stumbles_over

    async def _carry(self, event):
        await asyncio.sleep(0)
        if event.subject in self._stumbles_over:
            raise LookupError
        self._carried.append(event.subject)


async def undone():
    return sorted(await OutboxEvent.filter(done_at=None).values_list("subject", flat=True))


async def test_a_crash_between_commit_and_cache_is_healed(relay, cache):
    member = await make_member()
    day = clock.today()
    old = await Scores(city()).refresh(member.resident_id, "joined")
    assert await relay.once() == 1
    await Scores(city(), cache).remember(member.resident_id, old, day)
    await make_record(member.person_id, "volunteer.hours", day)
    await Scores(city()).refresh(member.resident_id, "records")  # this one tells no cache
    assert await cache.get(key_of(member.resident_id, day))
    assert await relay.once() == 1
    assert await cache.get(key_of(member.resident_id, day)) is None
    assert await undone() == []


async def test_the_cache_never_goes_back_to_an_older_score(relay, cache):
    member = await make_member()
    await Scores(city()).refresh(member.resident_id, "joined")
    newer = b"a newer document"
    await cache.put(key_of(member.resident_id, clock.today()), 2**50, newer, 60)
    await relay.once()
    assert await cache.get(key_of(member.resident_id, clock.today())) == newer


async def test_an_event_about_somebody_who_has_left_is_simply_done(relay):
    await outbox.append("score.changed", str(uuid4()), {"version": 1})
    await outbox.append("of.no.interest", "here", {})
    assert await relay.once() == 2
    assert await undone() == []


@pytest.fixture
async def ended(cache):
    """Two sessions that somebody has ended in the database and died, while Redis says live."""
    sids = [uuid4(), uuid4()]
    for sid in sids:
        await cache.set(marker_key(str(sid)), LIVE, 60)
    await outbox.append("session.ended", "resident:x", {"sessions": [str(sid) for sid in sids]})
    return [marker_key(str(sid)) for sid in sids]


async def test_a_sign_out_that_redis_was_not_told_of_is_told(relay, cache, ended):
    assert await relay.once() == 1
    assert await cache.get_many(ended) == [OUT, OUT]
    assert await undone() == []


async def test_a_sign_out_is_told_again_and_again_until_redis_is_back(
    relay, cache, ended, frozen_clock
):
    gone = Cache.from_url("redis://127.0.0.1:1")
    for _ in range(2):
        assert await Relay(Scores(city(), gone)).once() == 1
        assert await undone() == ["resident:x"]
        assert await relay.once() == 0  # not yet
        frozen_clock.forward(timedelta(seconds=2))
    await gone.aclose()
    assert await relay.once() == 1
    assert await cache.get_many(ended) == [OUT, OUT]
    assert await undone() == []


async def test_an_event_that_fails_is_tried_again_later_and_holds_up_no_other(frozen_clock):
    for subject in ("a", "bad", "c"):
        await outbox.append("t", subject, {})
    carried: list[str] = []
    await Counting(carried, {"bad"}).once()
    assert carried == ["a", "c"]
    assert await undone() == ["bad"]
    assert await Counting(carried).once() == 0  # not yet
    frozen_clock.forward(timedelta(seconds=1))
    assert await Counting(carried).once() == 1
    assert carried == ["a", "c", "bad"]
    assert await undone() == []


async def test_two_relays_share_the_events_and_none_is_carried_twice():
    for number in range(40):
        await outbox.append("t", f"s{number:02}", {})
    carried: list[str] = []
    await asyncio.gather(Counting(carried).once(), Counting(carried).once())
    while await Counting(carried).once():
        pass
    assert sorted(carried) == [f"s{number:02}" for number in range(40)]


async def test_what_a_dead_relay_had_claimed_is_carried_when_its_lease_ends(frozen_clock):
    await outbox.append("t", "s", {})
    await outbox.claim(9)  # and died
    carried: list[str] = []
    assert await Counting(carried).once() == 0
    frozen_clock.forward(outbox.LEASE)
    assert await Counting(carried).once() == 1
    assert carried == ["s"]


async def run_until(relay, condition):
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(relay.run())
        for _ in range(400):
            if await condition():
                break
            await asyncio.sleep(0.01)
        running.cancel()
    return await condition()


async def test_it_works_until_canceled_and_seals_what_was_done(relay, monkeypatch):
    monkeypatch.setattr(relay_module, "IDLE_SECONDS", 0.01)
    member = await make_member()
    await Scores(city()).refresh(member.resident_id, "joined")

    async def all_done():
        return await undone() == [] and not await AuditEntry.filter(seq=None).exists()

    assert await run_until(relay, all_done)


async def test_sealing_goes_on_when_no_event_can_be_claimed(relay, monkeypatch):
    monkeypatch.setattr(relay_module, "IDLE_SECONDS", 0.01)
    member = await make_member()
    await Scores(city()).refresh(member.resident_id, "joined")

    async def broken(limit):
        raise ConnectionError

    monkeypatch.setattr(outbox, "claim", broken)

    async def sealed():
        return not await AuditEntry.filter(seq=None).exists()

    assert await run_until(relay, sealed)
    assert await undone() != []
