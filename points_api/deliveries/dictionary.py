"""Read a column by its distinct texts: a plain function sees each once, a gather does the rest.

Days, listed values, amounts and codes repeat within a file, so the careful reading of a cell costs
next to nothing per row, and there is one implementation of it.
"""

from collections.abc import Sequence
from typing import Final, Protocol

import polars as pl

from points_api.deliveries.cells import Cell, Reader
from points_api.deliveries.verdicts import NUMBERS

_MOST_TEXTS: Final = 100_000  # then the memory is given back and the texts are learned anew

Judged = tuple[pl.Series, pl.Series | None]
"""The values, and the number of the refusal of each (0: none); None where nothing is refused."""


class Judge(Protocol):
    """Reads a column of a block. What it `probes` is asked of all columns in one pass."""

    def probe(self, column: pl.Expr) -> pl.Expr: ...

    def judge(self, texts: pl.Series, probed: pl.Series) -> Judged: ...


class Dictionary:
    """A reader and what it said of the texts met so far. Not to be shared between threads."""

    def __init__(self, read: Reader, dtype: pl.DataType) -> None:
        self._read = read
        self._dtype = dtype
        self._categories: pl.Categories
        self._values: pl.Series
        self._problems: pl.Series
        self._refuses: bool
        self._forget()

    def probe(self, column: pl.Expr) -> pl.Expr:
        """Whether all texts are the same, as in many columns they are."""
        return column.eq_missing(column.first()).all()

    def read(self, texts: pl.Series) -> Judged:
        """Read a column that was not probed with others."""
        return self.judge(texts, texts.to_frame().select(self.probe(pl.all())).to_series())

    def judge(self, texts: pl.Series, probed: pl.Series) -> Judged:
        """Read a column of texts, null where empty."""
        if not len(texts):
            return pl.Series([], dtype=self._dtype), None
        if probed[0]:
            value, code = self._read(texts[0] or "")
            problems = None if not code else self._repeat(NUMBERS[code], pl.UInt8(), len(texts))
            return self._repeat(value, self._dtype, len(texts)), problems
        return self._look_up(texts)

    def _look_up(self, texts: pl.Series) -> Judged:
        if len(self._values) > _MOST_TEXTS:
            self._forget()
        if texts.null_count():
            texts = texts.fill_null("")
        places = texts.cast(pl.Categorical(self._categories)).to_physical()
        if (places >= len(self._values)).any():
            self._learn(self._categories.to_series()[len(self._values) :].to_list())
        problems = self._problems[places] if self._refuses else None
        return self._values[places], problems if problems is not None and problems.max() else None

    def _learn(self, texts: Sequence[str]) -> None:
        cells: list[Cell] = [self._read(text) for text in texts]
        values = pl.Series([value for value, _ in cells], dtype=self._dtype)
        numbers = pl.Series([NUMBERS[code] for _, code in cells], dtype=pl.UInt8)
        self._values = pl.concat([self._values, values])
        self._problems = pl.concat([self._problems, numbers])
        self._refuses = self._refuses or bool(numbers.max())

    def _forget(self) -> None:
        self._categories = pl.Categories.random()
        # They forget their texts when no series refers to them.
        self._holder = pl.Series([], dtype=pl.Categorical(self._categories))
        self._values = pl.Series([], dtype=self._dtype)
        self._problems = pl.Series([], dtype=pl.UInt8)
        self._refuses = False

    @staticmethod
    def _repeat(value: object, dtype: pl.DataType, count: int) -> pl.Series:
        return pl.Series([value], dtype=dtype).new_from_index(0, count)
