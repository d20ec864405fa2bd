"""What a resident's consents open and close here, in the transaction that gives or withdraws them.

Leaving is withdrawing the consent to be scored, whichever way it is asked for, so there is one
place where derived data goes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from points_api.audit import service as audit
from points_api.consents import service as consents
from points_api.consents.erasure import Deleted, Erasure
from points_api.consents.notice import Notice, Purpose
from points_api.consents.problems import JoinFirst, PhoneNeeded
from points_api.consents.service import JOINING
from points_api.db import outbox
from points_api.db.writes import write_all
from points_api.language import Text
from points_api.residents import persons
from points_api.residents.models import Enrollment
from points_api.residents.registry import Registry
from points_api.residents.retention import kept_after

CONTACT: Final = "contact"
_TITLES: Mapping[str, Text] = {
    "score": Text("当前积分、等级和理由", "Current points, band and reasons"),
    "score_history": Text("历史积分", "History of points"),
}
_PHONE = Deleted("phone", Text("手机号", "Phone number"), 1)


@dataclass(frozen=True, slots=True)
class ConsentEffects:
    """`consents.service.Effects` for whoever has joined."""

    registry: Registry

    async def granted(
        self, resident_id: UUID, purpose: Purpose, notice: Notice, now: datetime
    ) -> None:
        """Take up again what had to rest until this consent."""
        enrollment = await lock(resident_id)
        if enrollment is None:
            raise JoinFirst
        if purpose.id == CONTACT and enrollment.phone is None:
            raise PhoneNeeded
        if purpose.id == JOINING:
            enrollment.notice_version = notice.version
            await enrollment.save(update_fields=["notice_version"])
            await self.registry.scores.rescore(enrollment.id, "consent", now)
            await write_all([persons.changed([enrollment.person_id])])

    async def granted_to_scenario(self, resident_id: UUID) -> None:
        """There is nothing to tell a scenario of somebody who has not joined."""
        if await lock(resident_id) is None:
            raise JoinFirst

    async def withdrawn(
        self, resident_id: UUID, purposes: frozenset[str], now: datetime
    ) -> Erasure:
        """Delete what rested on these consents; on `JOINING` rests the whole enrollment."""
        enrollment = await lock(resident_id)
        if enrollment is None:
            return Erasure()
        phone = (_PHONE,) if enrollment.phone is not None else ()
        mine = Enrollment.filter(id=enrollment.id)
        if JOINING not in purposes:
            if CONTACT in purposes:
                await mine.update(phone=None)
            return Erasure(phone if CONTACT in purposes else ())
        await persons.hold(enrollment.person_id)
        counts = await self.registry.scores.forget(resident_id)
        await mine.update(left_at=now, phone=None)
        await write_all([persons.changed([enrollment.person_id])])
        await record(resident_id, "resident.leave", "resident.left", enrollment.id)
        derived = (Deleted(kind, _TITLES[kind], count) for kind, count in counts.items())
        return Erasure((*derived, *phone), kept_after(now))


async def lock(resident_id: UUID) -> Enrollment | None:
    """Let one joining, leaving or consenting of a resident happen at a time.

    Returns the enrollment. Locks go from the resident to the person, never the other way.
    """
    await consents.hold(resident_id)
    return await Enrollment.filter(resident_id=resident_id, left_at=None).first()


async def record(resident_id: UUID, action: str, topic: str, enrollment_id: UUID) -> None:
    """Write the audit entry and the event of a change of an enrollment."""
    subject, details = f"resident:{resident_id}", {"enrollment": str(enrollment_id)}
    await audit.append(subject, action, subject, details)
    await outbox.append(topic, subject, details)
