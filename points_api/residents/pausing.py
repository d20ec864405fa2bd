"""Pausing everything at once: merchants and partners learn nothing until the resident resumes.

To a merchant a pause looks like too low a score. The score goes on being computed for the resident.
"""

from datetime import datetime
from uuid import UUID

from points_api.db.transaction import transactional
from points_api.db.writes import write_all
from points_api.residents import persons
from points_api.residents.effects import lock, record
from points_api.residents.membership import NoMember
from points_api.residents.models import Enrollment


@transactional
async def pause(resident_id: UUID, now: datetime) -> None:
    """Pause, effective at once and everywhere. Again: changes nothing. Raises `NoMember`."""
    await _set(resident_id, now)


@transactional
async def resume(resident_id: UUID) -> None:
    """End the pause. Where there is none it changes nothing. Raises `NoMember`."""
    await _set(resident_id, None)


async def _set(resident_id: UUID, paused_at: datetime | None) -> None:
    enrollment = await lock(resident_id)
    if enrollment is None:
        raise NoMember
    if (enrollment.paused_at is None) == (paused_at is None):
        return
    await persons.hold(enrollment.person_id)
    await Enrollment.filter(id=enrollment.id).update(paused_at=paused_at)
    # Whoever decided by what was before is overtaken.
    await write_all([persons.changed([enrollment.person_id])])
    action, topic = (
        ("resident.resume", "member.resumed")
        if paused_at is None
        else ("resident.pause", "member.paused")
    )
    await record(resident_id, action, topic, enrollment.id)
