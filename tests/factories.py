"""The smallest valid rows for tests that need a member with records."""

import secrets
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

from points_api import clock
from points_api.city import City, load_city
from points_api.ids import new_id
from points_api.records.models import RecordRow
from points_api.residents.membership import Member
from points_api.residents.models import Enrollment, Person, Resident

UNIT = "11420200MB1234567X"
_numbers = count(1)


def city() -> City:
    """The city as shipped."""
    return load_city()


async def make_person() -> UUID:
    """A person whom agencies know; the encrypted columns hold random bytes."""
    person = await Person.create(
        id_index=secrets.token_bytes(32), id_number=b"sealed", name=b"sealed",
        created_at=clock.now(),
    )  # fmt: skip
    return person.id


async def make_member(person_id: UUID | None = None) -> Member:
    """A resident who has joined, with no score yet."""
    resident = await Resident.create(
        openid_index=secrets.token_bytes(32), openid=b"sealed", created_at=clock.now()
    )
    person_id = person_id or await make_person()
    enrollment = await Enrollment.create(
        resident_id=resident.id, person_id=person_id, notice_version="test",
        joined_at=clock.now(),
    )  # fmt: skip
    return Member(resident.id, enrollment.id, person_id)


async def make_record(person_id: UUID, item: str, occurred_on: date, **changes) -> RecordRow:
    """A current record of an item, known from now."""
    found = city().item(item, occurred_on)
    assert found is not None
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
