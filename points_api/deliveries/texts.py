"""Judge columns whose texts rarely repeat: names, document numbers, running text, ID numbers.

Whole columns are accepted by arithmetic; only what is not accepted that way is read one by one, by
the same functions as everywhere else.
"""

from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from points_api.deliveries.cells import ABSENT, BLANKS, NULLS, bare
from points_api.deliveries.dictionary import Judged
from points_api.deliveries.verdicts import NUMBERS
from points_api.identifiers import id_number
from scoring.catalog import Column

_LONGEST_NULL: Final = max(len(null.encode()) for null in ABSENT)
_MASKS: Final = ("*", "＊", "●", "○")

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.int8]


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
        if (probed.max() or 0) > self._column.max_length:  # type: ignore[operator]
            long = texts.str.len_chars() > self._column.max_length
            problems = _first(problems, _where(long, "too_long"))
        return texts, problems


class Names(Texts):
    """As text; a masked name comes from an export that has lost the person."""

    def judge(self, texts: pl.Series, probed: pl.Series) -> Judged:
        texts, problems = super().judge(texts, probed)
        masked = texts.str.contains_any(list(_MASKS))
        return texts, _first(problems, _where(masked, "masked_name"))


class IdNumbers:
    """The 18-character numbers (GB 11643); what is not one at sight is read by `id_number`."""

    def __init__(self, today: date) -> None:
        self._today = today

    def probe(self, column: pl.Expr) -> pl.Expr:
        return column.str.len_bytes()

    def judge(self, texts: pl.Series, probed: pl.Series) -> Judged:
        accepted = accepts_id_numbers(texts, probed, self._today)
        if accepted.all():
            return texts, None
        places = np.flatnonzero(~accepted)
        cells = [self._read(text or "") for text in texts[places].to_list()]
        problems = np.zeros(len(texts), np.uint8)
        problems[places] = [NUMBERS[code] for _, code in cells]
        numbers = pl.Series([number for number, _ in cells], dtype=pl.String)
        read = texts.clone().scatter(places, numbers)
        return read, pl.Series(problems) if problems.any() else None

    def _read(self, text: str) -> tuple[str | None, str]:
        cell = bare(text)
        if cell in ABSENT:
            return None, "required"
        problem = id_number.problem_of(cell, self._today)
        return (None, f"id_number.{problem}") if problem else (id_number.normalize(cell), "")


def accepts_id_numbers(texts: pl.Series, sizes: pl.Series, today: date) -> Flags:
    """True where a text is an ID number exactly as it should be written; `sizes` are in bytes.

    The digits are taken apart into division, year, day of the year, sequence and check; what each
    adds to the checksum, and whether it exists, stands in small tables.
    """
    first17, check = _digits(texts, sizes)
    head, sequence = _divided(first17, 1000)
    head, month_day = _divided(head, 10_000)
    division, year = _divided(head, 10_000)
    total = _SUMS_DIVISION[division] + _SUMS_YEAR[year]
    total += _SUMS_DAY[month_day] + _SUMS_SEQUENCE[sequence]
    accepted: Flags = (
        _IS_DIVISION[division]
        & _IS_DAY[_IS_LEAP[year], month_day]
        & (year >= 1800)
        & (year * 10_000 + month_day <= int(f"{today:%Y%m%d}"))
        & (_CHECKS[total] == check)
    )
    return accepted


def _digits(texts: pl.Series, sizes: pl.Series) -> tuple[Numbers, Numbers]:
    """The first seventeen digits and the value of the check character; 0 where there are none.

    A sign in the place of a digit leaves a number that is too small.
    """
    numbers = texts.cast(pl.Int64, strict=False)
    right_size = (sizes == 18).to_numpy() if not sizes.null_count() else sizes.to_numpy() == 18
    lettered = np.flatnonzero(numbers.is_null())
    digits = (numbers.fill_null(0) if len(lettered) else numbers).to_numpy()
    is_whole = right_size & (digits >= 10**17)
    first, check = _divided(np.where(is_whole, digits, 0), 10)
    if len(lettered):
        parts = (
            texts[lettered]
            .to_frame("text")
            .select(
                first17=pl.col("text").str.head(17).cast(pl.Int64, strict=False).fill_null(0),
                ends=(pl.col("text").str.slice(17) == "X").fill_null(value=False),
            )
        )
        first17 = parts["first17"].to_numpy()
        is_whole = parts["ends"].to_numpy() & (first17 >= 10**16)
        first[lettered] = np.where(is_whole, first17, 0)
        check[lettered] = 10
    return first, check


def _divided(numbers: Numbers, by: int) -> tuple[Numbers, Numbers]:
    """Quotient and rest; the subtraction is several times faster than a second division."""
    quotient = numbers // by
    return quotient, numbers - quotient * by


def _sums(places: slice, size: int) -> Bytes:
    """What each value of some digits adds to the weighted sum, modulo 11."""
    weights = list(id_number.WEIGHTS)[places]
    values = np.arange(size)
    total = sum(values // 10**k % 10 * weight for k, weight in enumerate(weights[::-1]))
    return (np.asarray(total) % 11).astype(np.int8)


def _existing_days() -> np.ndarray:
    """Which four digits are a day of a common and of a leap year."""
    table = np.zeros((2, 10_000), bool)
    for leap, year in enumerate((2001, 2004)):
        first = date(year, 1, 1).toordinal()
        for n in range(365 + leap):
            day = date.fromordinal(first + n)
            table[leap, day.month * 100 + day.day] = True
    return table


_YEARS = np.arange(10_000)
_IS_LEAP = ((_YEARS % 4 == 0) & (_YEARS % 100 != 0) | (_YEARS % 400 == 0)).astype(np.int8)
_IS_DAY = _existing_days()
_IS_DIVISION = np.repeat(
    [f"{n:02}" in id_number.PROVINCES or n // 10 == 9 for n in range(100)], 10_000
)
_SUMS_DIVISION = _sums(slice(0, 6), 10**6)
_SUMS_YEAR = _sums(slice(6, 10), 10**4)
_SUMS_DAY = _sums(slice(10, 14), 10**4)
_SUMS_SEQUENCE = _sums(slice(14, 17), 10**3)
_CHECKS = np.array(["0123456789X".index(c) for c in id_number.CHECK_CHARACTERS * 4], np.int8)


def _without_nulls(texts: pl.Series, sizes: pl.Series, nulls: frozenset[str]) -> pl.Series:
    short = sizes <= _LONGEST_NULL
    candidates = texts.filter(short)
    if not len(candidates):
        return texts
    is_null = candidates.is_in([*nulls, "\u3000", "\u3000" * 2]).fill_null(value=False)
    if not is_null.any():
        return texts
    nothing = pl.Series([None], dtype=pl.String)
    return texts.clone().scatter(short.arg_true().filter(is_null), nothing)


def _where(rows: pl.Series, code: str) -> pl.Series | None:
    return rows.fill_null(value=False).cast(pl.UInt8) * NUMBERS[code] if rows.any() else None


def _first(earlier: pl.Series | None, later: pl.Series | None) -> pl.Series | None:
    """The refusal named first, per row."""
    if earlier is None or later is None:
        return later if earlier is None else earlier
    return earlier.zip_with(earlier != 0, later)
