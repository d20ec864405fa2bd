"""Accounts of officers: made, suspended, given other roles, reset. Each change ends the sessions
that rest on what was before.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet

from points_api.audit import service as audit
from points_api.auth.officers import ALONE, ROLES, Role
from points_api.crypto.keyring import Keyring
from points_api.db.transaction import transactional
from points_api.identifiers import divisions
from points_api.officers import attempts, passwords, totp
from points_api.officers.models import Officer, OfficerSession
from points_api.officers.problems import (
    DivisionRefused,
    LoginRefused,
    LoginTaken,
    NoSuchOfficer,
    RolesRefused,
)

ACTIVE: Final = "active"
SUSPENDED: Final = "suspended"
TOTP: Final = "officer.totp"  # the context of the sealed column
_LOGIN: Final = re.compile(r"[a-z][a-z0-9.-]{2,31}")

Why = Literal["signed_out", "suspended", "roles_changed", "reset"]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an officer signs in with. Only the hash of the one and the sealed other are stored."""

    password: str = field(repr=False, default_factory=passwords.new)
    secret: bytes = field(repr=False, default_factory=totp.new_secret)


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the office's list shows it."""

    id: UUID
    login: str
    roles: tuple[str, ...]
    division: str | None
    status: str
    demo: bool
    created_at: datetime
    last_sign_in_at: datetime | None


async def create(
    keyring: Keyring,
    login: str,
    roles: Iterable[str],
    division: str | None,
    credentials: Credentials,
    actor: str,
    now: datetime,
    demo: bool = False,
) -> UUID:
    """Make an account for a county as `division_of` tells it, or for the whole city.

    `demo` marks one whose secrets are published; production refuses it.
    """
    if not _LOGIN.fullmatch(login):
        raise LoginRefused
    row = Officer(
        login=login,
        password_hash=await passwords.hash_of(credentials.password),
        totp=keyring.encrypt(credentials.secret, TOTP),
        roles=list(roles_of(roles)),
        division=division,
        demo=demo,
        created_at=now,
    )
    try:
        await _insert(row, actor)
    except IntegrityError:
        raise LoginTaken from None
    return row.id


async def everyone() -> list[Account]:
    """List the accounts by login."""
    return [
        Account(
            row.id, row.login, tuple(row.roles), row.division, row.status, row.demo,
            row.created_at, row.last_sign_in_at,
        )
        for row in await Officer.all().order_by("login")
    ]  # fmt: skip


@transactional
async def suspend(login: str, actor: str, now: datetime) -> None:
    """Refuse an officer from now on, also where they are signed in."""
    officer = await _held(login)
    await _change(officer, actor, "officer.suspend", {}, status=SUSPENDED)
    await end_sessions(OfficerSession.filter(officer_id=officer.id), "suspended", now)


@transactional
async def resume(login: str, actor: str) -> None:
    """Let a suspended officer sign in again."""
    await _change(await _held(login), actor, "officer.resume", {}, status=ACTIVE)


@transactional
async def change_roles(login: str, roles: Iterable[str], actor: str, now: datetime) -> None:
    """Give an officer these roles in place of those before; they have to sign in anew."""
    officer, fresh = await _held(login), list(roles_of(roles))
    if fresh == officer.roles:
        return
    await _change(officer, actor, "officer.roles", {"roles": fresh}, roles=fresh)
    await end_sessions(OfficerSession.filter(officer_id=officer.id), "roles_changed", now)


async def reset(
    keyring: Keyring, login: str, credentials: Credentials, actor: str, now: datetime
) -> None:
    """Replace password and secret, for who has lost either or was locked out by others."""
    fresh = {
        "password_hash": await passwords.hash_of(credentials.password),
        "totp": keyring.encrypt(credentials.secret, TOTP),
        "last_step": 0,
    }
    await _reset(login, fresh, attempts.mark_of(keyring, login), actor, now)


def roles_of(names: Iterable[str]) -> tuple[Role, ...]:
    """Return the roles of these names, in their order; refuse those that do not go together."""
    wanted = set(names)
    roles = tuple(role for role in ROLES if role in wanted)
    if not roles or len(roles) < len(wanted) or (len(roles) > 1 and ALONE & wanted):
        raise RolesRefused
    return roles


def division_of(code: str | None, city: str, year: int) -> str | None:
    """Return the county of a code in a city (`420200`); None for the whole city."""
    counties = [division.code for division in divisions.inside(city, year)]
    if code in (None, city):
        return None
    if code not in counties:
        raise DivisionRefused(", ".join(counties))
    return code


async def end_sessions(which: QuerySet[OfficerSession], why: Why, now: datetime) -> None:
    """End those of these sessions that have not ended yet, in the caller's transaction."""
    await which.filter(revoked_at=None).update(revoked_at=now, reason=why)


@transactional
async def _insert(row: Officer, actor: str) -> None:
    await row.save(force_create=True)
    details = {"roles": row.roles, "division": row.division}
    await audit.append(actor, "officer.create", f"officer:{row.id}", details)


@transactional
async def _reset(
    login: str, fresh: dict[str, object], mark: str, actor: str, now: datetime
) -> None:
    officer = await _held(login)
    await attempts.forget(mark)
    await _change(officer, actor, "officer.reset", {}, **fresh)
    await end_sessions(OfficerSession.filter(officer_id=officer.id), "reset", now)


async def _held(login: str) -> Officer:
    officer = await Officer.filter(login=login).select_for_update().first()
    if officer is None:
        raise NoSuchOfficer
    return officer


async def _change(
    officer: Officer, actor: str, action: str, details: dict[str, object], **columns: object
) -> None:
    await Officer.filter(id=officer.id).update(**columns)
    await audit.append(actor, action, f"officer:{officer.id}", details)
