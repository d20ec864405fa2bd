"""Accounts of merchants: opened, amended, suspended and resumed by the credit office.

Whether a merchant is a sandbox is said when it is opened and never changes. A suspended merchant is
refused everywhere within two seconds (`standing.py`); what it has redeemed stays as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from tortoise.exceptions import IntegrityError

from points_api import clock
from points_api.audit import service as audit
from points_api.crypto.keyring import Keyring
from points_api.db import outbox
from points_api.db.transaction import transactional
from points_api.identifiers import credit_code, divisions
from points_api.merchants.models import Merchant
from points_api.merchants.office import Office
from points_api.merchants.problems import CreditCodeRefused, CreditCodeTaken, DivisionUnknown
from points_api.paging import Page, Pages
from points_api.problem import NotFound

State = Literal["active", "suspended"]
Why = Literal["contract_ended", "abuse", "security", "own_request"]
ACTIVE: Final[State] = "active"
SUSPENDED: Final[State] = "suspended"
LIST: Final = "officer.merchants"


@dataclass(frozen=True, slots=True)
class Particulars:
    """What the office may amend. Without a credit code only a sandbox may be."""

    name: str
    name_en: str
    credit_code: str | None
    division: str


@dataclass(frozen=True, slots=True)
class Account:
    """A merchant as the office sees it."""

    id: UUID
    particulars: Particulars
    state: str
    sandbox: bool
    created_at: datetime


async def create(office: Office, given: Particulars, sandbox: bool, now: datetime) -> Account:
    """Open an account, active from the start; it can do nothing before it has a key."""
    checked = _checked(office, given, sandbox, now)
    try:
        return await _insert(office, checked, sandbox, now)
    except IntegrityError:
        raise CreditCodeTaken from None


async def amend(
    office: Office,
    merchant_id: UUID,
    given: Particulars,
    now: datetime,
    unless: Callable[[Account], None] = lambda _: None,
) -> Account:
    """Replace the particulars. `unless` may refuse what it finds, such as another version."""
    try:
        return await _amend(office, merchant_id, given, now, unless)
    except IntegrityError:
        raise CreditCodeTaken from None


async def find(office: Office, merchant_id: UUID) -> Account:
    """Return an account. One that is another county's is not found."""
    row = await Merchant.get_or_none(id=merchant_id)
    if row is None or not office.oversees(row.division):
        raise NotFound.of("商户", "merchant")
    return _account(row)


async def page(
    office: Office,
    keyring: Keyring,
    cursor: str | None,
    limit: int,
    state: State | None = None,
    division: str | None = None,
) -> Page[Account]:
    """List the accounts that the office oversees, those opened last first."""
    pages = Pages(keyring, LIST)
    rows = Merchant.all().order_by("-id")
    if place := pages.read(cursor):
        rows = rows.filter(id__lt=UUID(place[0]))
    for column, wanted in (("state", state), ("division", division), ("division", office.division)):
        if wanted is not None:
            rows = rows.filter(**{column: wanted})
    found = [_account(row) for row in await rows.limit(limit + 1)]
    return pages.page(found, limit, lambda account: (str(account.id),))


async def everyone() -> list[Account]:
    """All accounts, those opened first first; for the command line."""
    return [_account(row) for row in await Merchant.all().order_by("id")]


@transactional
async def suspend(office: Office, merchant_id: UUID, why: Why) -> Account:
    """Refuse all keys of a merchant until it is resumed; twice is once."""
    return await _move(office, merchant_id, SUSPENDED, {"why": why})


@transactional
async def resume(office: Office, merchant_id: UUID) -> Account:
    """Let a suspended merchant act again, with the keys it had."""
    return await _move(office, merchant_id, ACTIVE, {})


async def held(office: Office, merchant_id: UUID) -> Merchant:
    """Hold an account to the end of the transaction: who changes it or its staff comes by here."""
    row = await Merchant.filter(id=merchant_id).select_for_update().first()
    if row is None or not office.oversees(row.division):
        raise NotFound.of("商户", "merchant")
    return row


@transactional
async def _insert(office: Office, given: Particulars, sandbox: bool, now: datetime) -> Account:
    row = await Merchant.create(**_columns(given), state=ACTIVE, sandbox=sandbox, created_at=now)
    details = {"division": row.division, "sandbox": sandbox}
    await audit.append(office.actor, "merchant.create", f"merchant:{row.id}", details)
    return _account(row)


@transactional
async def _amend(
    office: Office,
    merchant_id: UUID,
    given: Particulars,
    now: datetime,
    unless: Callable[[Account], None],
) -> Account:
    row = await held(office, merchant_id)
    unless(_account(row))
    checked = _checked(office, given, row.sandbox, now)
    changed = {k: v for k, v in _columns(checked).items() if getattr(row, k) != v}
    if changed:
        await row.update_from_dict(changed).save(update_fields=list(changed))
        details = {"fields": sorted(changed)}
        await audit.append(office.actor, "merchant.amend", f"merchant:{row.id}", details)
    return _account(row)


async def _move(
    office: Office, merchant_id: UUID, state: State, details: dict[str, str]
) -> Account:
    row = await held(office, merchant_id)
    if row.state != state:
        row.state = state
        await row.save(update_fields=["state"])
        action = "merchant.suspend" if state == SUSPENDED else "merchant.resume"
        subject = f"merchant:{row.id}"
        await audit.append(office.actor, action, subject, details)
        payload = {"merchant_id": str(row.id), "state": state}
        await outbox.append("merchant.moved", subject, payload)
    return _account(row)


def _checked(office: Office, given: Particulars, sandbox: bool, now: datetime) -> Particulars:
    year = clock.day_of(now).year
    if divisions.name_of(given.division, year) is None or not office.oversees(given.division):
        raise DivisionUnknown
    if given.credit_code is None and sandbox:
        return given
    problem = credit_code.problem_of(given.credit_code or "")
    if problem is not None:
        raise CreditCodeRefused(*credit_code.MESSAGES[problem])
    code = credit_code.normalize(given.credit_code or "")
    return Particulars(given.name, given.name_en, code, given.division)


def _columns(given: Particulars) -> dict[str, Any]:
    return {
        "name": given.name,
        "name_en": given.name_en,
        "credit_code": given.credit_code,
        "division": given.division,
    }


def _account(row: Merchant) -> Account:
    given = Particulars(row.name, row.name_en, row.credit_code, row.division)
    return Account(row.id, given, row.state, row.sandbox, row.created_at)
