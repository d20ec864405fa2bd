"""The scores of some persons, stored for whoever is still as the snapshot has them.

A transaction holds the persons and stores only for those whose revision is still that of the
snapshot. Whoever has changed since was scored by that change, and is not overwritten.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple
from uuid import UUID

from points_api.consents.notice import Notices
from points_api.db.transaction import after_commit, transactional
from points_api.db.writes import write_all
from points_api.jobs.alone import Fence
from points_api.jobs.due import Computed, Due
from points_api.jobs.nightly import Rescored, consenting
from points_api.residents import persons
from points_api.scores.seeing import hold_members
from points_api.scores.service import Scores
from points_api.snapshot.layout import People
from scoring.columns import NEVER, day_of

_NOBODY: Final = (None, None)


@dataclass(slots=True)
class Run:
    """What one night has to know, and what it has found so far."""

    scores: Scores
    notices: Notices
    fence: Fence
    due: Due
    now: datetime
    batch: int
    done: Rescored = field(default_factory=lambda: Rescored(0, 0))
    overtaken: list[UUID] = field(default_factory=list)
    bands: Counter[tuple[str, str]] = field(default_factory=Counter)


class Stored(NamedTuple):
    """What one transaction did: the places whose score it made sure of, and who was overtaken."""

    places: frozenset[int]
    written: frozenset[UUID]
    changed: int
    resting: int
    overtaken: list[UUID]


async def store_and_learn(run: Run, fresh: People, some: Sequence[Computed]) -> None:
    """Store some of a part, and note in its persons how they now are in the database."""
    outcome = await _store(run, some)
    _learn(run, fresh, some, outcome)
    run.done += Rescored(0, outcome.changed, outcome.resting)
    run.overtaken += outcome.overtaken


@transactional
async def _store(run: Run, some: Sequence[Computed]) -> Stored:
    """Store scores of persons who are as the snapshot has them, and whose consent stands."""
    await run.fence.hold()
    ids = [one.person_id for one in some]
    seen = await hold_members(ids)
    same = [one for one in some if seen.get(one.person_id, _NOBODY)[0] == one.revision]
    standing = {one.person_id: seen[one.person_id][1] for one in same}
    members = [s.member for s in standing.values() if s.member is not None]
    agreed = {m.person_id: m for m in await consenting(members, run.notices, run.now)}
    kept = [one for one in same if one.person_id in agreed]
    changes = run.scores.differences(
        ((agreed[o.person_id], standing[o.person_id].stored, o.score) for o in kept), "day", run.now
    )
    written = {new.member.person_id for new in changes.scores}
    await write_all([persons.changed(written), *changes.writes()])
    # What does not hold any more is not in Redis either: a reader would have renewed it.
    held = {p for p, s in standing.items() if s.stored is None or s.stored.holds_on(run.due.on)}
    outdated = [new for new in changes.scores if new.member.person_id in held]
    versions = {new.member.resident_id: new.version for new in outdated}
    after_commit(partial(run.scores.outdate_soon, versions, run.due.on))
    return Stored(
        places=frozenset(one.place for one in kept),
        written=frozenset(written),
        changed=len(changes.differing),
        resting=len(same) - len(kept),
        overtaken=sorted(set(ids) - standing.keys()),
    )


def _learn(run: Run, people: People, some: Sequence[Computed], outcome: Stored) -> None:
    """Let the persons of the snapshot be as they now are in the database."""
    card = run.due.card
    for one in some:
        if one.place in outcome.places:
            until = one.score.stale_on
            people.value[one.place] = one.score.value
            people.stale[one.place] = NEVER if until is None else day_of(until)
            people.card[one.place] = card
            people.revision[one.place] += one.person_id in outcome.written
