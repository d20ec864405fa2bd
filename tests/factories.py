"""The smallest valid rows for tests that need a member with records."""

import secrets
from datetime import date
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID

from points_api import clock
from points_api.city import City, load_city
from points_api.consents import notice
from points_api.consents.models import Consent
from points_api.consents.notice import Notices
from points_api.consents.service import JOINING, plus_months
from points_api.ids import new_id
from points_api.records.models import RecordRow
from points_api.residents.membership import Member
from points_api.residents.models import Enrollment, Person, Resident
from scoring.catalog import Item

UNIT = "11420200MB1234567X"
_numbers = count(1)


def city() -> City:
    """The city as shipped."""
    return load_city()


@cache
def notices() -> Notices:
    """The notices as shipped."""
    return notice.load("huangshi")


def the_item(code: str, on: date | None = None) -> Item:
    """A catalog item that is known to exist."""
    found = city().item(code, on or clock.today())
    assert found is not None
    return found


async def make_person() -> UUID:
    """A person whom agencies know; the encrypted columns hold random bytes."""
    person = await Person.create(
        id_index=secrets.token_bytes(32), id_number=b"sealed", name=b"sealed",
        created_at=clock.now(),
    )  # fmt: skip
    return person.id


async def make_member(person_id: UUID | None = None) -> Member:
    """A resident who has joined by consenting to the notice of the day, with no score yet."""
    resident = await Resident.create(
        openid_index=secrets.token_bytes(32), openid=b"sealed", created_at=clock.now()
    )
    person_id = person_id or await make_person()
    now, version = clock.now(), notices().current(clock.today()).version
    enrollment = await Enrollment.create(
        resident_id=resident.id, person_id=person_id, notice_version=version, joined_at=now
    )
    await Consent.create(
        resident_id=resident.id, purpose=JOINING, recipient="test", data_kinds=[],
        notice_version=version, channel="test", granted_at=now, expires_at=plus_months(now, 24),
    )  # fmt: skip
    return Member(resident.id, enrollment.id, person_id)


async def make_record(person_id: UUID, item: str, occurred_on: date, **changes) -> RecordRow:
    """A current record of an item, known from now."""
    found = the_item(item, occurred_on)
    level = found.levels[0].id if found.levels else None
    row: dict[str, Any] = {
        "id": new_id(), "person_id": person_id, "item": item, "level": found.fixed_level or level,
        "quantity": 10 * found.scale if found.unit else None, "act_key": "",
        "occurred_on": occurred_on, "ended_on": None if found.continuing else occurred_on,
        "status": "active", "document_no": f"黄测〔2026〕{next(_numbers)}号", "unit": UNIT,
        "agency": found.agency, "content": "0" * 32, "decided_on": occurred_on,
        "known_from": clock.now(),
    } | changes  # fmt: skip
    created: RecordRow = await RecordRow.create(**row)
    return created
