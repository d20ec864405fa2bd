"""Giving, renewing and withdrawing consent: one receipt per purpose, each with its own end.

A receipt is never changed but for `withdrawn_at`. Renewing closes the old receipt and opens
another at the same instant, so at any time at most one receipt per purpose and recipient is open.
What a consent opens or closes elsewhere is done by `Effects` in the same transaction.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol
from uuid import UUID

from tortoise.queryset import QuerySet

from points_api.audit import service as audit
from points_api.consents.erasure import Erasure
from points_api.consents.models import Consent
from points_api.consents.notice import Notice, Purpose
from points_api.consents.problems import (
    ChoicesIncomplete,
    ConsentNeeded,
    NoConsent,
    NoticeOutdated,
    UnknownPurpose,
)
from points_api.db import outbox
from points_api.db.transaction import advisory_lock, transactional

JOINING: Final = "scoring"
"""The purpose that joining rests on; everything else a resident agrees to hangs on it."""

CITY: Final = "city"
"""The purpose of a consent whose recipient is another city."""
RECALLED: Final = "recognition.recalled"
"""The event that what was said of a resident to a city holds no more."""

State = Literal["given", "renewed", "withdrawn", "expired"]
Standing = Literal["given", "notice_changed", "expired", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """One consent as it was given. `state` is that of the instant it was read."""

    id: UUID
    purpose: str
    recipient: str
    data_kinds: tuple[str, ...]
    notice_version: str
    channel: str
    granted_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None
    state: State


@dataclass(frozen=True, slots=True)
class Withdrawn:
    receipts: tuple[Receipt, ...]
    erasure: Erasure


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed to: what for, to whom, which data, on which notice, until when."""

    purpose: str
    recipient: str
    data_kinds: list[str]
    notice_version: str
    until: datetime


class Effects(Protocol):
    """What a consent means to other parts; runs in the transaction that gives or withdraws it."""

    async def granted(
        self, resident_id: UUID, purpose: Purpose, notice: Notice, now: datetime
    ) -> None:
        """Take up again what had to rest; refuses by `JoinFirst` or `PhoneNeeded`."""
        ...

    async def granted_to_scenario(self, resident_id: UUID) -> None:
        """Refuse by `JoinFirst` who has not joined."""
        ...

    async def withdrawn(
        self, resident_id: UUID, purposes: frozenset[str], now: datetime
    ) -> Erasure:
        """Delete what rested on these purposes."""
        ...


def chosen(notice: Notice, version: str, choices: Mapping[str, bool]) -> list[Purpose]:
    """Return the purposes agreed to; refuse an old notice, and a choice missing or made up.

    Each purpose needs a yes or a no of its own: nothing is ticked in advance (PIPL 14, 29).
    """
    if version != notice.version:
        raise NoticeOutdated(notice.version)
    known = [purpose.id for purpose in notice.purpose]
    if set(choices) - set(known):
        raise UnknownPurpose(known)
    if missing := [purpose for purpose in known if purpose not in choices]:
        raise ChoicesIncomplete(missing)
    refused = [one.id for one in notice.purpose if one.needed_to_join and not choices[one.id]]
    if refused:
        raise ConsentNeeded(refused)
    return [purpose for purpose in notice.purpose if choices[purpose.id]]


@transactional
async def grant(
    resident_id: UUID, notice: Notice, purposes: Sequence[Purpose], channel: str, now: datetime
) -> list[Receipt]:
    """Open a receipt for each purpose, in place of the one that may be open."""
    terms = [
        Terms(
            purpose.id,
            purpose.recipient.id,
            purpose.data_kinds,
            notice.version,
            plus_months(now, purpose.months),
        )
        for purpose in purposes
    ]
    return await give(resident_id, terms, channel, now)


@transactional
async def agree(
    effects: Effects,
    resident_id: UUID,
    notice: Notice,
    purpose_id: str,
    channel: str,
    now: datetime,
) -> Receipt:
    """Give or renew one consent of a resident who has joined."""
    purpose = notice.purpose_of(purpose_id)
    if purpose is None:
        raise UnknownPurpose([one.id for one in notice.purpose])
    await hold(resident_id)
    (receipt,) = await grant(resident_id, notice, [purpose], channel, now)
    await effects.granted(resident_id, purpose, notice, now)
    return receipt


@transactional
async def withdraw(
    effects: Effects,
    resident_id: UUID,
    now: datetime,
    *,
    purpose: str | None = None,
    consent_id: UUID | None = None,
) -> Withdrawn:
    """Withdraw one consent, those for one purpose, or all; what rests on them ends with them.

    Withdrawing `JOINING` withdraws all. Raises `NoConsent` if nothing is open.
    """
    await hold(resident_id)
    found = await _open(resident_id).order_by("id")
    named = [one for one in found if purpose in (None, one.purpose)]
    named = [one for one in named if consent_id in (None, one.id)]
    if not named:
        raise NoConsent
    ending = found if any(one.purpose == JOINING for one in named) else named
    await Consent.filter(id__in=[one.id for one in ending]).update(withdrawn_at=now)
    for one in ending:
        one.withdrawn_at = now
    receipts = tuple(receipt_of(one, now) for one in ending)
    await _record("consent.withdraw", "consent.withdrawn", resident_id, receipts)
    for told in (one for one in receipts if one.purpose == CITY):
        said = {"resident_id": str(resident_id), "host": told.recipient, "why": "withdrawn"}
        await outbox.append(RECALLED, f"resident:{resident_id}", said)
    erasure = await effects.withdrawn(resident_id, frozenset(one.purpose for one in ending), now)
    return Withdrawn(receipts, erasure)


