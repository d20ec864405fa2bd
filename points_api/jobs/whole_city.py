"""The whole city for a day, from the snapshot: everybody is computed, what differs is stored.

1. An engine tells the value of everybody, part by part, from the snapshot of the records.
2. Whose score is due (`due.py`) is computed in full and stored (`storing.py`), `BATCH` persons a
   transaction, unless they have changed since the snapshot.
3. The snapshot learns what was stored, so that the next run finds nothing of it due.
4. Who had changed since is scored once more one by one, because the change may have been made
   before midnight.
5. How many people are in which band is counted.

The run may be killed anywhere and begun again: what is stored is no longer due.
"""

import asyncio
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from points_api import clock, log
from points_api.composition import Parts
from points_api.consents.notice import Notices
from points_api.db.transaction import dialect
from points_api.engines.results import Engine, Scored
from points_api.ids import new_id
from points_api.jobs.alone import Fence, alone
from points_api.jobs.due import Computed, Due
from points_api.jobs.nightly import Progress, Rescored, rescore_people
from points_api.jobs.storing import Run, store_and_learn
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

BATCH: Final = 1000
AT_ONCE: Final = 2
_log = log.get("jobs")
_NOBODY: Final = (None, None)


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
    passed = iter(engine.run(snapshot, card, on, look_ahead=False))
    with _without_looking_at_the_old(), _one_failure():
        await _store_all(run, snapshot, passed, progress)
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


@contextmanager
def _one_failure() -> Iterator[None]:
    """Raise the first failure of many tasks; the others follow from it."""
    try:
        yield
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None


class _Book:
    """The snapshot of a night, as it learns part by part what was stored."""

    def __init__(self, run: Run, snapshot: Snapshot, progress: Progress | None) -> None:
        self._run, self._snapshot, self._progress = run, snapshot, progress
        self._total = sum(part.people for part in snapshot.parts)

    async def close(self, part: Part, fresh: People, stores: Sequence[asyncio.Task[None]]) -> None:
        """Once all of a part is stored, publish what its persons have become."""
        await asyncio.gather(*stores)
        if stores:
            # Never in a thread: who begins anew after a failure must be the only one who writes.
            written = with_people(self._snapshot, part, fresh, new_id().hex)
            manifest = self._snapshot.manifest.with_parts(written)
            publish(self._snapshot.folder, manifest)
            self._snapshot = replace(self._snapshot, manifest=manifest)
        self._run.done += Rescored(part.people, 0)
        if self._progress is not None:
            self._progress(self._run.done.people, self._total)


async def _store_all(
    run: Run, snapshot: Snapshot, passed: Iterator[Scored], progress: Progress | None
) -> None:
    """Store what is due in each part. While the database writes, the next is made ready."""
    book = _Book(run, snapshot, progress)
    free = asyncio.Semaphore(AT_ONCE if dialect() == "postgres" else 1)
    async with asyncio.TaskGroup() as tasks:
        while (found := await asyncio.to_thread(next, passed, None)) is not None:
            part, results = found
            people = await asyncio.to_thread(snapshot.people, part)
            _count(run, people, results.value)
            computed = run.due.computed(part, people, run.due.of(people, results.value))
            fresh, stores = _copied(people), list[asyncio.Task[None]]()
            while some := await asyncio.to_thread(_next, computed, run.batch):
                await free.acquire()
                stores.append(tasks.create_task(store_and_learn(run, fresh, some)))
                stores[-1].add_done_callback(lambda _: free.release())
            tasks.create_task(book.close(part, fresh, stores))


def _knowing(snapshot: Snapshot, scorecard: str) -> Snapshot:
    """The snapshot, in whose list of scorecards this one stands."""
    known = snapshot.manifest.scorecards
    if scorecard in known:
        return snapshot
    manifest = snapshot.manifest.model_copy(update={"scorecards": (*known, scorecard)})
    return replace(snapshot, manifest=manifest)


def _count(run: Run, people: People, values: NDArray[np.int32]) -> None:
    """Add a part to the statistics."""
    bands = run.due.work.card.bands
    places = np.searchsorted([band.floor for band in bands], values, side="right") - 1
    divisions, of = np.unique(people.division, return_inverse=True)
    counts = np.bincount(of * len(bands) + places, minlength=len(divisions) * len(bands))
    for (at, band), number in np.ndenumerate(counts.reshape(-1, len(bands))):
        if number:
            run.bands[f"{divisions[at]:06d}", bands[band].id] += int(number)


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
