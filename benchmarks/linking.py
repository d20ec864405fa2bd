"""`linking`: two cities of a million people each, with bootstrap error, against sorting them.

Both start from everybody's score as an array. The link counts them, links, and repeats that for
1,000 resamples of all people.
"""

from collections.abc import Callable

import numpy as np

from benchmarks.rows import Row, interleaved, row
from interop.linking import bootstrap, equipercentile
from interop.linking.frequencies import Frequencies

POINTS = 1001
RESAMPLES = 1000


def run(small: bool) -> list[Row]:
    """Report; sorting is no target but says how much work a million people are."""
    people = 100_000 if small else 1_000_000
    chance = np.random.default_rng(1)
    x, y = (
        chance.normal(mean, 80, people).round().clip(0, POINTS - 1).astype(np.int64)
        for mean in (600, 640)
    )

    def linked() -> None:
        source, target = Frequencies.of(x, POINTS), Frequencies.of(y, POINTS)
        equipercentile.link(source, target)
        bootstrap.errors(source, target, equipercentile.values, 1, RESAMPLES)

    def alone() -> None:
        equipercentile.link(Frequencies.of(x, POINTS), Frequencies.of(y, POINTS))

    def sort() -> None:
        np.sort(x)
        np.sort(y)

    works: dict[str, Callable[[], object]] = {"linked": linked, "alone": alone, "sort": sort}
    taken = {name: seconds * 1e3 for name, seconds in interleaved(works, 5, 1).items()}
    note = f"{people:,} people each, {POINTS} points"
    return [
        row(
            "linking", taken["linked"], "ms", taken["sort"],
            note=f"{note}, {RESAMPLES} resamples; ceiling: np.sort of both",
        ),
        row("linking-alone", taken["alone"], "ms", taken["sort"], note=f"{note}, formula error"),
    ]  # fmt: skip
