"""What a new scorecard would change for a whole city, from counts alone.

Persons are added part after part: a `Tally` holds, for each group, how many have which old score,
which new score, which change and which move between bands. Scores are whole tenths of a point, so
these histograms lose nothing, and sixty million persons need no more memory than ten. All that is
told of a group (`Figures`) and all reasons to refuse a publication (`gates`) follow from them.

This is the only file of `scoring` with floats: nothing here ever becomes part of a score.

Sources: PSI and its limits 0.10 and 0.25 are those of credit scoring (Siddiqi, Credit Risk
Scorecards, 2006); KS is the two-sample statistic of Kolmogorov and Smirnov.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.scorecard import TENTH, Scorecard
from scoring.withholding import SMALL, Counts

PSI_STABLE: Final = 0.10
PSI_LIMIT: Final = 0.25
STEPS_LIMIT: Final = 1.0  # bands that a group may move more than the whole city


@dataclass(frozen=True, slots=True)
class Scales:
    """The scores that may occur and the floors of both scorecards' bands, all in tenths."""

    lowest: int
    highest: int
    old_floors: tuple[int, ...]
    new_floors: tuple[int, ...]

    @classmethod
    def of(cls, old: Scorecard, new: Scorecard) -> "Scales":
        """What both scorecards can give."""
        return cls(
            min(old.minimum, new.minimum) // TENTH,
            max(old.maximum, new.maximum) // TENTH,
            tuple(band.floor // TENTH for band in old.bands),
            tuple(band.floor // TENTH for band in new.bands),
        )

    @property
    def scores(self) -> int:
        """How many different scores there are: 1001 from 0.0 to 100.0."""
        return self.highest - self.lowest + 1


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of people; the first axis of each array is the group.

    `change` runs from the greatest possible loss to the greatest possible gain. Everybody is in
    exactly one group.
    """

    scales: Scales
    old: Counts  # groups, scores
    new: Counts  # groups, scores
    change: Counts  # groups, 2 * scores - 1
    moves: Counts  # groups, old bands, new bands

    @classmethod
    def of(
        cls,
        scales: Scales,
        old: NDArray[np.integer[Any]],
        new: NDArray[np.integer[Any]],
        labels: NDArray[np.integer[Any]],
        groups: int,
    ) -> "Tally":
        """Count persons by their old and new values (thousandths) and labels (0 … groups - 1)."""
        before, after = old // TENTH, new // TENTH
        move = places(before, scales.old_floors) * len(scales.new_floors)
        move += places(after, scales.new_floors)
        shape = len(scales.old_floors), len(scales.new_floors)
        size = scales.scores

        def count(values: NDArray[Any], length: int) -> Counts:
            flat = np.bincount(labels * np.int64(length) + values, minlength=groups * length)
            return flat.reshape(groups, length).astype(np.int64)

        return cls(
            scales,
            count(before - scales.lowest, size),
            count(after - scales.lowest, size),
            count(after - before + size - 1, 2 * size - 1),
            count(move, shape[0] * shape[1]).reshape(groups, *shape),
        )

    def __add__(self, other: "Tally") -> "Tally":
        """Other people counted by the same scales and groups, too."""
        if self.scales != other.scales or len(self.old) != len(other.old):
            raise ValueError("tallies by other scales or groups: count with the same ones")
        return Tally(
            self.scales,
            self.old + other.old,
            self.new + other.new,
            self.change + other.change,
            self.moves + other.moves,
        )

    @property
    def people(self) -> Counts:
        """How many people each group has."""
        return np.asarray(self.old.sum(axis=1), np.int64)

    def regrouped(self, labels: NDArray[np.integer[Any]], groups: int) -> "Tally":
        """The same people in fewer groups: group `n` becomes a part of group `labels[n]`."""
        member = (np.arange(groups)[:, None] == labels).astype(np.int64)
        return Tally(
            self.scales,
            member @ self.old,
            member @ self.new,
            member @ self.change,
            np.tensordot(member, self.moves, axes=1),
        )

    def whole(self) -> "Tally":
        """Everybody as one group."""
        return self.regrouped(np.zeros(len(self.old), np.int64), 1)


@dataclass(frozen=True, slots=True)
class Figures:
    """What is told of a group; points are in tenths.

    `p10`, `p50` and `p90` are changes that really occur: the smallest one that at least that share
    of the people do not exceed. `steps` is the mean number of bands moved, upwards positive; bands
    are compared by their place from the lowest.
    """

    people: int
    gain: int
    lose: int
    same: int
    mean: float
    p10: int
    p50: int
    p90: int
    up: int
    stay: int
    down: int
    steps: float
    psi: float
    ks: float


def figures(tally: Tally, group: int = 0) -> Figures | None:
    """All figures of one group; None if nobody is in it."""
    change, people = tally.change[group], int(tally.people[group])
    if people == 0:
        return None
    middle = len(change) // 2
    steps = steps_of(tally.scales)
    move = tally.moves[group]
    return Figures(
        people=people,
        gain=int(change[middle + 1 :].sum()),
        lose=int(change[:middle].sum()),
        same=int(change[middle]),
        mean=float((np.arange(len(change)) - middle) @ change) / people,
        p10=quantile(change, 10) - middle,
        p50=quantile(change, 50) - middle,
        p90=quantile(change, 90) - middle,
        up=int(move[steps > 0].sum()),
        stay=int(move[steps == 0].sum()),
        down=int(move[steps < 0].sum()),
        steps=float((steps * move).sum()) / people,
        psi=psi(tally.old[group], tally.new[group]),
        ks=ks(tally.old[group], tally.new[group]),
    )


class Gate(NamedTuple):
    """A reason why the scorecard may not be published; `group` is None for the whole city."""

    kind: Literal["psi", "group"]
    group: tuple[str, int] | None  # name of the grouping, place of the group
    measured: float
    limit: float


def gates(whole: Tally, groupings: Mapping[str, Tally]) -> list[Gate]:
    """Why publication would be refused; empty: nothing stands against it.

    - the distribution of the whole city shifts: PSI > 0.25;
    - a group moves, on average, over one band more than the whole city, up or down.

    Fewer than ten people are not judged: a single one of them would decide.
    """
    city = figures(whole)
    if city is None or city.people < SMALL:
        return []
    found = [Gate("psi", None, city.psi, PSI_LIMIT)] if city.psi > PSI_LIMIT else []
    for name, tally in groupings.items():
        for place in np.flatnonzero(tally.people >= SMALL).tolist():
            group = figures(tally, place)
            apart = group.steps - city.steps if group else 0.0
            if abs(apart) > STEPS_LIMIT:
                found.append(Gate("group", (name, place), apart, STEPS_LIMIT))
    return found


def places(scores: NDArray[np.integer[Any]], floors: tuple[int, ...]) -> NDArray[np.int64]:
    """The place of the band that each score lies in, the lowest band being 0.

    >>> places(np.array([0, 599, 600, 1000]), (0, 600, 800)).tolist()
    [0, 0, 1, 2]
    """
    return (np.searchsorted(np.array(floors[1:], np.int64), scores, side="right")).astype(np.int64)


def steps_of(scales: Scales) -> NDArray[np.int64]:
    """How many bands upwards each cell of a movement matrix is."""
    rows, columns = np.indices((len(scales.old_floors), len(scales.new_floors)))
    return np.asarray(columns - rows, np.int64)


def quantile(histogram: Counts, percent: int) -> int:
    """The first place up to which at least `percent` hundredths of the people lie.

    The inverse of the empirical distribution (type 1 of Hyndman and Fan 1996), so never a value
    that nobody has.

    >>> quantile(np.array([1, 0, 9]), 10), quantile(np.array([1, 0, 9]), 11)
    (0, 2)
    """
    upto = np.cumsum(histogram) * 100
    return int(np.searchsorted(upto, percent * histogram.sum()))


def bins(histogram: Counts) -> list[int]:
    """Where the bins of the PSI begin: at the deciles of the old distribution.

    A bin ends when it holds a tenth of the people. A single score that a tenth of them have (the
    base, without any record) is a bin of its own: otherwise a shift away from just there, within
    its bin, would not be seen.

    >>> bins(np.array([1, 1, 7, 0, 60, 3, 4, 24]))
    [0, 4, 5, 7]
    """
    total = int(histogram.sum())
    starts, held = {0}, 0
    for score, people in enumerate(histogram.tolist()):
        held += people
        if people * 10 >= total:
            starts |= {score, score + 1}
            held = 0
        elif held * 10 >= total:
            starts.add(score + 1)
            held = 0
    return sorted(start for start in starts if start < len(histogram))


def psi(old: Counts, new: Counts) -> float:
    """Population stability index: the sum over the bins of (a - e) ln(a / e).

    e and a are the old and the new share of the bin. Half a person is added to every bin of both
    (Jeffreys' prior), so an empty bin has a logarithm and equal distributions still give 0.

    By hand: 50, 50 becomes 40, 60; shares 50.5 and 50.5 of 101 against 40.5 and 60.5, so
    10/101 · (ln(50.5/40.5) + ln(60.5/50.5)) = 0.099 · (0.2207 + 0.1807).

    >>> round(psi(np.array([50, 50]), np.array([40, 60])), 4)
    0.0397
    """
    starts = bins(old)
    shares = [
        (np.add.reduceat(side, starts) + 0.5) / (side.sum() + 0.5 * len(starts))
        for side in (old, new)
    ]
    expected, actual = shares
    return float(((actual - expected) * np.log(actual / expected)).sum())


def ks(old: Counts, new: Counts) -> float:
    """The greatest difference between the shares of people up to a score, over all scores.

    >>> ks(np.array([1, 1, 2]), np.array([0, 1, 3]))
    0.25
    """
    distance = np.cumsum(old) / old.sum() - np.cumsum(new) / new.sum()
    return float(np.abs(distance).max())
