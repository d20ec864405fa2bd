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

from tortoise.queryset import QuerySet

from points_api import clock
from points_api.db.models import OutboxEvent
from points_api.db.reads import exists, select
from points_api.db.transaction import transactional
from points_api.db.writes import Columns, Insert, write_all
from points_api.ids import new_ids

LEASE: Final = timedelta(minutes=2)
_FIRST_PAUSE: Final = timedelta(seconds=1)
_LONGEST_PAUSE: Final = timedelta(hours=1)
_FIRSTS: Final = """
SELECT id FROM (
    SELECT id, row_number() OVER (
        PARTITION BY topic, payload ->> CAST($2 AS text) ORDER BY next_try_at, id
    ) AS turn
    FROM outbox_event WHERE done_at IS NULL AND next_try_at <= $1 AND topic IN ({topics})
) AS due
WHERE turn = 1
"""


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
    condition, last = "done_at IS NULL AND next_try_at <= $1", 1
    for named, which in ((topics, "IN"), (but, "NOT IN")):
        if named:
            places = ", ".join(f"${n}" for n in range(last + 1, last + 1 + len(named)))
            condition, last = f"{condition} AND topic {which} ({places})", last + len(named)
    return await exists(OutboxEvent, condition, clock.now(), *topics, *but)


async def claim(
    limit: int, *, topics: Collection[str] = (), but: Collection[str] = (), one_of_each: str = ""
) -> list[Event]:
    """Take up to `limit` events that are due, the longest due first. Others skip these.

    Only those of some topics where any are named, and none of the topics in `but`. `one_of_each`
    names a field of the payload: of those of a topic that say the same there, only the longest due;
    the topics have to be named.
    """
    return await _claim(limit, topics, but, one_of_each) if await any_due(topics, but) else []


@transactional
async def _claim(
    limit: int, topics: Collection[str], but: Collection[str], one_of_each: str
) -> list[Event]:
    now = clock.now()
    due = _due(now, topics, but).order_by("next_try_at", "id")
    if one_of_each:
        places = ", ".join(f"${n}" for n in range(3, len(topics) + 3))
        firsts = await select(OutboxEvent, _FIRSTS.format(topics=places), now, one_of_each, *topics)
        due = due.filter(id__in=[row["id"] for row in firsts])
    rows = await due.limit(limit).select_for_update(skip_locked=True)
    events = [_event(row) for row in rows]
    for attempts in {row.attempts for row in rows}:
        same = [row.id for row in rows if row.attempts == attempts]
        await OutboxEvent.filter(id__in=same).update(attempts=attempts + 1, next_try_at=now + LEASE)
    return events


async def in_order(topics: Collection[str], limit: int) -> list[Event]:
    """The events of these topics that are due, in the order of their ids, not claimed.

    For who holds a lock of their own, so that nobody else asks. Where an event has to wait for
    another try, later ones of its subject wait with it.
    """
    now = clock.now()
    undone = OutboxEvent.filter(done_at=None, topic__in=list(topics))
    waiting = await undone.filter(next_try_at__gt=now).distinct().values_list("subject", flat=True)
    due = undone.filter(next_try_at__lte=now)
    if waiting:
        due = due.filter(subject__not_in=list(waiting))
    return [_event(row) for row in await due.order_by("id").limit(limit)]


def _due(now: datetime, topics: Collection[str], but: Collection[str]) -> QuerySet[OutboxEvent]:
    due = OutboxEvent.filter(done_at=None, next_try_at__lte=now)
    if topics:
        due = due.filter(topic__in=list(topics))
    return due.filter(topic__not_in=list(but)) if but else due


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


def _event(row: OutboxEvent) -> Event:
    return Event(row.id, row.topic, row.subject, row.payload, row.created_at, row.attempts + 1)
