"""Linear linking: scores correspond that lie as many standard deviations from the mean.

Standard deviations are those with n - 1, as in the R package `equate`; with n the values of the
ACT table differ by 1.1e-4 at most. The error is that for random groups without the assumption of
normal distributions (Kolen & Brennan 2014, chapter 7).
"""

import numpy as np

from interop.linking.frequencies import Floats, Frequencies
from interop.linking.linked import Linked


def link(source: Frequencies, target: Frequencies) -> Linked:
    """Link two samples."""
    return Linked(values(source, target), errors(source, target))


def values(source: Frequencies, target: Frequencies) -> Floats:
    """The line through the means whose slope is the ratio of the standard deviations.

    Raises ValueError where everybody in a sample has the same score.
    """
    slope = deviation(target) / deviation(source)
    return target.mean + slope * (source.places - source.mean)


def errors(source: Frequencies, target: Frequencies) -> Floats:
    """The standard error, from the first four moments of both samples."""
    n, m = source.people, target.people
    z = (source.places - source.mean) / deviation(source)
    skew = _standard(source, 3) / n + _standard(target, 3) / m
    tail = (_standard(source, 4) - 1) / (4 * n) + (_standard(target, 4) - 1) / (4 * m)
    inner = 1 / n + 1 / m + skew * z + tail * z**2
    return deviation(target) * np.sqrt(np.maximum(inner, 0))


def deviation(sample: Frequencies) -> float:
    """The standard deviation, in steps, with n - 1."""
    squares = sample.moment(2) * sample.people
    if squares == 0:
        raise ValueError("everybody has the same score: there is no slope to take from it")
    return float((squares / (sample.people - 1)) ** 0.5)


def _standard(sample: Frequencies, order: int) -> float:
    return sample.moment(order) / deviation(sample) ** order
