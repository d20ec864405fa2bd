"""Log-linear presmoothing: a distribution of few parameters that keeps the moments of the sample.

log m_j is a polynomial of the score of degree T, fitted by maximum likelihood as a Poisson
regression (Holland & Thayer 1987). The first T moments of the smoothed distribution are those of
the sample. Polynomials are those of Hermite on standardised scores, which are orthonormal under the
normal curve, so that a high degree is as safe as a low one wherever the people are.
"""

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.polynomial.hermite_e import hermevander

from interop.linking import equipercentile
from interop.linking.frequencies import Floats, Frequencies

Criterion = Literal["aic", "bic", "caic"]
DEGREES: Final = range(2, 9)
"""The degrees tried: 4 to 6 are usual (Kolen & Brennan 2014, chapter 3)."""
AGREEMENT: Final = 0.90
"""The share of people for whom a smoothed link must lie within one error of the raw one."""
_ROUNDS: Final = 100


class NotFittedError(ValueError):
    """A degree has no fit that could be found."""


@dataclass(frozen=True, eq=False, slots=True)
class Fit:
    """A smoothed sample. `basis` are its polynomials (points, degree), without the constant."""

    degree: int
    smoothed: Frequencies
    basis: Floats
    deviance: float

    def criterion(self, name: Criterion) -> float:
        """What is to be least: the deviance and a price for each of the degree + 1 parameters."""
        people = self.smoothed.people
        price = {"aic": 2.0, "bic": np.log(people), "caic": np.log(people) + 1}[name]
        return self.deviance + float(price) * (self.degree + 1)


def fit(sample: Frequencies, degree: int) -> Fit:
    """Smooth by one degree. Raises NotFittedError where so few points cannot bear it."""
    if degree >= np.count_nonzero(sample.counts):
        raise NotFittedError(f"degree {degree} needs more points with people than it is")
    lowest, highest = _reach(sample)
    inner = replace(sample, counts=sample.counts[lowest:highest])
    scales = [math.sqrt(math.factorial(order)) for order in range(degree + 1)]
    standard = (inner.places - inner.mean) / math.sqrt(inner.moment(2))
    basis = np.asarray(hermevander(standard, degree) / scales, np.float64)
    counts, whole = np.zeros(sample.points), np.zeros((sample.points, degree))
    counts[lowest:highest] = _iterated(basis, inner)
    whole[lowest:highest] = basis[:, 1:]
    smoothed = replace(sample, counts=counts)
    return Fit(degree, smoothed, whole, _deviance(sample.counts, counts))


def choose(
    sample: Frequencies, criterion: Criterion = "bic", degrees: Sequence[int] = DEGREES
) -> Fit:
    """The fit of the degree with the least criterion; the lower degree where two are equal."""
    borne = [d for d in degrees if d < np.count_nonzero(sample.counts)]
    fits = []
    for degree in borne:
        with suppress(NotFittedError):
            fits.append(fit(sample, degree))
    if not fits:
        raise NotFittedError("too few scores to smooth by any of the degrees")
    return min(fits, key=lambda one: one.criterion(criterion))


def holds(raw: tuple[Frequencies, Frequencies], smooth: tuple[Frequencies, Frequencies]) -> bool:
    """The check after smoothing: non-decreasing, and near the raw link for 90 % of the people."""
    values = equipercentile.values(*smooth)
    before = equipercentile.link(*raw)
    near = np.abs(values - before.values) <= before.errors
    return bool((np.diff(values) >= 0).all() and raw[0].shares @ near >= AGREEMENT)


def _reach(sample: Frequencies) -> tuple[int, int]:
    """From where to where is fitted: one deviation beyond the last people, within the scale.

    Far beyond them a polynomial would have to be held down where there is nothing to fit.
    """
    seen, margin = np.flatnonzero(sample.counts), math.ceil(math.sqrt(sample.moment(2)))
    return max(int(seen[0]) - margin, 0), min(int(seen[-1]) + margin + 1, sample.points)


def _iterated(basis: Floats, sample: Frequencies) -> Floats:
    """Newton's method from the normal curve to the point where the moments are kept.

    The likelihood has one peak; a step that overshoots it is halved until it does not.
    """
    counts = sample.counts
    weights = np.zeros(basis.shape[1])
    weights[0] = np.log(sample.people / np.exp(-(basis[:, 1] ** 2) / 2).sum()) - 0.5
    weights[2] = -1 / math.sqrt(2)  # -z²/2, as the Hermite polynomial of degree 2 and a constant
    means, slack = _means(basis, weights), 1e-12 * sample.people + 1e-9
    for _ in range(_ROUNDS):
        root = np.sqrt(means)
        design = basis * root[:, None]
        step = np.linalg.lstsq(design, (counts - means) / root, rcond=None)[0]
        reached = _deviance(counts, means) + slack
        # In standard errors; the next step would be about its square.
        small = np.linalg.norm(design @ step) < 1e-6
        while _deviance(counts, _means(basis, weights + step)) > reached:
            step = step / 2
        weights = weights + step
        means = _means(basis, weights)
        if small:
            return means
    raise NotFittedError("the smoothing did not come to an end: try a lower degree")


def _means(basis: Floats, weights: Floats) -> Floats:
    """The expected counts, held where they and their squares are numbers."""
    means: Floats = np.exp(np.clip(basis @ weights, -300, 300))
    return means


def _deviance(counts: Floats, means: Floats) -> float:
    some = counts > 0
    logs = float(counts[some] @ np.log(counts[some] / means[some]))
    return 2 * (logs - float(counts.sum() - means.sum()))
