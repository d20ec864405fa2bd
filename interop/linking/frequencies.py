"""How many people have which score: what every method of linking starts from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Frequencies:
    """People on equally spaced score points, `counts[j]` of them at `j` steps above the lowest.

    Counts are whole in a sample and fractions where it was smoothed; `people` stays the number of
    the sample, because errors depend on it. Raises ValueError for nobody or for negative counts.

    Ranks are exact where counts are whole. The R package `equate` rounds them to 10 decimals, which
    moves the ends of a table by up to 1.4e-7: `decimals = 10` does the same, to compare with it.
    """

    counts: Floats
    people: int
    decimals: int | None = None

    def __post_init__(self) -> None:
        if self.counts.ndim != 1 or self.people < 1 or not (self.counts >= 0).all():
            raise ValueError("frequencies are one row of counts, none below zero, of somebody")
        if abs(self.counts.sum() - self.people) > 1e-6 * self.people:
            raise ValueError("the counts do not add up to the number of people")

    @classmethod
    def counted(cls, counts: Sequence[int] | NDArray[Any]) -> "Frequencies":
        """A sample by the number of people at each point.

        >>> Frequencies.counted([2, 3, 2, 2, 1]).ranks.round(2).tolist()
        [0.1, 0.35, 0.6, 0.8, 0.95]
        """
        row = np.asarray(counts, np.float64)
        return cls(row, round(float(row.sum())))

    @classmethod
    def of(cls, places: NDArray[np.integer[Any]], points: int) -> "Frequencies":
        """A sample by each person's score, in steps above the lowest of so many points."""
        return cls.counted(np.bincount(places, minlength=points))

    @property
    def points(self) -> int:
        """How many score points there are."""
        return len(self.counts)

    @cached_property
    def places(self) -> Floats:
        """The score points themselves: 0, 1, 2 …"""
        return np.arange(self.points, dtype=np.float64)

    @cached_property
    def shares(self) -> Floats:
        """The share of people at each point."""
        shares: Floats = self.counts / self.counts.sum()
        return shares

    @cached_property
    def cumulative(self) -> Floats:
        """The share of people at each point or below; the last is exactly 1."""
        summed = np.cumsum(self.counts)
        return self._rounded(summed / summed[-1])

    @cached_property
    def ranks(self) -> Floats:
        """Percentile rank of each point: the share below it and half the share at it.

        One division of whole numbers, so ranks of two samples are equal where they are so exactly.
        """
        summed = np.cumsum(self.counts)
        return self._rounded((2 * summed - self.counts) / (2 * summed[-1]))

    @cached_property
    def mean(self) -> float:
        """The mean, in steps."""
        return float(self.shares @ self.places)

    def moment(self, order: int) -> float:
        """The central moment of an order, in steps to its power, with n below the line."""
        return float(self.shares @ (self.places - self.mean) ** order)

    def _rounded(self, shares: Floats) -> Floats:
        return shares if self.decimals is None else shares.round(self.decimals)
