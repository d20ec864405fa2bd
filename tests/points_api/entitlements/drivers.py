"""Drivers on a red list, and a charging yard that keeps a list of them."""

from datetime import date

from points_api import clock
from points_api.consents.models import Consent
from points_api.db import outbox
from points_api.entitlements.models import Entitlement, EntitlementChange
from points_api.records.models import RecordRow
from points_api.residents.models import Enrollment
from points_api.residents.persons import ID_NUMBER
from tests.factories import make_member, make_record
from tests.points_api.auth.door import id_number
from tests.points_api.db import rows
from tests.points_api.webhooks.shop import SCENARIO


async def driver(keyring, n=1, *, listed=True, agrees=True):
    """A resident who has joined; their id."""
    person = await rows.person(id_number=keyring.encrypt(id_number(n), ID_NUMBER))
    member = await make_member(person.id)
    if listed:
        await make_record(person.id, "redlist.driver", date(2026, 3, 1))
    if agrees:
        await agree(member.resident_id)
    return member.resident_id


async def agree(resident_id, scenario_id=SCENARIO):
    """Consent to the scenario, with its event."""
    await rows.consent(resident_id=resident_id, purpose="scenario", recipient=scenario_id)
    await outbox.append("consent.granted", f"resident:{resident_id}", {"consents": []})


async def withdraw(resident_id, scenario_id=SCENARIO):
    """Withdraw it, with its event."""
    mine = Consent.filter(resident_id=resident_id, recipient=scenario_id, withdrawn_at=None)
    await mine.update(withdrawn_at=clock.now())
    said = [{"id": "1", "purpose": "scenario", "recipient": scenario_id}]
    await outbox.append("consent.withdrawn", f"resident:{resident_id}", {"consents": said})


async def strike_off(resident_id):
    """Let the agency take its record back, as the score's event tells."""
    enrollment = await Enrollment.get(resident_id=resident_id)
    await RecordRow.filter(person_id=enrollment.person_id).update(known_to=clock.now())
    await due(resident_id)


async def due(resident_id):
    await outbox.append("entitlement.due", f"resident:{resident_id}", {})


async def told(merchant_id):
    """The changes of a merchant as `(number, kind)`."""
    found = EntitlementChange.filter(merchant_id=merchant_id).order_by("number")
    return [(one.number, one.kind) for one in await found]


async def is_granted(resident_id):
    """None if there is no entitlement."""
    row = await Entitlement.get_or_none(resident_id=resident_id)
    return row.granted if row else None
