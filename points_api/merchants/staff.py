"""The staff of a merchant and their keys.

A merchant's managers add and end its staff and register their public keys; the credit office adds
the first manager, and another one where all keys are lost. Whatever a merchant does itself, a
manager who can sign in remains: every such change holds the merchant's row, so of two managers who
end each other at once only one succeeds.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from points_api.audit import service as audit
from points_api.auth import clients
from points_api.auth.assertions import PublicKeyError
from points_api.auth.clients import Client, Owner
from points_api.auth.merchants import StaffRole
from points_api.auth.models import ApiClient
from points_api.crypto.keyring import Keyring
from points_api.db.transaction import transactional
from points_api.merchants import accounts
from points_api.merchants.models import MerchantStaff
from points_api.merchants.office import Office
from points_api.merchants.problems import (
    KeyRefused,
    LabelRefused,
    LabelTaken,
    LastManager,
    TooMany,
)
from points_api.paging import Page, Pages
from points_api.problem import NotFound

MANAGER: Final[StaffRole] = "manager"
MOST_STAFF: Final = 500
MOST_KEYS: Final = 5
LIST: Final = "merchant.staff"
# A post, never a person; nor a run of digits that could be a phone or an ID number.
_LABEL: Final = re.compile(r"(?!.*\d{6})[a-z][a-z0-9 .-]{0,62}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Acting:
    """Who changes a merchant's staff: one of its managers, or the credit office."""

    merchant_id: UUID
    office: Office
    own: bool

    @classmethod
    def manager(cls, merchant_id: UUID, actor: str) -> "Acting":
        return cls(merchant_id, Office(actor), own=True)

    @property
    def actor(self) -> str:
        return self.office.actor


@dataclass(frozen=True, slots=True)
class Member:
    """A person or a system of a merchant, by its post."""

    id: UUID
    label: str
    role: str
    created_at: datetime


@transactional
async def add(acting: Acting, label: str, role: StaffRole, now: datetime) -> Member:
    """Add a staff member, who can do nothing before a key is registered."""
    if not _LABEL.fullmatch(label):
        raise LabelRefused
    await accounts.held(acting.office, acting.merchant_id)
    there = MerchantStaff.filter(merchant_id=acting.merchant_id, left_at=None)
    if await there.filter(label=label).exists():
        raise LabelTaken
    if await there.count() >= MOST_STAFF:
        raise TooMany(MOST_STAFF)
    row = await MerchantStaff.create(
        merchant_id=acting.merchant_id, label=label, role=role, created_at=now
    )
    details = {"merchant": str(acting.merchant_id), "role": role}
    await audit.append(acting.actor, "staff.add", f"staff:{row.id}", details)
    return _member(row)


@transactional
async def add_manager(
    acting: Acting, label: str, public_jwk: str, now: datetime
) -> tuple[Member, Client]:
    """Add a manager together with a key: how the office lets a merchant in."""
    member = await add(acting, label, MANAGER, now)
    return member, await add_key(acting, member.id, public_jwk, now)


@transactional
async def end(acting: Acting, staff_id: UUID, now: datetime) -> None:
    """End a staff member and all their keys."""
    member = await _held(acting, staff_id)
    await MerchantStaff.filter(id=member.id).update(left_at=now)
    for client in await clients.of_staff(member.id):
        await clients.revoke(client.id, acting.actor, now)
    details = {"merchant": str(acting.merchant_id)}
    await audit.append(acting.actor, "staff.end", f"staff:{member.id}", details)
    await _require_manager(acting)


async def page(acting: Acting, keyring: Keyring, cursor: str | None, limit: int) -> Page[Member]:
    """List who is with the merchant now, those added first first."""
    await accounts.find(acting.office, acting.merchant_id)
    pages = Pages(keyring, f"{LIST}:{acting.merchant_id}")
    rows = MerchantStaff.filter(merchant_id=acting.merchant_id, left_at=None).order_by("id")
    if place := pages.read(cursor):
        rows = rows.filter(id__gt=UUID(place[0]))
    found = [_member(row) for row in await rows.limit(limit + 1)]
    return pages.page(found, limit, lambda member: (str(member.id),))


async def find(merchant_id: UUID, staff_id: UUID) -> Member:
    """Return a member of this merchant's staff; others' are not found."""
    row = await MerchantStaff.get_or_none(id=staff_id, merchant_id=merchant_id, left_at=None)
    if row is None:
        raise NotFound.of("人员", "staff member")
    return _member(row)


@transactional
async def add_key(acting: Acting, staff_id: UUID, public_jwk: str, now: datetime) -> Client:
    """Register a public key of a staff member; the same key again changes nothing."""
    member = await _held(acting, staff_id)
    in_use = [one for one in await clients.of_staff(member.id) if one.revoked_at is None]
    try:
        owner = Owner(merchant_id=acting.merchant_id, staff_id=member.id)
        client = await clients.register(owner, public_jwk, acting.actor, now)
    except PublicKeyError as error:
        zh, _, en = str(error).rstrip(")").rpartition(" (")
        raise KeyRefused(zh, en) from None
    if len(in_use) >= MOST_KEYS and client not in in_use:
        raise TooMany(MOST_KEYS)
    return client


async def keys(merchant_id: UUID, staff_id: UUID) -> list[Client]:
    """List the keys of a staff member, revoked ones included."""
    member = await find(merchant_id, staff_id)
    return await clients.of_staff(member.id)


@transactional
async def revoke_key(acting: Acting, staff_id: UUID, client_id: str, now: datetime) -> None:
    """Refuse a key from now on; of two who revoke it at once one finds none."""
    member = await _held(acting, staff_id)
    theirs = await ApiClient.filter(id=client_id, staff_id=member.id).exists()
    if not theirs or not await clients.revoke(client_id, acting.actor, now):
        raise NotFound.of("在用的钥匙", "key in use")
    await _require_manager(acting)


async def _held(acting: Acting, staff_id: UUID) -> Member:
    await accounts.held(acting.office, acting.merchant_id)
    return await find(acting.merchant_id, staff_id)


async def _require_manager(acting: Acting) -> None:
    """Roll back what would lock a merchant out; the office may, and lets it in again."""
    if not acting.own:
        return
    managers = await MerchantStaff.filter(
        merchant_id=acting.merchant_id, role=MANAGER, left_at=None
    ).values_list("id", flat=True)
    if not await ApiClient.filter(staff_id__in=list(managers), revoked_at=None).exists():
        raise LastManager


def _member(row: MerchantStaff) -> Member:
    return Member(row.id, row.label, row.role, row.created_at)
