"""Verifications that were written, listed to the merchant who asked and to the resident."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast
from uuid import UUID

from tortoise.expressions import Q

from points_api.consents.scenario_notice import ScenarioNotice, ScenarioNotices, notice_version
from points_api.crypto.keyring import Keyring
from points_api.language import Text
from points_api.merchants.models import Merchant
from points_api.paging import Page, Pages
from points_api.verifications.models import Verification
from points_api.verifications.statement import Cause

Mode = Literal["code", "wall", "server", "list", "counter"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A verification as it was written."""

    id: UUID
    scenario_id: str
    scenario_version: int
    merchant_id: UUID
    mode: Mode
    eligible: bool
    cause: Cause
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """An entry with the names of merchant and scenario, as the resident reads it."""

    entry: Entry
    merchant: Text
    scenario: Text


async def of_merchant(
    keyring: Keyring, merchant_id: UUID, since: datetime, cursor: str | None, limit: int
) -> Page[Entry]:
    """What a merchant asked since an instant, oldest first. Raises `UnknownCursor`.

    A wall code that was scanned in vain is between the resident and us.
    """
    pages = Pages(keyring, f"merchant.verifications:{merchant_id}")
    place = pages.read(cursor)
    after = Q()
    if place:
        at, last = datetime.fromisoformat(place[0]), UUID(place[1])
        after = Q(created_at__gt=at) | Q(created_at=at, id__gt=last)
    found = Verification.filter(
        after, Q(eligible=True) | ~Q(mode="wall"), merchant_id=merchant_id, created_at__gte=since
    ).order_by("created_at", "id")
    rows = [_entry(row) for row in await found.limit(limit + 1)]
    return pages.page(rows, limit, lambda one: (one.created_at.isoformat(), str(one.id)))


async def of_resident(
    keyring: Keyring,
    notices: ScenarioNotices,
    resident_id: UUID,
    cursor: str | None,
    limit: int,
) -> Page[Decision]:
    """Every decision about a resident, the newest first. Raises `UnknownCursor`."""
    pages = Pages(keyring, f"me.verifications:{resident_id}")
    place = pages.read(cursor)
    decisions = await before(notices, resident_id, UUID(place[0]) if place else None, limit + 1)
    return pages.page(decisions, limit, lambda one: (str(one.entry.id),))


async def before(
    notices: ScenarioNotices, resident_id: UUID, last: UUID | None, most: int
) -> list[Decision]:
    """The newest decisions about a resident of those before an id."""
    earlier = Q(id__lt=last) if last else Q()
    found = Verification.filter(earlier, resident_id=resident_id).order_by("-id")
    return await _named(notices, [_entry(row) for row in await found.limit(most)])


async def _named(notices: ScenarioNotices, entries: Sequence[Entry]) -> list[Decision]:
    if not entries:
        return []
    rows = await Merchant.filter(id__in=sorted({one.merchant_id for one in entries}))
    merchants = {row.id: Text(row.name, row.name_en) for row in rows}
    read = await notices.read({one.scenario_id for one in entries})
    return [
        Decision(
            one,
            merchants.get(one.merchant_id, Text(str(one.merchant_id), str(one.merchant_id))),
            _title(read, one),
        )
        for one in entries
    ]


def _title(read: Mapping[str, ScenarioNotice], entry: Entry) -> Text:
    notice = read.get(notice_version(entry.scenario_id, entry.scenario_version))
    return notice.title if notice else Text(entry.scenario_id, entry.scenario_id)


def _entry(row: Verification) -> Entry:
    return Entry(
        row.id,
        row.scenario_id,
        row.scenario_version,
        row.merchant_id,
        cast(Mode, row.mode),
        row.eligible,
        cast(Cause, row.cause),
        row.created_at,
        row.expires_at,
    )
