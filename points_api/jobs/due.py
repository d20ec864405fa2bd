"""Whose score the nightly run has to store, and what it is then.

The pass over the whole city tells everybody's value. A score is due if it has another value than
the stored one, or is of another scorecard, or has reached the day on which recomputing it gives
another document. Only for these, some in a hundred, are the records looked at once more: for the
day of the next change, which costs more than the value, and for the digest.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from points_api.city import City
from points_api.scores.document import StoredScore
from points_api.snapshot.layout import PART_PEOPLE, Marks, Part, People, Snapshot
from scoring.batch import Pass
from scoring.columns import NEVER, TYPES, Columns, date_of, day_of
from scoring.digest import MARK_BYTES, digest_of_marks
from scoring.kernel import Results


class Computed(NamedTuple):
    """A score made from the records that a person had at a revision; `place` is in the part."""

    place: int
    person_id: UUID
    revision: int
    score: StoredScore


@dataclass(frozen=True, slots=True)
class Due:
    """What makes a score due on a day."""

    city: City
    snapshot: Snapshot
    work: Pass
    on: date

    @property
    def card(self) -> int:
        """The place of the scorecard in the snapshot's list."""
        return self.snapshot.manifest.scorecards.index(self.work.card.version)

    def of(self, people: People, values: NDArray[np.int32]) -> NDArray[np.int64]:
        """The places in the part of those whose score is due, given everybody's value."""
        due = (people.value != values) | (people.stale <= day_of(self.on))
        due |= people.card != self.card
        return np.flatnonzero(due)

    def computed(self, part: Part, people: People, due: NDArray[np.int64]) -> Iterator[Computed]:
        """Their scores. Raises `SnapshotRefused`."""
        if not len(due):
            return
        numbers = people.number[due]
        records = self.snapshot.columns(part)
        asked = np.zeros(PART_PEOPLE, np.bool_)
        asked[numbers - np.uint32(part.first)] = True
        mine = asked[records.person - np.uint32(part.first)]
        columns = Columns(*(getattr(records, name)[mine] for name in TYPES))
        results = self.work.score(columns, PART_PEOPLE, self.on, first=part.first)
        marks = self.snapshot.marks(part)[mine][results.counted]
        digests = _digests(marks, columns.person[results.counted], numbers)
        for at, person_id, revision, score in zip(
            due.tolist(),
            _ids(people.id_high[due], people.id_low[due]),
            people.revision[due].tolist(),
            self._scores(results, numbers - np.uint32(part.first), digests),
            strict=True,
        ):
            yield Computed(at, person_id, revision, score)

    def _scores(
        self, results: Results, rows: NDArray[np.uint32], digests: Iterable[str]
    ) -> Iterator[StoredScore]:
        """The scores of these rows of the results."""
        card = self.work.card
        dimensions = [dimension.id for dimension in card.dimensions]
        following = self.city.next_scorecard(self.on)
        edge = day_of(following.effective_from) if following is not None else NEVER
        for value, points, change, until, digest in zip(
            results.value[rows].tolist(),
            results.dimensions[rows].tolist(),
            np.minimum(results.next_change[rows], edge).tolist(),
            np.minimum(results.holds_until[rows], edge).tolist(),
            digests,
            strict=True,
        ):
            yield StoredScore(
                value=value,
                base=card.base,
                dimensions=dict(zip(dimensions, points, strict=True)),
                scorecard=card.version,
                as_of=self.on,
                stale_on=_date(until),
                next_change_on=_date(change),
                records_digest=digest,
            )


def _ids(high: NDArray[np.uint64], low: NDArray[np.uint64]) -> Iterator[UUID]:
    for first, last in zip(high.tolist(), low.tolist(), strict=True):
        yield UUID(int=first << 64 | last)


def _digests(
    marks: Marks, persons: NDArray[np.uint32], numbers: NDArray[np.uint32]
) -> Iterator[str]:
    """The digest of the marks of each of these persons; `persons` tells whose each mark is."""
    content = marks.tobytes()
    starts = np.searchsorted(persons, numbers) * MARK_BYTES
    ends = np.searchsorted(persons, numbers, side="right") * MARK_BYTES
    for low, high in zip(starts.tolist(), ends.tolist(), strict=True):
        yield digest_of_marks(content[low:high])


@lru_cache(maxsize=4096)
def _date(day: int) -> date | None:
    return None if day == NEVER else date_of(day)
