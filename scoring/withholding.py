"""Which cells of published tables are withheld, so that nobody is recognised by being one of few.

Cells of one to nine people are not shown; nor are others, where a small cell could be had by taking
the shown ones from a total. Zero is shown: nobody is recognised by it.

This is the usual primary and secondary cell suppression (Hundepool and others, Statistical
Disclosure Control, 2012, chapter 4), made along every line of cells whose sum the reader knows, in
all tables of one publication together.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

SMALL: Final = 10
_RANGE: Final = SMALL - 2  # from one to nine
Counts = NDArray[np.int64]
Places = NDArray[np.int64]


class Publication:
    """All the counts that are told together; tables are entered first and read when complete.

    >>> sheet = Publication()
    >>> cells, total = sheet.enter(np.array([40, 30, 3])), sheet.enter(np.array([73]))
    >>> sheet.adds_up(cells, total)
    >>> [sheet.told()[place] for place in (*cells, *total)]
    [40, '≥10', '<10', 73]
    """

    def __init__(self) -> None:
        self._counts: list[int] = []
        self._lines: list[Places] = []

    def enter(self, counts: Counts) -> Places:
        """Take a table in; return, in its shape, where each cell will be found."""
        first = len(self._counts)
        self._counts += counts.ravel().tolist()
        return np.arange(first, len(self._counts), dtype=np.int64).reshape(counts.shape)

    def adds_up(self, *places: Places) -> None:
        """Note that a reader can add up these cells, or take them from each other."""
        self._lines.append(np.concatenate([place.ravel() for place in places]))

    def told(self) -> list[int | str]:
        """Every cell as it may be published: the count, or only whether it is at least ten."""
        counts = np.array(self._counts, np.int64)
        hidden = withheld(counts, self._lines)
        pairs = zip(self._counts, hidden.tolist(), strict=True)
        return [_mark(count) if secret else count for count, secret in pairs]


def withheld(counts: Counts, lines: Sequence[Places]) -> NDArray[np.bool_]:
    """Tell which cells are not shown.

    Each line withholds either nothing, or so much that who knows the rest of it and the marks finds
    each small cell to be anything from one to nine, as far as there are cells to add.

    >>> withheld(np.array([40, 3, 0, 60]), [np.array([0, 1, 2, 3])]).tolist()
    [True, True, False, False]
    """
    hidden = (counts > 0) & (counts < SMALL)
    told = True
    while told:
        told = False
        for line in lines:
            secret = line[hidden[line]]
            if _hold_each_other(counts[secret]):
                continue
            others = line[~hidden[line] & (counts[line] > 0)]
            if len(secret) and len(others):
                hidden[others[np.argmin(counts[others])]] = True
                told = True
    return hidden


def _hold_each_other(secret: Counts) -> bool:
    """Whether the sum of these and their marks leave a small one open by its whole range.

    What is marked `≥10` has no end, so nothing is known from above where there is one.
    """
    small = secret < SMALL
    above = (secret - np.where(small, 1, SMALL)).sum()
    below = (SMALL - 1 - secret).sum() if small.all() else _RANGE
    return len(secret) > 1 and bool(min(above, below) >= _RANGE)


def _mark(count: int) -> str:
    return f"<{SMALL}" if count < SMALL else f"≥{SMALL}"
