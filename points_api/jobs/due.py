"""Whose score the nightly run has to store, and what it is then.

The pass over the whole city tells everybody's value. A score is due if it has another value than
the stored one, or is of another scorecard, or has reached the day on which recomputing it gives
another document. Only for these, some in a hundred, are the records looked at once more: for the
day of the next change, which costs more than the value, and for the digest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from points_api.city import City
from points_api.scores.document import StoredScore
from points_api.snapshot.layout import PART_PEOPLE, Part, People, Snapshot
from scoring.batch import Pass
from scoring.columns import NEVER, TYPES, Columns, date_of, day_of
from scoring.digest import digest_of_marks


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
        marks = self.snapshot.marks(part)[mine]
        starts = np.searchsorted(columns.person, numbers)
        ends = np.searchsorted(columns.person, numbers, side="right")
        for at, low, high in zip(due.tolist(), starts.tolist(), ends.tolist(), strict=True):
            row = int(people.number[at]) - part.first
            counted = marks[low:high][results.counted[low:high]]
            change, until = int(results.next_change[row]), int(results.holds_until[row])
            score = self._stored(
                int(results.value[row]), results.dimensions[row].tolist(), change, until,
                digest_of_marks(counted.tobytes()),
            )  # fmt: skip
            half = int(people.id_high[at]) << 64
            person_id = UUID(int=half | int(people.id_low[at]))
            yield Computed(at, person_id, int(people.revision[at]), score)

    def _stored(
        self, value: int, dimensions: list[int], change: int, until: int, digest: str
    ) -> StoredScore:
        card, following = self.work.card, self.city.next_scorecard(self.on)
        edge = day_of(following.effective_from) if following is not None else NEVER
        return StoredScore(
            value=value,
            base=card.base,
            dimensions={
                d.id: points for d, points in zip(card.dimensions, dimensions, strict=True)
            },
            scorecard=card.version,
            as_of=self.on,
            stale_on=_date(min(until, edge)),
            next_change_on=_date(min(change, edge)),
            records_digest=digest,
        )


def _date(day: int) -> date | None:
    return None if day == NEVER else date_of(day)
