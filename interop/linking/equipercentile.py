"""Equipercentile linking: scores correspond that have the same percentile rank.

Source: Kolen & Brennan (2014), chapter 2; error for random groups by Lord (1982). Where nobody has
some score of the target the inverse is not unique: the mean of its two ends is taken. A rank of 0
goes to half a step below the lowest point and a rank of 1 to half a step above the highest, as in
the R package `equate` (textbooks print 0 there).
"""

import numpy as np
from numpy.typing import NDArray

from interop.linking.frequencies import Floats, Frequencies
from interop.linking.linked import Linked


def link(source: Frequencies, target: Frequencies) -> Linked:
    """Link two samples as they are, or smoothed ones."""
    return Linked(values(source, target), errors(source, target))


def values(source: Frequencies, target: Frequencies) -> Floats:
    """The point of the target with the percentile rank of each point of the source.

    >>> x, y = Frequencies.counted([2, 3, 2, 2, 1]), Frequencies.counted([1, 2, 2, 3, 2])
    >>> values(x, y).round(4).tolist()  # Kolen & Brennan, tables 2.1 to 2.3
    [0.5, 1.75, 2.8333, 3.5, 4.25]
    """
    ranks, below, top = source.ranks, _from_zero(target), target.points
    upper = np.searchsorted(below[1:], ranks, "right").clip(max=top - 1)
    lower = (np.searchsorted(below[1:], ranks, "left") - 1).clip(min=-1)
    # Read from below and from above; the same wherever somebody has each score of the target.
    found = (_inside(ranks, below, upper) + _inside(ranks, below, lower + 1)) / 2
    return np.select([ranks <= 0, ranks >= 1], [-0.5, top - 0.5], found)


def errors(source: Frequencies, target: Frequencies) -> Floats:
    """The standard error for two random groups (Lord 1982); 0 at ranks of 0 and 1."""
    ranks, below = source.ranks, _from_zero(target)
    upper = np.searchsorted(below[1:], ranks, "right").clip(max=target.points - 1)
    share, under = below[upper + 1] - below[upper], below[upper]
    inner = (ranks > 0) & (ranks < 1)
    density = np.where(inner, share, 1.0) ** 2
    of_source = ranks * (1 - ranks) / (source.people * density)
    spread = under - ranks**2 + (ranks - under) ** 2 / np.where(inner, share, 1.0)
    of_target = spread / (target.people * density)
    return np.where(inner, np.sqrt(np.maximum(of_source + of_target, 0)), 0.0)


def _from_zero(target: Frequencies) -> Floats:
    """The cumulative shares with the 0 before them: `[j]` is the share below point `j`."""
    return np.concatenate([[0.0], target.cumulative])


def _inside(ranks: Floats, below: Floats, point: NDArray[np.intp]) -> Floats:
    """Where a rank lies within a point, whose people are spread evenly half a step to each side."""
    share = below[point + 1] - below[point]
    place: Floats = point - 0.5 + (ranks - below[point]) / np.where(share > 0, share, 1.0)
    return place
