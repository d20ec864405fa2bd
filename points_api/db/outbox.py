"""What is to be done after the commit, kept in a row of the same commit until it was done.

A worker claims events: each is then its own for `LEASE`, and comes back if it dies meanwhile. So an
event is carried out at least once, and its receiver must bear it twice. The work itself is done
outside of any transaction.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from tortoise.expressions import F

from points_api import clock
from points_api.db.models import OutboxEvent
from points_api.db.reads import exists, select
from points_api.db.transaction import transactional
from points_api.db.writes import Columns, Insert, write_all
from points_api.ids import new_ids

LEASE: Final = timedelta(minutes=2)
_FIRST_PAUSE: Final = timedelta(seconds=1)
_LONGEST_PAUSE: Final = timedelta(hours=1)
_DUE: Final = " AND next_try_at <= $1"
_WAITING: Final = " AND next_try_at > $1"
_EVENTS: Final = """
SELECT id, topic, subject, payload, created_at, attempts + 1 AS attempts FROM outbox_event WHERE """
_FIRST_OF_EACH: Final = """ AND id IN (
SELECT id FROM (
    SELECT id, row_number() OVER (
        PARTITION BY topic, payload ->> CAST({field} AS text) ORDER BY next_try_at, id
    ) AS turn
    FROM outbox_event WHERE {due}
) AS due
WHERE turn = 1)"""
_NONE_WAITING: Final = " AND subject NOT IN (SELECT subject FROM outbox_event WHERE {waiting})"


@dataclass(frozen=True, slots=True)
class Event:
    """A claimed event; `attempts` counts this one too."""

    id: UUID
    topic: str
    subject: str
    payload: Mapping[str, Any]
    created_at: datetime
    attempts: int


def event(topic: str, subject: str, payload: Mapping[str, Any]) -> Insert:
    """Return the event as a write, to go with others in one round trip."""
    return events(topic, [subject], [payload])


def events(topic: str, subjects: Sequence[str], payloads: Sequence[Mapping[str, Any]]) -> Insert:
    """Return an event for each subject as one write."""
    now = clock.now()
    each = {"id": new_ids(len(subjects)), "subject": subjects, "payload": [*map(dict, payloads)]}
    same = {"topic": topic, "created_at": now, "next_try_at": now, "attempts": 0}
    return Insert(OutboxEvent, Columns(each, same))


@transactional
async def append(topic: str, subject: str, payload: Mapping[str, Any]) -> None:
    """Write an event in the caller's transaction."""
    await write_all([event(topic, subject, payload)])


async def any_due(topics: Collection[str] = (), but: Collection[str] = ()) -> bool:
    """Tell whether an event is due: for who would begin a transaction only to find none."""
    undone, values = _undone(clock.now(), topics, but)
    return await exists(OutboxEvent, undone + _DUE, *values)


async def claim(
    limit: int, *, topics: Collection[str] = (), but: Collection[str] = (), one_of_each: str = ""
) -> list[Event]:
    """Take up to `limit` events that are due, the longest due first. Others skip these.

    Only those of some topics where any are named, and none of the topics in `but`. `one_of_each`
    names a field of the payload: of those of a topic that say the same there, only the longest due.
    """
    return await _claim(limit, topics, but, one_of_each) if await any_due(topics, but) else []


@transactional
async def _claim(
    limit: int, topics: Collection[str], but: Collection[str], one_of_each: str
) -> list[Event]:
    now = clock.now()
    undone, values = _undone(now, topics, but)
    due = undone + _DUE
    if one_of_each:
        due += _FIRST_OF_EACH.format(due=due, field=f"${len(values) + 1}")
        values.append(one_of_each)
    last = f" ORDER BY next_try_at, id LIMIT {limit} FOR UPDATE SKIP LOCKED"
    events = await _events(due + last, values)
    if not events:  # others have taken them meanwhile
        return []
    mine = OutboxEvent.filter(id__in=[event.id for event in events])
    await mine.update(attempts=F("attempts") + 1, next_try_at=now + LEASE)
    return events


async def in_order(topics: Collection[str], limit: int) -> list[Event]:
    """The events of these topics that are due, in the order of their ids, not claimed.

    For who holds a lock of their own, so that nobody else asks. Where an event has to wait for
    another try, later ones of its subject wait with it.
    """
    undone, values = _undone(clock.now(), topics)
    none_waiting = _NONE_WAITING.format(waiting=undone + _WAITING)
    return await _events(f"{undone}{_DUE}{none_waiting} ORDER BY id LIMIT {limit}", values)


def _undone(
    now: datetime, topics: Collection[str], but: Collection[str] = ()
) -> tuple[str, list[object]]:
    """The condition that an event of these topics is not done, and its values, `now` the first."""
    condition, values = "done_at IS NULL", list[object]([now])
    for named, which in ((topics, "IN"), (but, "NOT IN")):
        if named:
            places = ", ".join(f"${len(values) + n}" for n in range(1, len(named) + 1))
            condition += f" AND topic {which} ({places})"
            values += named
    return condition, values


async def _events(which: str, values: Iterable[object]) -> list[Event]:
    return [Event(**row) for row in await select(OutboxEvent, _EVENTS + which, *values)]


async def done(ids: Iterable[UUID]) -> None:
    """Say that these were carried out."""
    if carried := list(ids):
        await _done(carried)


@transactional
async def _done(ids: list[UUID]) -> None:
    await OutboxEvent.filter(id__in=ids).update(done_at=clock.now())


@transactional
async def retry(failed: Event) -> datetime:
    """Put an event back, for later each time; return when it is due again."""
    pause = _FIRST_PAUSE * (1 << min(failed.attempts - 1, 20))
    due = clock.now() + min(pause, _LONGEST_PAUSE)
    mine = OutboxEvent.filter(id=failed.id, done_at=None)
    await mine.update(next_try_at=due, attempts=failed.attempts)
    return due


@transactional
async def purge(before: datetime) -> int:
    """Delete the events that were done before an instant; return how many."""
    return await OutboxEvent.filter(done_at__lt=before).delete()
