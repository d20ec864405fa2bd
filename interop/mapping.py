"""One score through one table: a look-up, in integers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from interop.tables import Mapped, Table


def map_score(table: Table, score: int) -> Mapped:
    """What a score (thousandths of the source's scale) is at the host.

    A score between two rows counts as the lower one, one beyond the ends as the end.
    """
    # By the score itself: to find its place by arithmetic costs more than all the rest.
    try:
        return table.by_score[score]
    except KeyError:
        place = (score - table.lowest) // table.step
        return table.rows[min(max(place, 0), len(table.rows) - 1)]


@dataclass(frozen=True, slots=True)
class DualRun:
    """The old and the new table side by side until a day, the last on which the old one counts."""

    old: Table
    new: Table
    until: date

    def __post_init__(self) -> None:
        before, after = self.old.header, self.new.header
        if (before.source, before.target) != (after.source, after.target):
            raise ValueError("a dual run needs two tables of one direction")

    def answer(self, score: int, on: date) -> tuple[Mapped, Mapped | None]:
        """What counts on a day and, while both run, what the new table says."""
        new = map_score(self.new, score)
        return (map_score(self.old, score), new) if on <= self.until else (new, None)


@dataclass(frozen=True, slots=True)
class Movement:
    """How many people would be in which band by the old table (rows) and the new one (columns).

    None is the band of those who reach no rung.
    """

    bands: tuple[str | None, ...]
    people: tuple[tuple[int, ...], ...]

    @property
    def moved(self) -> int:
        """How many would change their band."""
        return sum(
            count for n, row in enumerate(self.people) for k, count in enumerate(row) if n != k
        )


def movement(run: DualRun, counts: Sequence[int], bands: Sequence[str]) -> Movement:
    """Who would move, from the number of people at each row of the old table.

    `bands` are the target's, from the lowest.
    """
    scores = [run.old.lowest + place * run.old.step for place in range(len(counts))]
    told = ((map_score(run.old, one).band, map_score(run.new, one).band) for one in scores)
    return tallied(((*pair, count) for pair, count in zip(told, counts, strict=True)), bands)


def tallied(moves: Iterable[tuple[str | None, str | None, int]], bands: Sequence[str]) -> Movement:
    """The same from pairs that were counted: band by the old table, by the new one, how many."""
    named: tuple[str | None, ...] = (None, *bands)
    people = [[0] * len(named) for _ in named]
    for before, after, count in moves:
        people[named.index(before)][named.index(after)] += count
    return Movement(named, tuple(tuple(row) for row in people))
