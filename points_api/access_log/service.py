"""Recording looks at a resident's data, and listing them to the resident.

One entry stands for all looks of one actor at one thing for one purpose on one legal day.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from tortoise.expressions import Q

from points_api import clock
from points_api.access_log.models import AccessEntry
from points_api.access_log.seen import Seen, Source, of_entry
from points_api.crypto.keyring import Keyring
from points_api.db.transaction import inside, transactional
from points_api.db.writes import Insert, write_all
from points_api.paging import Page, Pages

_AT_ONCE: Final = 1000


class Look(NamedTuple):
    """So many looks between two instants of one legal day."""

    resident_id: UUID
    day: date
    actor_kind: str
    actor: str
    purpose: str
    what: str
    times: int
    first_at: datetime
    last_at: datetime


async def record_look(
    resident_id: UUID, actor_kind: str, actor: str, purpose: str, what: str, now: datetime
) -> None:
    """Record that somebody else looked; in the transaction that shows it to them.

    `actor_kind` is agency, merchant, city, officer or system; `purpose` and `what` are short names
    of ours. So whatever was shown is in the log, and what was rolled back is not.
    """
    if not inside():
        raise RuntimeError("record_look: belongs into the transaction that shows the data")
    day = clock.day_of(now)
    await _upsert([Look(resident_id, day, actor_kind, actor, purpose, what, 1, now, now)])


@transactional
async def add(looks: Sequence[Look]) -> None:
    """Add looks to the entries of their days, in one statement."""
    # In one order everywhere, so that two processes never wait for each other.
    await _upsert(sorted(looks, key=lambda look: (look.resident_id, look.day, look.what)))


async def page(
    keyring: Keyring,
    resident_id: UUID,
    cursor: str | None,
    limit: int,
    others: Sequence[Source] = (),
) -> Page[Seen]:
    """Return one page of the looks at a resident, the newest first. Raises `UnknownCursor`."""
    pages = Pages(keyring, f"me.access-log:{resident_id}")
    place = pages.read(cursor)
    before = UUID(place[0]) if place else None
    lines = [
        line
        for source in (_entries, *others)
        for line in await source(resident_id, before, limit + 1)
    ]
    lines.sort(key=lambda line: line.id, reverse=True)
    return pages.page(lines[: limit + 1], limit, lambda line: (str(line.id),))


async def whole(resident_id: UUID, others: Sequence[Source] = ()) -> list[Seen]:
    """Return all looks at a resident, the oldest first."""
    lines: list[Seen] = []
    for source in (_entries, *others):
        before = None
        while found := await source(resident_id, before, _AT_ONCE):
            lines += found
            before = found[-1].id
    return sorted(lines, key=lambda line: line.id)


async def _entries(resident_id: UUID, before: UUID | None, most: int) -> list[Seen]:
    earlier = Q(id__lt=before) if before else Q()
    found = AccessEntry.filter(earlier, resident_id=resident_id).order_by("-id")
    return [of_entry(entry) for entry in await found.limit(most)]


@transactional
async def purge(before: date) -> int:
    """Delete the entries of days before this one, and return how many. Nightly."""
    return await AccessEntry.filter(day__lt=before).delete()


async def _upsert(looks: Sequence[Look]) -> None:
    rows = [look._asdict() for look in looks]
    once = Insert(
        AccessEntry, rows, unless="access_entry_day", replace=("last_at",), add=("times",)
    )
    await write_all([once])
