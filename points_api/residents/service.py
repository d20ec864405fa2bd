"""Joining, leaving, and what an enrollment is worth today."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from tortoise.exceptions import IntegrityError

from points_api.consents import service as consents
from points_api.consents.erasure import Erasure
from points_api.consents.notice import Notice, Purpose
from points_api.db.transaction import transactional
from points_api.identifiers import id_number
from points_api.residents import accounts, persons
from points_api.residents.effects import CONTACT, ConsentEffects, lock, record
from points_api.residents.membership import NoMember
from points_api.residents.models import Enrollment, Person, Resident
from points_api.residents.names import mask, mask_phone, normalize
from points_api.residents.problems import (
    AlreadyJoined,
    JoinedElsewhere,
    PhoneNeedsConsent,
    UnderAge,
)
from points_api.residents.real_name import Applicant
from points_api.residents.registry import Registry
from points_api.residents.retention import kept_after

ADULT_YEARS = 18
State = Literal["not_joined", "joined", "consent_needed"]


@dataclass(frozen=True, slots=True)
class Application:
    """What a person sends to join. `id_number` has 18 places."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)
    phone: str | None = field(repr=False)
    proof: str | None = field(repr=False)
    notice_version: str
    choices: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class View:
    """An enrollment as it may be shown: name, number and phone are masked.

    `reason` says why consent is needed anew; until it is given, nothing may be processed.
    """

    state: State
    current_notice: str
    enrollment_id: UUID | None = None
    joined_at: datetime | None = None
    name: str | None = None
    id_number: str | None = None
    phone: str | None = None
    notice_version: str | None = None
    consent_expires_at: datetime | None = None
    paused_at: datetime | None = None
    reason: Literal["notice_changed", "expired", "withdrawn"] | None = None


@dataclass(frozen=True, slots=True)
class Left:
    left_at: datetime
    erasure: Erasure


async def join(
    registry: Registry, resident_id: UUID, form: Application, now: datetime, today: date
) -> tuple[View, bool]:
    """Join, and return the enrollment and whether it is new. The same again changes nothing.

    The real name is confirmed before anything is said about the person or written.
    """
    notice = registry.notices.current(today)
    agreed = consents.chosen(notice, form.notice_version, form.choices)
    if (form.phone is not None) != any(purpose.id == CONTACT for purpose in agreed):
        raise PhoneNeedsConsent
    if id_number.age_on(form.id_number, today) < ADULT_YEARS:
        raise UnderAge
    if await _is_this_person(registry, resident_id, form):
        return await view(registry, resident_id, now, today), False
    await registry.real_name.confirm(await _applicant(registry, resident_id, form))
    try:
        created = await _enroll(registry, resident_id, form, notice, agreed, now)
    except IntegrityError:  # somebody else enrolled the same person at the same instant
        raise JoinedElsewhere from None
    return await view(registry, resident_id, now, today), created


@transactional
async def leave(registry: Registry, resident_id: UUID, now: datetime) -> Left:
    """Leave: withdraw every consent and delete what was derived. Again: says the same as before."""
    await consents.hold(resident_id)
    last = await Enrollment.filter(resident_id=resident_id).order_by("-id").first()
    if last is None:
        raise NoMember
    if last.left_at is not None:
        return Left(last.left_at, Erasure(kept=kept_after(last.left_at)))
    withdrawn = await consents.withdraw(ConsentEffects(registry), resident_id, now)
    return Left(now, withdrawn.erasure)


@transactional
async def set_phone(
    registry: Registry, resident_id: UUID, phone: str, notice: Notice, now: datetime
) -> None:
    """Give or change the phone number, which is agreeing to be reached by it."""
    enrollment = await lock(resident_id)
    purpose = notice.purpose_of(CONTACT)
    if enrollment is None or purpose is None:
        raise NoMember
    enrollment.phone = registry.keyring.encrypt(phone, persons.PHONE)
    await enrollment.save(update_fields=["phone"])
    await consents.grant(resident_id, notice, [purpose], "mini_program", now)


async def view(registry: Registry, resident_id: UUID, now: datetime, today: date) -> View:
    """Return the enrollment of a resident, and whether consent is needed anew."""
    notice = registry.notices.current(today)
    enrollment = await current(resident_id)
    if enrollment is None:
        return View("not_joined", notice.version)
    standing, expires_at = await consents.standing(resident_id, notice, now)
    person, open_ = enrollment.person, registry.keyring.decrypt_text
    return View(
        state="joined" if standing == "given" else "consent_needed",
        current_notice=notice.version,
        enrollment_id=enrollment.id,
        joined_at=enrollment.joined_at,
        name=mask(open_(person.name, persons.NAME)),
        id_number=id_number.mask(open_(person.id_number, persons.ID_NUMBER)),
        phone=mask_phone(open_(enrollment.phone, persons.PHONE)) if enrollment.phone else None,
        notice_version=enrollment.notice_version,
        consent_expires_at=expires_at,
        paused_at=enrollment.paused_at,
        reason=None if standing == "given" else standing,
    )


async def current(resident_id: UUID) -> Enrollment | None:
    """Return the resident's enrollment with its person, None if they have not joined."""
    found = Enrollment.filter(resident_id=resident_id, left_at=None)
    return await found.select_related("person").first()


async def _is_this_person(registry: Registry, resident_id: UUID, form: Application) -> bool:
    enrollment = await current(resident_id)
    if enrollment is None:
        return False
    same = registry.keyring.indexes(persons.INDEX, form.id_number)
    if enrollment.person.id_index not in same:
        raise AlreadyJoined
    return True


async def _applicant(registry: Registry, resident_id: UUID, form: Application) -> Applicant:
    keyring = registry.keyring
    resident = await Resident.get(id=resident_id)
    known = await persons.find(keyring, form.id_number)
    return Applicant(
        name=form.name,
        id_number=form.id_number,
        proof=form.proof,
        owns=lambda openid: accounts.owns(keyring, resident, openid),
        known_name=keyring.decrypt_text(known.name, persons.NAME) if known else None,
    )


@transactional
async def _enroll(
    registry: Registry,
    resident_id: UUID,
    form: Application,
    notice: Notice,
    agreed: list[Purpose],
    now: datetime,
) -> bool:
    if await lock(resident_id) is not None:
        return not await _is_this_person(registry, resident_id, form)
    name = normalize(form.name)
    person = await persons.find_or_add(registry.keyring, form.id_number, name, now)
    await persons.hold(person.id)
    if await Enrollment.filter(person_id=person.id, left_at=None).exists():
        raise JoinedElsewhere
    await _take_over_name(registry, person, name)
    phone = registry.keyring.encrypt(form.phone, persons.PHONE) if form.phone else None
    enrollment = await Enrollment.create(
        resident_id=resident_id,
        person_id=person.id,
        phone=phone,
        notice_version=notice.version,
        joined_at=now,
    )
    await consents.grant(resident_id, notice, agreed, "mini_program", now)
    await record(resident_id, "resident.join", "resident.joined", enrollment.id)
    await registry.scores.rescore(enrollment.id, "joined", now)
    return True


async def _take_over_name(registry: Registry, person: Person, name: str) -> None:
    """The name that was just verified outranks what an agency once typed."""
    if normalize(registry.keyring.decrypt_text(person.name, persons.NAME)) != name:
        sealed = registry.keyring.encrypt(name, persons.NAME)
        await Person.filter(id=person.id).update(name=sealed)
