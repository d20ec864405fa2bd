"""The standard error of any method by resampling: the check on every formula.

Each resample draws as many people as there were from both samples and links them anew. The seed is
an argument, so that a published error can be computed again to the last bit.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from interop.linking.frequencies import Floats, Frequencies

RESAMPLES: Final = 1000


def errors(
    source: Frequencies,
    target: Frequencies,
    method: Callable[[Frequencies, Frequencies], Floats],
    seed: int,
    resamples: int = RESAMPLES,
) -> Floats:
    """The standard deviation, over the resamples, of what the method gives for each point."""
    chance = np.random.default_rng(seed)
    of_source = chance.multinomial(source.people, source.shares, size=resamples)
    of_target = chance.multinomial(target.people, target.shares, size=resamples)
    linked = [
        method(replace(source, counts=a), replace(target, counts=b))
        for a, b in zip(of_source.astype(np.float64), of_target.astype(np.float64), strict=True)
    ]
    errors: Floats = np.std(np.array(linked), axis=0, ddof=1)
    return errors