async def hold(resident_id: UUID) -> None:
    """Let one joining, leaving or consenting of a resident happen at a time, until the commit."""
    await advisory_lock(f"resident:{resident_id}")


async def expire(effects: Effects, now: datetime, most: int = 500) -> int:
    """End what rests on consents whose time is over, and return how many residents it met. Nightly.

    Each resident is a transaction of their own; call again until it returns 0.
    """
    overdue = Consent.filter(withdrawn_at=None, expires_at__lte=now).order_by("expires_at")
    met = await overdue.limit(most).values_list("resident_id", "id")
    for resident_id, consent_id in met:
        try:
            await withdraw(effects, resident_id, now, consent_id=consent_id)
        except NoConsent:  # withdrawn meanwhile, or together with another one of the list
            continue
    return len({resident_id for resident_id, _ in met})


async def receipts_of(resident_id: UUID, now: datetime) -> list[Receipt]:
    """List all receipts of a resident, newest first."""
    rows = await Consent.filter(resident_id=resident_id).order_by("-id")
    newest = {(row.purpose, row.recipient, row.granted_at): row.id for row in reversed(rows)}

    def is_renewed(row: Consent) -> bool:
        follower = newest.get((row.purpose, row.recipient, row.withdrawn_at or now))
        return follower is not None and follower > row.id

    return [receipt_of(row, now, is_renewed(row)) for row in rows]


async def standing(
    resident_id: UUID, notice: Notice, now: datetime, purpose: str = JOINING
) -> tuple[Standing, datetime | None]:
    """Return whether something may be processed now, and when that consent ends.

    Anything but `given` means: stop until the resident has consented anew (PIPL 14, 15).
    """
    row = await _open(resident_id).filter(purpose=purpose).order_by("-id").first()
    if row is None:
        return "withdrawn", None
    if row.expires_at <= now:
        return "expired", row.expires_at
    current = row.notice_version == notice.version
    return ("given" if current else "notice_changed"), row.expires_at


def plus_months(at: datetime, months: int) -> datetime:
    """Return the same time of day so many calendar months later, at the latest the month's end."""
    year, month = divmod(at.month - 1 + months, 12)
    year, month = at.year + year, month + 1
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))


async def give(
    resident_id: UUID, terms: Sequence[Terms], channel: str, now: datetime
) -> list[Receipt]:
    """Open a receipt for each of the terms, in the caller's transaction."""
    receipts = []
    for one in terms:
        before = _open(resident_id).filter(purpose=one.purpose, recipient=one.recipient)
        await before.update(withdrawn_at=now)
        consent = await Consent.create(
            resident_id=resident_id, purpose=one.purpose, recipient=one.recipient,
            data_kinds=one.data_kinds, notice_version=one.notice_version, channel=channel,
            granted_at=now, expires_at=one.until,
        )  # fmt: skip
        receipts.append(receipt_of(consent, now))
    await _record("consent.grant", "consent.granted", resident_id, receipts)
    return receipts


def _open(resident_id: UUID) -> QuerySet[Consent]:
    return Consent.filter(resident_id=resident_id, withdrawn_at=None)


async def _record(action: str, topic: str, resident_id: UUID, receipts: Sequence[Receipt]) -> None:
    subject = f"resident:{resident_id}"
    said = [
        {"id": str(one.id), "purpose": one.purpose, "recipient": one.recipient,
         "notice_version": one.notice_version}
        for one in receipts
    ]  # fmt: skip
    await audit.append(subject, action, subject, {"consents": said})
    await outbox.append(topic, subject, {"consents": said})


def receipt_of(row: Consent, now: datetime, renewed: bool = False) -> Receipt:
    """A row as it stands at an instant."""
    return Receipt(
        id=row.id,
        purpose=row.purpose,
        recipient=row.recipient,
        data_kinds=tuple(row.data_kinds),
        notice_version=row.notice_version,
        channel=row.channel,
        granted_at=row.granted_at,
        expires_at=row.expires_at,
        withdrawn_at=row.withdrawn_at,
        state=_state(row, now, renewed),
    )


def _state(row: Consent, now: datetime, renewed: bool) -> State:
    if (row.withdrawn_at or now) >= row.expires_at:
        return "expired"
    if row.withdrawn_at is None:
        return "given"
    return "renewed" if renewed else "withdrawn"
