"""Recording looks at a resident's data, and listing them to the resident.

One entry stands for all looks of one actor at one thing for one purpose on one legal day.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from tortoise.expressions import Q

from points_api import clock
from points_api.access_log.models import AccessEntry
from points_api.crypto.keyring import Keyring
from points_api.db.transaction import inside, transactional
from points_api.db.writes import Insert, write_all
from points_api.paging import Page, Pages


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
    keyring: Keyring, resident_id: UUID, cursor: str | None, limit: int
) -> Page[AccessEntry]:
    """Return one page of a resident's entries, the newest first. Raises `UnknownCursor`."""
    pages = Pages(keyring, f"me.access-log:{resident_id}")
    place = pages.read(cursor)
    before = Q(id__lt=UUID(place[0])) if place else Q()
    found = AccessEntry.filter(before, resident_id=resident_id).order_by("-id")
    return pages.page(await found.limit(limit + 1), limit, lambda entry: (str(entry.id),))


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
