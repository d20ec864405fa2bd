"""Events are written with their cause, and carried out at least once."""

import asyncio
from datetime import timedelta

import pytest

from points_api import clock
from points_api.db import outbox
from points_api.db.models import OutboxEvent
from points_api.db.transaction import transactional
from points_api.db.writes import write_all


async def test_an_event_is_claimed_with_what_was_said(database):
    await outbox.append("score.changed", "resident:1", {"version": 3})
    [event] = await outbox.claim(10)
    said = (event.topic, event.subject, event.payload, event.attempts)
    assert said == ("score.changed", "resident:1", {"version": 3}, 1)


async def test_an_event_of_a_transaction_that_failed_never_was(database):
    @transactional
    async def refuse():
        await outbox.append("a", "b", {})
        raise LookupError

    with pytest.raises(LookupError):
        await refuse()
    assert await outbox.claim(10) == []


async def test_events_come_in_the_order_of_their_making_and_no_more_than_wanted(database):
    await write_all([outbox.event("t", f"s{number}", {}) for number in range(5)])
    assert [event.subject for event in await outbox.claim(2)] == ["s0", "s1"]
    assert [event.subject for event in await outbox.claim(9)] == ["s2", "s3", "s4"]
    assert await outbox.claim(9) == []


async def test_of_each_sender_only_the_longest_due_is_claimed(database):
    for number, host in enumerate(["a", "a", "a", "b", "a", "c"]):
        await outbox.append("t", f"s{number}", {"host": host})
    await outbox.append("other", "s6", {"host": "b"})
    rounds = [await outbox.claim(9, topics=["t"], one_of_each="host") for _ in range(3)]
    named = [[event.subject for event in claimed] for claimed in rounds]
    assert named == [["s0", "s3", "s5"], ["s1"], ["s2"]]
    assert [event.subject for event in await outbox.claim(9)] == ["s4", "s6"]


async def test_what_was_claimed_and_not_done_comes_back_when_the_lease_ends(database, frozen_clock):
    await outbox.append("t", "s", {})
    assert [event.attempts for event in await outbox.claim(9)] == [1]
    frozen_clock.forward(outbox.LEASE - timedelta(seconds=1))
    assert await outbox.claim(9) == []
    frozen_clock.forward(timedelta(seconds=1))
    assert [event.attempts for event in await outbox.claim(9)] == [2]


async def test_what_is_done_never_comes_back_and_is_purged_later(database, frozen_clock):
    await outbox.append("t", "done", {})
    await outbox.append("t", "open", {})
    done, _ = await outbox.claim(9)
    await outbox.done([done.id])
    frozen_clock.forward(timedelta(days=1))
    assert [event.subject for event in await outbox.claim(9)] == ["open"]
    assert await outbox.purge(clock.now() - timedelta(days=2)) == 0
    assert await outbox.purge(clock.now()) == 1
    assert [event.subject for event in await OutboxEvent.all()] == ["open"]


async def test_a_failure_is_tried_again_later_each_time_up_to_an_hour(database, frozen_clock):
    await outbox.append("t", "s", {})
    pauses = []
    for _ in range(16):
        [event] = await outbox.claim(9)
        due = await outbox.retry(event)
        pauses.append((due - clock.now()).total_seconds())
        frozen_clock.set(due - timedelta(microseconds=1))
        assert await outbox.claim(9) == []
        frozen_clock.set(due)
    assert pauses[:4] == [1, 2, 4, 8]
    assert pauses[-1] == 3600
    assert pauses == sorted(pauses)


async def test_a_retry_that_comes_after_done_changes_nothing(database):
    await outbox.append("t", "s", {})
    [event] = await outbox.claim(9)
    await outbox.done([event.id])
    await outbox.retry(event)
    assert (await OutboxEvent.get(id=event.id)).done_at is not None


async def test_many_workers_share_the_events_and_none_gets_one_twice(database):
    await write_all([outbox.event("t", f"s{number}", {}) for number in range(60)])

    async def work() -> list[str]:
        mine = []
        while events := await outbox.claim(7):
            mine += [event.subject for event in events]
        return mine

    shares = await asyncio.gather(*(work() for _ in range(5)))
    taken = [subject for share in shares for subject in share]
    assert sorted(taken) == sorted(f"s{number}" for number in range(60))


async def test_a_worker_does_not_wait_for_what_another_is_claiming(postgres):
    await write_all([outbox.event("t", f"s{number}", {}) for number in range(4)])
    claimed, go_on = asyncio.Event(), asyncio.Event()

    @transactional
    async def slow():
        mine = await outbox.claim(2)
        claimed.set()
        await go_on.wait()
        return mine

    task = asyncio.get_running_loop().create_task(slow())
    await claimed.wait()
    others = await asyncio.wait_for(outbox.claim(9), 5)
    go_on.set()
    assert [event.subject for event in others] == ["s2", "s3"]
    assert [event.subject for event in await task] == ["s0", "s1"]


async def test_events_are_claimed_by_topic_or_all_but_some(database):
    for topic in ("a", "b", "c"):
        await outbox.append(topic, topic, {})
    assert [one.topic for one in await outbox.claim(9, topics={"b"})] == ["b"]
    assert [one.topic for one in await outbox.claim(9, but={"c"})] == ["a"]
    assert [one.topic for one in await outbox.claim(9)] == ["c"]


async def test_events_in_order_are_not_claimed_and_wait_for_an_earlier_one_of_their_subject(
    database, frozen_clock
):
    for subject in ("a", "b", "a"):
        await outbox.append("t", subject, {})
    await outbox.append("other", "a", {})
    events = await outbox.in_order({"t"}, 9)
    assert [one.subject for one in events] == ["a", "b", "a"]
    assert await outbox.in_order({"t"}, 9) == events
    due = await outbox.retry(events[0])
    assert [one.subject for one in await outbox.in_order({"t"}, 9)] == ["b"]
    frozen_clock.set(due)
    again = await outbox.in_order({"t"}, 9)
    assert [one.subject for one in again] == ["a", "b", "a"]
    assert again[0].attempts == 2
