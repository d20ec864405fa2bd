"""Notices: made from what happened, listed, read, and put on the phone outside of quiet hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tortoise.expressions import Q

from points_api.auth.wechat import OpenId
from points_api.crypto.keyring import Keyring
from points_api.db.outbox import Event
from points_api.db.reads import exists
from points_api.db.transaction import transactional
from points_api.db.writes import Insert, write_all
from points_api.messages.kinds import KINDS, WORDINGS, Kind
from points_api.messages.models import Message, MessagePreference
from points_api.messages.pushing import Subscribers
from points_api.messages.quiet import DEFAULT_FROM, DEFAULT_UNTIL, loud_after
from points_api.paging import Page, Pages
from points_api.residents.accounts import OPENID
from points_api.residents.models import Resident

BATCH: Final = 50
TOLD_AT_ONCE: Final = 500
MOST_ACCEPTED: Final = 50


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a resident wants; see `MessagePreference`."""

    muted: frozenset[str]
    quiet_from: int
    quiet_until: int
    accepted: Mapping[str, int]


NEVER_ASKED: Final = Preferences(frozenset(), DEFAULT_FROM, DEFAULT_UNTIL, {})


async def notify(
    resident_id: UUID, event: Event, kind: Kind, params: Mapping[str, Any], now: datetime
) -> None:
    """Write a notice, once for an event however often it comes."""
    await notify_all([resident_id], event, kind, params, now)


async def notify_all(
    residents: Sequence[UUID],
    event: Event,
    kind: Kind,
    params: Mapping[str, Any],
    now: datetime,
    at_once: int = TOLD_AT_ONCE,
) -> None:
    """Write the same notice to each of these, some at a time; begun again, it goes on."""
    for first in range(0, len(residents), at_once):
        await _notify(residents[first : first + at_once], event, kind, params, now)


@transactional
async def _notify(
    residents: Sequence[UUID], event: Event, kind: Kind, params: Mapping[str, Any], now: datetime
) -> None:
    known = await MessagePreference.filter(resident_id__in=list(residents))
    wanted = {row.resident_id: _preferences(row) for row in known}
    rows = [
        {
            "resident_id": one, "event_id": event.id, "kind": kind, "params": dict(params),
            "created_at": now, "push_after": _push_after(wanted.get(one, NEVER_ASKED), kind, now),
        }
        for one in residents
    ]  # fmt: skip
    await write_all([Insert(Message, rows, unless="message_once")])


def _push_after(wanted: Preferences, kind: Kind, now: datetime) -> datetime | None:
    """When it may buzz; None where it must not."""
    if kind in wanted.muted or wanted.accepted.get(kind, 0) < 1:
        return None
    return loud_after(now, wanted.quiet_from, wanted.quiet_until)


async def page(
    keyring: Keyring, resident_id: UUID, cursor: str | None, limit: int
) -> Page[Message]:
    """Return one page of a resident's notices, newest first. Raises `UnknownCursor`."""
    pages = Pages(keyring, f"me.messages:{resident_id}")
    place = pages.read(cursor)
    before = Q(id__lt=UUID(place[0])) if place else Q()
    found = Message.filter(before, resident_id=resident_id).order_by("-id")
    return pages.page(await found.limit(limit + 1), limit, lambda one: (str(one.id),))


async def unread(resident_id: UUID) -> int:
    return await Message.filter(resident_id=resident_id, read_at=None).count()


@transactional
async def read(resident_id: UUID, until: UUID | None, now: datetime) -> int:
    """Mark as read what is not newer than a notice, or everything; return how many."""
    mine = Message.filter(resident_id=resident_id, read_at=None)
    if until is not None:
        mine = mine.filter(id__lte=until)
    return await mine.update(read_at=now)


async def preferences_of(resident_id: UUID) -> Preferences:
    row = await MessagePreference.get_or_none(resident_id=resident_id)
    return NEVER_ASKED if row is None else _preferences(row)


def _preferences(row: MessagePreference) -> Preferences:
    return Preferences(frozenset(row.muted), row.quiet_from, row.quiet_until, row.accepted)


@transactional
async def prefer(
    resident_id: UUID, muted: Sequence[Kind], quiet_from: int, quiet_until: int
) -> Preferences:
    """Set what a resident wants to be told and when."""
    known = await _held(resident_id)
    known.muted = [kind for kind in KINDS if kind in muted]
    known.quiet_from, known.quiet_until = quiet_from, quiet_until
    await known.save(update_fields=["muted", "quiet_from", "quiet_until"])
    return await preferences_of(resident_id)


@transactional
async def accept(resident_id: UUID, kinds: Sequence[Kind]) -> Preferences:
    """Count one more allowed WeChat message of each kind, as `wx.requestSubscribeMessage` told."""
    known = await _held(resident_id)
    for kind in kinds:
        known.accepted[kind] = min(known.accepted.get(kind, 0) + 1, MOST_ACCEPTED)
    await known.save(update_fields=["accepted"])
    return await preferences_of(resident_id)


async def push_due(keyring: Keyring, subscribers: Subscribers, now: datetime) -> int:
    """Send what is due by now; return how many were taken. The relay calls this."""
    taken = await _take(now) if await exists(Message, "push_after <= $1", now) else []
    for resident_id, kind in taken:
        resident = await Resident.get(id=resident_id)
        openid = OpenId(keyring.decrypt_text(resident.openid, OPENID))
        await subscribers.send(openid, kind, WORDINGS[kind].title)
    return len(taken)


@transactional
async def _take(now: datetime) -> list[tuple[UUID, Kind]]:
    """Take due notices off the list, and one acceptance for each."""
    due = Message.filter(push_after__lte=now).order_by("push_after").limit(BATCH)
    rows = await due.select_for_update(skip_locked=True)
    await Message.filter(id__in=[row.id for row in rows]).update(push_after=None)
    taken: list[tuple[UUID, Kind]] = []
    for row in sorted(rows, key=lambda one: one.resident_id):
        known = await _held(row.resident_id)
        left = known.accepted.get(row.kind, 0)
        if row.read_at is None and row.kind not in known.muted and left > 0:
            known.accepted[row.kind] = left - 1
            await known.save(update_fields=["accepted"])
            taken.append((row.resident_id, next(kind for kind in KINDS if kind == row.kind)))
    return taken


async def _held(resident_id: UUID) -> MessagePreference:
    """The resident's row, made if new, and held until the commit."""
    usual = {
        "resident_id": resident_id, "muted": [], "quiet_from": DEFAULT_FROM,
        "quiet_until": DEFAULT_UNTIL, "accepted": {},
    }  # fmt: skip
    await MessagePreference.bulk_create([MessagePreference(**usual)], ignore_conflicts=True)
    return await MessagePreference.filter(resident_id=resident_id).select_for_update().get()


@transactional
async def purge(before: datetime) -> int:
    """Delete notices made before an instant; return how many. Nightly."""
    return await Message.filter(created_at__lt=before).delete()
