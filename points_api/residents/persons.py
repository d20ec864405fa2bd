"""The person behind an ID number: found by blind index, kept sealed.

Agencies deliver records about people who have not joined, so a person may be known before they
join. Whoever adds or reads one uses the contexts and the kind named here.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from points_api.crypto.keyring import Keyring
from points_api.db.writes import Columns, Update
from points_api.residents.models import Person

ID_NUMBER: Final = "person.id_number"
NAME: Final = "person.name"
PHONE: Final = "enrollment.phone"
INDEX: Final = "id_number"


async def find(keyring: Keyring, id_number: str) -> Person | None:
    """Return the person with an 18-character ID number, indexed under whichever key."""
    return await Person.filter(id_index__in=keyring.indexes(INDEX, id_number)).first()


async def hold(person_id: UUID) -> None:
    """Keep others from changing records, score or joining of this person until the commit."""
    await Person.filter(id=person_id).select_for_update().only("id").first()


def changed(person_ids: Iterable[UUID]) -> Update:
    """Return the write that counts a change of records, score or joining of these persons.

    It belongs into the transaction of the change, for by this number who reads without holding
    (`db.guarded`) learns that they were overtaken.
    """
    return Update(Person, ("id",), Columns({"id": sorted(person_ids)}), counts="revision")


async def find_or_add(keyring: Keyring, id_number: str, name: str, now: datetime) -> Person:
    """Return the person, added under this name if unknown; in the caller's transaction.

    Of two that add the same person at once, one does and the other finds it.
    """
    found = await find(keyring, id_number)
    if found is not None:
        return found
    person = Person(
        id_index=keyring.index(INDEX, id_number),
        id_number=keyring.encrypt(id_number, ID_NUMBER),
        name=keyring.encrypt(name, NAME),
        created_at=now,
    )
    await Person.bulk_create([person], ignore_conflicts=True)
    return await Person.get(id_index=person.id_index)
