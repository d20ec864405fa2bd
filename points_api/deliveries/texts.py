"""Judge columns whose texts rarely repeat and may say anything: names, numbers, running text."""

from typing import Final

import polars as pl

from points_api.deliveries.cells import ABSENT, BLANKS, NULLS
from points_api.deliveries.dictionary import Judged
from points_api.deliveries.verdicts import NUMBERS
from scoring.catalog import Column

_LONGEST_NULL: Final = max(len(null.encode()) for null in ABSENT)
_NOTHING: Final = pl.Series([None], dtype=pl.String)
_MASKS: Final = ("*", "＊", "●", "○")


def trimmed(texts: pl.Expr) -> pl.Expr:
    """The texts without blanks and the text apostrophe around them."""
    return texts.str.strip_chars(BLANKS).str.strip_prefix("'")


class Texts:
    """Running text: required, not too long. What exports write for nothing becomes null."""

    def __init__(self, column: Column) -> None:
        self._column = column
        self._nulls = NULLS if column.role == "" else ABSENT

    def probe(self, column: pl.Expr) -> pl.Expr:
        """The sizes in bytes, which mostly settle the matter."""
        return column.str.len_bytes()

    def judge(self, texts: pl.Series, probed: pl.Series) -> Judged:
        texts = _without_nulls(texts, probed, self._nulls)
        problems = None
        if self._column.required and texts.null_count():
            problems = texts.is_null().cast(pl.UInt8) * NUMBERS["required"]
        if (probed > self._column.max_length).any():
            long = texts.str.len_chars() > self._column.max_length
            problems = _first(problems, _where(long, "too_long"))
        return texts, problems


class Names(Texts):
    """As text; a masked name comes from an export that has lost the person."""

    def judge(self, texts: pl.Series, probed: pl.Series) -> Judged:
        texts, problems = super().judge(texts, probed)
        masked = texts.str.contains_any(list(_MASKS))
        return texts, _first(problems, _where(masked, "masked_name"))


def _without_nulls(texts: pl.Series, sizes: pl.Series, nulls: frozenset[str]) -> pl.Series:
    is_null = sizes == 0
    words = [*nulls, "\u3000", "\u3000" * 2]
    short = texts.filter((sizes > 0) & (sizes <= _LONGEST_NULL))
    if len(short) and short.is_in(words).any():
        is_null |= texts.is_in(words)
    return texts.zip_with(~is_null, _NOTHING) if is_null.any() else texts


def _where(rows: pl.Series, code: str) -> pl.Series | None:
    return rows.fill_null(value=False).cast(pl.UInt8) * NUMBERS[code] if rows.any() else None


def _first(earlier: pl.Series | None, later: pl.Series | None) -> pl.Series | None:
    """The refusal named first, per row."""
    if earlier is None or later is None:
        return later if earlier is None else earlier
    return earlier.zip_with(earlier != 0, later)
