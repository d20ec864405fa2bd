"""The whole city for a day: scores fade by the day, so everybody is recomputed after midnight.

Batches follow the order of enrollments, each one transaction, so the run may be killed anywhere and
begun again: who is up to date is only read. Only one process at a time does it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from points_api import clock
from points_api.db.transaction import transactional
from points_api.jobs.alone import alone
from points_api.residents.membership import Member
from points_api.residents.models import Enrollment
from points_api.scores.service import Scores, hold

BATCH = 500
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Rescored:
    """How many people were looked at, and how many scores differ from before."""

    people: int
    changed: int


async def rescore_city(
    scores: Scores, progress: Progress | None = None, batch: int = BATCH
) -> Rescored:
    """Recompute everybody who has joined, for the legal day of the clock.

    Raises `AlreadyRunning` while another process does it.
    """
    async with alone("nightly"):
        total = await Enrollment.filter(left_at=None).count()
        people, changed = 0, 0
        last: UUID | None = UUID(int=0)
        while last is not None:
            done, differ, last = await _batch(scores, last, batch)
            people, changed = people + done, changed + differ
            if progress is not None:
                progress(people, max(total, people))
        return Rescored(people, changed)


@transactional
async def _batch(scores: Scores, after: UUID, size: int) -> tuple[int, int, UUID | None]:
    """Rescore the next ones; return how many, how many differ, and whom to go on after."""
    rows = await Enrollment.filter(left_at=None, id__gt=after).order_by("id").limit(size)
    if not rows:
        return 0, 0, None
    await hold(row.person_id for row in rows)
    # Who left while we waited for the lock is not scored again.
    still = set(
        await Enrollment.filter(id__in=[row.id for row in rows], left_at=None).values_list(
            "id", flat=True
        )
    )
    members = [Member(r.resident_id, r.id, r.person_id) for r in rows if r.id in still]
    changed = await scores.rescore_all(members, "day", clock.now())
    return len(members), changed, rows[-1].id
