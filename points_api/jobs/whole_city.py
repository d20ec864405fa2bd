"""The whole city for a day, from the snapshot: everybody is computed, what differs is stored.

1. An engine tells the value of everybody, part by part, from the snapshot of the records.
2. Whose score is due (`due.py`) is computed in full and stored, `BATCH` persons a transaction.
   A transaction holds the persons and stores only for those whose revision is still that of the
   snapshot. Whoever has changed since was scored by that change, and is not overwritten.
3. The snapshot learns what was stored, so that the next run finds nothing of it due.
4. Who had changed since is scored once more one by one, because the change may have been made
   before midnight.
5. How many people are in which band is counted.

The run may be killed anywhere and begun again: what is stored is no longer due.
"""

import asyncio
import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, Final, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from points_api import clock, log
from points_api.composition import Parts
from points_api.consents.notice import Notices
from points_api.db.transaction import after_commit, dialect, transactional
from points_api.db.writes import write_all
from points_api.engines.results import Engine
from points_api.ids import new_id
from points_api.jobs.alone import Fence, alone
from points_api.jobs.due import Computed, Due
from points_api.jobs.nightly import Progress, Rescored, consenting, rescore_people
from points_api.residents import persons
from points_api.scores.seeing import hold_members
from points_api.scores.service import Scores
from points_api.snapshot.layout import (
    MANIFEST,
    Part,
    People,
    Snapshot,
    SnapshotRefused,
    open_snapshot,
    publish,
    with_people,
)
from points_api.snapshot.roster import Agreed
from points_api.snapshot.service import WRITING, rebuild, refresh
from points_api.statistics import service as statistics
from scoring.batch import Pass
from scoring.columns import NEVER, day_of

BATCH: Final = 1000
AT_ONCE: Final = 2
_log = log.get("jobs")
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


async def rescore_by(
    engine: Engine,
    parts: Parts,
    progress: Callable[..., None] | None = None,
    batch: int = BATCH,
) -> Rescored:
    """Bring the snapshot up to date and rescore the whole city from it.

    A snapshot that is missing or damaged is made anew. Raises `AlreadyRunning` while another
    process is at it, and `SnapshotRefused` where the disk damages it again and again.
    """
    async with alone("nightly") as fence, alone(WRITING):
        for last in (False, True):
            try:
                snapshot = await _current(parts, progress)
                return await rescore_from(
                    snapshot, engine, parts.scores, parts.registry.notices, fence, progress, batch
                )
            except SnapshotRefused as refused:
                if last:
                    raise
                _log.warning("snapshot.refused", reason=type(refused).__name__)
                (parts.settings.snapshot_dir / MANIFEST).unlink(missing_ok=True)
    raise AssertionError("the last time either returns or raises")


async def _current(parts: Parts, progress: Progress | None) -> Snapshot:
    folder, agreed = parts.settings.snapshot_dir, Agreed.as_of(parts.registry.notices, clock.now())
    work = refresh if (folder / MANIFEST).exists() else rebuild
    await work(folder, parts.keyring, parts.city, agreed, progress)
    return open_snapshot(folder)


async def rescore_from(
    snapshot: Snapshot,
    engine: Engine,
    scores: Scores,
    notices: Notices,
    fence: Fence,
    progress: Progress | None = None,
    batch: int = BATCH,
) -> Rescored:
    """Compute everybody in the snapshot for the legal day of the clock; store what is due.

    Raises `SnapshotRefused` where the snapshot is damaged, `Superseded` where another run began.
    """
    now = clock.now()
    on = clock.day_of(now)
    card = scores.city.scorecard(on)
    snapshot = _knowing(snapshot, card.version)
    due = Due(scores.city, snapshot, Pass.of(card, snapshot.words), on)
    run = Run(scores, notices, fence, due, now, batch)
    total = sum(part.people for part in snapshot.parts)
    passed = iter(engine.run(snapshot, card, on, look_ahead=False))
    with _without_looking_at_the_old():
        while (found := await asyncio.to_thread(next, passed, None)) is not None:
            part, results = found
            snapshot = await _finish_part(run, snapshot, part, results.value)
            if progress is not None:
                progress(run.done.people, total)
    for some in _some_of(iter(run.overtaken)):
        more = await rescore_people(scores, notices, some)
        run.done += Rescored(0, more.changed, more.resting)
    await statistics.replace(on, card.version, run.bands)
    return run.done


@contextmanager
def _without_looking_at_the_old() -> Iterator[None]:
    """Collect garbage among what is new only: the rest is a program and never garbage.

    The rows of a city make the collector look again and again; a sixth of the run was its.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


async def _finish_part(
    run: Run, snapshot: Snapshot, part: Part, values: NDArray[np.int32]
) -> Snapshot:
    """Store what is due in a part; return the snapshot that knows it."""
    people = snapshot.people(part)
    _count(run, people, values)
    computed = run.due.computed(part, people, run.due.of(people, values))
    fresh = _copied(people)
    # While the database writes for one batch, the next is made ready.
    at_once = asyncio.Semaphore(AT_ONCE if dialect() == "postgres" else 1)
    async with asyncio.TaskGroup() as tasks:
        while some := await asyncio.to_thread(_next, computed, run.batch):
            await at_once.acquire()
            task = tasks.create_task(_store_and_learn(run, fresh, some))
            task.add_done_callback(lambda _: at_once.release())
    run.done += Rescored(len(people.number), 0)
    if not _same(fresh, people):
        written = with_people(snapshot, part, fresh, new_id().hex)
        snapshot = replace(snapshot, manifest=snapshot.manifest.with_parts(written))
        publish(snapshot.folder, snapshot.manifest)
    return snapshot


def _knowing(snapshot: Snapshot, scorecard: str) -> Snapshot:
    """The snapshot, in whose list of scorecards this one stands."""
    known = snapshot.manifest.scorecards
    if scorecard in known:
        return snapshot
    manifest = snapshot.manifest.model_copy(update={"scorecards": (*known, scorecard)})
    return replace(snapshot, manifest=manifest)


async def _store_and_learn(run: Run, fresh: People, some: Sequence[Computed]) -> None:
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


def _count(run: Run, people: People, values: NDArray[np.int32]) -> None:
    """Add a part to the statistics."""
    bands = run.due.work.card.bands
    places = np.searchsorted([band.floor for band in bands], values, side="right") - 1
    divisions, of = np.unique(people.division, return_inverse=True)
    counts = np.bincount(of * len(bands) + places, minlength=len(divisions) * len(bands))
    for (at, band), number in np.ndenumerate(counts.reshape(-1, len(bands))):
        if number:
            run.bands[f"{divisions[at]:06d}", bands[band].id] += int(number)


def _same(one: People, other: People) -> bool:
    pairs: Iterator[tuple[NDArray[Any], NDArray[Any]]] = zip(one, other, strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


def _copied(people: People) -> People:
    return people._replace(
        revision=people.revision.copy(), value=people.value.copy(), stale=people.stale.copy(),
        card=people.card.copy(),
    )  # fmt: skip


def _next(computed: Iterator[Computed], most: int) -> list[Computed]:
    return list(islice(computed, most))


def _some_of(ids: Iterator[UUID]) -> Iterator[list[UUID]]:
    while some := list(islice(ids, BATCH)):
        yield some
