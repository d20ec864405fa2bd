"""Samples for tests: made ones, and a published one."""

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from interop.linking.frequencies import Frequencies

# Two forms of a mathematics test of 20 items: von Davier, Holland & Thayer, The Kernel Method of
# Test Equating (2004), chapter 7. Means and deviations are printed there: 10.82, 3.81; 11.59, 3.93.
MATH_X = Frequencies.counted(
    [1, 3, 8, 25, 30, 64, 67, 95, 116, 124, 156, 147, 120, 129, 110, 86, 66, 51, 29, 15, 11]
)
MATH_Y = Frequencies.counted(
    [0, 4, 11, 16, 18, 34, 63, 89, 87, 129, 124, 154, 125, 131, 109, 98, 89, 66, 54, 37, 17]
)

samples = (
    st.lists(st.integers(0, 60), min_size=2, max_size=30)
    .filter(lambda counts: sum(count > 0 for count in counts) >= 2)
    .map(Frequencies.counted)
)


def city(mean: float, deviation: float, points: int, people: int, seed: int) -> Frequencies:
    """A sample of a made city, bell-shaped and held in its scale."""
    drawn = np.random.default_rng(seed).normal(mean, deviation, people)
    return Frequencies.of(drawn.round().clip(0, points - 1).astype(np.int64), points)


def by_definition(source: Frequencies, target: Frequencies) -> list[Fraction]:
    """Equipercentile linking by its definition, in fractions, one point after another."""
    x, y = [int(c) for c in source.counts], [int(c) for c in target.counts]
    shares = [Fraction(sum(y[: n + 1]), sum(y)) for n in range(len(y))]
    values = []
    for n, count in enumerate(x):
        rank = Fraction(2 * sum(x[:n]) + count, 2 * sum(x))
        if rank in {0, 1}:
            values.append(Fraction(-1, 2) if rank == 0 else Fraction(2 * len(y) - 1, 2))
            continue
        upper = next(k for k, share in enumerate(shares) if share > rank)
        lower = max((k for k, share in enumerate(shares) if share < rank), default=-1)
        under, beneath = (Fraction(0) if k < 0 else shares[k] for k in (upper - 1, lower))
        high = upper - Fraction(1, 2) + (rank - under) / (shares[upper] - under)
        low = lower + Fraction(1, 2) + (rank - beneath) / (shares[lower + 1] - beneath)
        values.append((high + low) / 2)
    return values
