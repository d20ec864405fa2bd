"""Kernel linking: both distributions made continuous by a Gaussian, then read across.

Source: von Davier, Holland & Thayer, The Kernel Method of Test Equating (2004). Mean and variance
are kept by shrinking towards the mean (`a`). A large bandwidth gives the linear link, a small one
the equipercentile one. Starts from presmoothed samples, whose parameters carry the error.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from interop.linking.frequencies import Floats
from interop.linking.linked import Linked
from interop.linking.loglinear import Fit

PENALTY: Final = 1.0
"""K: what one more bump of the density costs against the squares that are missed."""
_SHORTEST: Final = 0.1
_WIDEST: Final = 8.0
"""Bandwidths tried, in steps: a presmoothed distribution has no bumps that ask for more."""
_FAR: Final = 8.5
"""Beyond so many deviations a normal probability is 0 or 1 to the last bit."""
_erf = np.frompyfunc(math.erf, 1, 1)


@dataclass(frozen=True, eq=False)
class Smooth:
    """One sample with its bandwidth, both in steps."""

    fit: Fit
    bandwidth: float

    @cached_property
    def a(self) -> float:
        """By how much the points are drawn to the mean, so that the variance stays."""
        variance = self.fit.smoothed.moment(2)
        return math.sqrt(variance / (variance + self.bandwidth**2))

    def cumulative(self, at: Floats) -> Floats:
        """F_h: the share of people at or below each place."""
        first, shares, distances = self._near(at)
        below = np.concatenate([[0.0], np.cumsum(self.fit.smoothed.shares)])
        summed: Floats = below[first] + (shares * normal(distances)).sum(axis=1)
        return summed

    def density(self, at: Floats) -> Floats:
        """f_h: its derivative."""
        _, shares, distances = self._near(at)
        summed: Floats = (shares * bell(distances)).sum(axis=1) / (self.a * self.bandwidth)
        return summed

    def slope(self, at: Floats) -> Floats:
        """What has the sign of f_h′."""
        _, shares, distances = self._near(at)
        summed: Floats = -(shares * distances * bell(distances)).sum(axis=1)
        return summed

    def inverse(self, ranks: Floats) -> Floats:
        """The place with each share of people at or below it, by halving to the last bit."""
        sample = self.fit.smoothed
        reach = 40 * math.sqrt(sample.moment(2)) + sample.points
        low, high = np.full(len(ranks), -reach), np.full(len(ranks), reach)
        for _ in range(64):
            middle = (low + high) / 2
            below = self.cumulative(middle) < ranks
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        found: Floats = (low + high) / 2
        return found

    def spread(self, at: Floats) -> Floats:
        """The variance of F_h at each place that comes from the sample: ‖∂F · C‖²."""
        sample, shares = self.fit.smoothed, self.fit.smoothed.shares
        z = (sample.places - sample.mean) / math.sqrt(sample.moment(2))
        moved = (at - sample.mean)[:, None] * (1 - self.a**2) / 2 * z**2
        moved = moved + (1 - self.a) * sample.places
        slopes = normal(self._distances(at, sample.places)) - self.density(at)[:, None] * moved
        root = np.sqrt(shares)[:, None]
        q = np.linalg.qr(root * (self.fit.basis - shares @ self.fit.basis))[0]
        influence = slopes @ (root * q) / math.sqrt(sample.people)
        total: Floats = (influence**2).sum(axis=1)
        return total

    def _near(self, at: Floats) -> tuple[NDArray[np.intp], Floats, Floats]:
        """The points whose bells reach each place: the first of them, their shares, distances."""
        sample = self.fit.smoothed
        reach = math.ceil(_FAR * self.bandwidth) + 1
        middle = np.rint((at - (1 - self.a) * sample.mean) / self.a).astype(np.intp)
        first = (middle - reach).clip(0, max(sample.points - 2 * reach - 1, 0))
        points = first[:, None] + np.arange(min(2 * reach + 1, sample.points))
        return first, sample.shares[points], self._distances(at, points)

    def _distances(self, at: Floats, points: NDArray[Any]) -> Floats:
        """How far each place (rows) lies from the points (columns), in deviations of a bell."""
        centers = self.a * points + (1 - self.a) * self.fit.smoothed.mean
        scaled: Floats = (at[:, None] - centers) / (self.a * self.bandwidth)
        return scaled


def link(source: Fit, target: Fit, bandwidths: tuple[float, float] | None = None) -> Linked:
    """Link two presmoothed samples, with the given bandwidths or the best ones."""
    h_source, h_target = bandwidths or (bandwidth(source), bandwidth(target))
    x, y = Smooth(source, h_source), Smooth(target, h_target)
    places = source.smoothed.places
    values = y.inverse(x.cumulative(places))
    density = y.density(values)
    spread = np.sqrt(x.spread(places) + y.spread(values))
    # Where nobody is near there is no density to divide by, and no error to tell.
    errors = np.divide(spread, density, out=np.zeros_like(spread), where=density > 0)
    return Linked(values, errors, (source.degree, target.degree), (h_source, h_target))


def bandwidth(fit: Fit) -> float:
    """The bandwidth whose density is nearest to the shares, with a price for every bump."""
    tried = np.geomspace(_SHORTEST, _WIDEST, 40)
    best = int(np.argmin([missed(fit, h) for h in tried]))
    low, high = tried[max(best - 1, 0)], tried[min(best + 1, len(tried) - 1)]
    return _golden(fit, float(low), float(high))


def missed(fit: Fit, h: float) -> float:
    """What a bandwidth is chosen by: Σ(r_j - f_h(x_j))² + K · the number of bumps."""
    smooth, places = Smooth(fit, h), fit.smoothed.places
    squares = float(((fit.smoothed.shares - smooth.density(places)) ** 2).sum())
    bumps = (smooth.slope(places - 0.25) < 0) & (smooth.slope(places + 0.25) > 0)
    return squares + PENALTY * float(bumps.sum())


def normal(z: Floats) -> Floats:
    """Φ, the standard normal distribution."""
    result = np.where(z > 0, 1.0, 0.0)
    near = np.abs(z) < _FAR
    result[near] = 0.5 + 0.5 * np.asarray(_erf(z[near] / math.sqrt(2)), np.float64)
    return result


def bell(z: Floats) -> Floats:
    """φ, its density."""
    curve: Floats = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return curve


def _golden(fit: Fit, low: float, high: float) -> float:
    """The least between two bandwidths, by the golden section."""
    ratio = (math.sqrt(5) - 1) / 2
    a, b = high - ratio * (high - low), low + ratio * (high - low)
    of_a, of_b = missed(fit, a), missed(fit, b)
    while high - low > 1e-7 * high:
        if of_a < of_b:
            high, b, of_b = b, a, of_a
            a = high - ratio * (high - low)
            of_a = missed(fit, a)
        else:
            low, a, of_a = a, b, of_b
            b = low + ratio * (high - low)
            of_b = missed(fit, b)
    return (low + high) / 2
