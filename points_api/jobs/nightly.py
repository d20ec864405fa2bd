"""The whole city for a day: scores fade by the day, so everybody is recomputed after midnight.

Batches follow the order of enrollments, each one transaction, so the run may be killed anywhere and
begun again: who is up to date is only read. Only one process at a time does it.

Whose consent has lapsed rests: nothing of theirs is processed until they agree anew (PIPL 14, 15),
and agreeing rescores them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from points_api import clock, settings
from points_api.consents.models import Consent
from points_api.consents.notice import Notices
from points_api.consents.service import JOINING
from points_api.db.reads import among, select
from points_api.db.transaction import transactional
from points_api.jobs.alone import alone
from points_api.residents.membership import Member
from points_api.residents.models import Enrollment
from points_api.residents.registry import notices_of
from points_api.scores.service import Scores, hold

BATCH = 500
_GIVEN = """
SELECT resident_id FROM consent
WHERE purpose = $1 AND notice_version = $2 AND withdrawn_at IS NULL AND expires_at > $3
AND resident_id {}
"""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Rescored:
    """How many people were scored, how many scores differ from before, and how many people rest."""

    people: int
    changed: int
    resting: int = 0

    def __add__(self, other: "Rescored") -> "Rescored":
        return Rescored(
            self.people + other.people,
            self.changed + other.changed,
            self.resting + other.resting,
        )


async def rescore_city(
    scores: Scores,
    progress: Progress | None = None,
    batch: int = BATCH,
    notices: Notices | None = None,
) -> Rescored:
    """Recompute everybody who has joined and whose consent stands, for the legal day of the clock.

    `notices` are those of the environment's settings unless given. Raises `AlreadyRunning` while
    another process does it.
    """
    notices = notices or notices_of(settings.load())
    async with alone("nightly"):
        total = await Enrollment.filter(left_at=None).count()
        done = Rescored(0, 0)
        last: UUID | None = UUID(int=0)
        while last is not None:
            more, last = await _batch(scores, notices, last, batch)
            done += more
            if progress is not None:
                seen = done.people + done.resting
                progress(seen, max(total, seen))
        return done


@transactional
async def _batch(
    scores: Scores, notices: Notices, after: UUID, size: int
) -> tuple[Rescored, UUID | None]:
    """Rescore the next ones; return what was done, and whom to go on after."""
    rows = await Enrollment.filter(left_at=None, id__gt=after).order_by("id").limit(size)
    if not rows:
        return Rescored(0, 0), None
    return await rescore_people(scores, notices, [row.person_id for row in rows]), rows[-1].id


@transactional
async def rescore_people(scores: Scores, notices: Notices, person_ids: Sequence[UUID]) -> Rescored:
    """Rescore those of the persons who have joined and whose consent stands."""
    await hold(person_ids)
    # Who left while we waited for the lock is not scored again.
    rows = await Enrollment.filter(person_id__in=list(person_ids), left_at=None).order_by("id")
    joined = [Member(row.resident_id, row.id, row.person_id) for row in rows]
    now = clock.now()
    members = await consenting(joined, notices, now)
    changed = await scores.rescore_all(members, "day", now)
    return Rescored(len(members), changed, len(joined) - len(members))


async def consenting(members: Sequence[Member], notices: Notices, now: datetime) -> list[Member]:
    """Those of the members for whom `consents.service.standing` says `given`, by one query."""
    current = notices.current(clock.day_of(now)).version
    these, values = among([member.resident_id for member in members], first=4)
    rows = await select(Consent, _GIVEN.format(these), JOINING, current, now, *values)
    agreed = {row["resident_id"] for row in rows}
    return [member for member in members if member.resident_id in agreed]
