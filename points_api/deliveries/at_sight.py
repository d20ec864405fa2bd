"""Judge columns of fixed form at sight: ID numbers of 18 characters, days like 2026-03-01.

The texts are taken apart into places, and arithmetic on whole places accepts those that are right
exactly as they stand. All others are read one by one, by the same functions as everywhere else.
"""

from datetime import date
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from points_api.deliveries.cells import (
    ABSENT,
    EARLIEST_YEAR,
    LONG_TERM_YEAR,
    Cell,
    Reader,
    bare,
    day_number,
)
from points_api.deliveries.dictionary import Dictionary, Judged
from points_api.identifiers import id_number

Flags = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int16]
Days = npt.NDArray[np.int32]


class Sight(Protocol):
    """What is seen in a column: which texts are right as they stand, and the values of these."""

    def __call__(self, texts: pl.Series, sizes: pl.Series) -> tuple[Flags, pl.Series]: ...


class AtSight:
    """Accepts what it can at sight, and looks the rest up in a dictionary."""

    def __init__(self, see: Sight, read: Reader, dtype: pl.DataType) -> None:
        self._see = see
        self._others = Dictionary(read, dtype)

    def probe(self, column: pl.Expr) -> pl.Expr:
        """The sizes in bytes, 0 where empty."""
        return column.str.len_bytes().fill_null(0)

    def judge(self, texts: pl.Series, probed: pl.Series) -> Judged:
        right, values = self._see(texts, probed)
        if right.all():
            return values, None
        places = np.flatnonzero(~right)
        others, found = self._others.read(texts[places])
        values = values.clone().scatter(places, others)
        if found is None:
            return values, None
        problems = np.zeros(len(texts), np.uint8)
        problems[places] = found.to_numpy()
        return values, pl.Series(problems)


def id_numbers(today: date) -> AtSight:
    """The judge of ID numbers (GB 11643)."""

    def see(texts: pl.Series, sizes: pl.Series) -> tuple[Flags, pl.Series]:
        return right_id_numbers(texts, sizes, today), texts

    def read(text: str) -> Cell:
        cell = bare(text)
        if cell in ABSENT:
            return None, "required"
        problem = id_number.problem_of(cell, today)
        return (None, f"id_number.{problem}") if problem else (id_number.normalize(cell), "")

    return AtSight(see, read, pl.String())


def days(read: Reader, latest: date | None) -> AtSight:
    """The judge of days: `read` has the last word; none after `latest` is accepted without it."""

    def see(texts: pl.Series, sizes: pl.Series) -> tuple[Flags, pl.Series]:
        right, numbers = right_days(texts, sizes, latest or date.max)
        return right, pl.Series(numbers).cast(pl.Date)

    return AtSight(see, read, pl.Date())


def right_id_numbers(texts: pl.Series, sizes: pl.Series, today: date) -> Flags:
    """True where a text is an ID number exactly as it should be written; `sizes` are in bytes."""
    right, characters = _characters(texts, sizes, 18)
    digits, well_formed = _digits(characters, slice(0, 17))
    total = np.zeros(len(well_formed), np.uint16)
    for weight, digit in zip(id_number.WEIGHTS, digits, strict=True):
        total += digit * np.uint16(weight)
    year, month_day = _number(digits[6:10]), _number(digits[10:14])
    born, exists = _day_numbers(year, month_day)
    right[right] = (
        well_formed
        & _IS_PROVINCE[_number(digits[:2])]
        & exists
        & (year >= 1800)
        & (born <= day_number(today))
        & (_CHECK_CHARACTERS[total % 11] == characters[17])
    )
    return right


def right_days(texts: pl.Series, sizes: pl.Series, latest: date) -> tuple[Flags, Days]:
    """True where a text is a day like 2026-03-01, with a year that means one; the day numbers."""
    right, characters = _characters(texts, sizes, 10)
    digits, well_formed = _digits(characters, [0, 1, 2, 3, 5, 6, 8, 9])
    year = _number(digits[:4])
    found, exists = _day_numbers(year, _number(digits[4:]))
    numbers = np.zeros(len(right), np.int32)
    numbers[right] = found
    right[right] = (
        well_formed
        & (characters[[4, 7]] == ord("-")).all(axis=0)
        & exists
        & (year >= EARLIEST_YEAR)
        & (year < LONG_TERM_YEAR)
        & (found <= day_number(latest))
    )
    return right, numbers


def _characters(texts: pl.Series, sizes: pl.Series, width: int) -> tuple[Flags, Bytes]:
    """Which texts have so many bytes; the bytes of these, one row per place."""
    fitting = sizes == width
    text: str = texts.filter(fitting).str.join("").item()
    rows = np.frombuffer(text.encode(), np.uint8).reshape(-1, width)
    return fitting.to_numpy(writable=True), np.ascontiguousarray(rows.T)


def _digits(characters: Bytes, places: slice | list[int]) -> tuple[Bytes, Flags]:
    """The digits in these places, and in which texts they are digits; all are 0 in the others."""
    digits: Bytes = characters[places] - np.uint8(ord("0"))  # what is below becomes large
    well_formed: Flags = np.asarray((digits <= 9).all(axis=0))
    return digits * well_formed, well_formed


def _number(digits: Bytes) -> Numbers:
    """The numbers, of at most four digits, that stand in these places."""
    number = np.zeros(digits.shape[1], np.int16)
    for digit in digits:
        number = number * np.int16(10) + digit
    return number


def _day_numbers(year: Numbers, month_day: Numbers) -> tuple[Days, Flags]:
    """Days since 1970-01-01, and whether the day exists."""
    day_of_year = _DAY_OF_YEAR[_IS_LEAP[year], month_day]
    return _YEAR_BEGINS[year] + day_of_year, day_of_year > 0


def _days_of_years() -> npt.NDArray[np.int16]:
    """Which day of a common and of a leap year four digits are; 0 where none."""
    table = np.zeros((2, 10_000), np.int16)
    for leap, year in enumerate((2001, 2004)):
        first = date(year, 1, 1).toordinal()
        for n in range(365 + leap):
            day = date.fromordinal(first + n)
            table[leap, day.month * 100 + day.day] = n + 1
    return table


_YEARS: Final = np.arange(10_000)
_IS_LEAP: Final = ((_YEARS % 4 == 0) & (_YEARS % 100 != 0) | (_YEARS % 400 == 0)).astype(np.int8)
_DAY_OF_YEAR: Final = _days_of_years()
_YEAR_BEGINS: Final = np.array(
    [day_number(date(max(year, 1), 1, 1)) - 1 for year in range(10_000)], np.int32
)
_IS_PROVINCE: Final = np.array(
    [f"{n:02}" in id_number.PROVINCES or n // 10 == 9 for n in range(100)]
)
_CHECK_CHARACTERS: Final = np.frombuffer(id_number.CHECK_CHARACTERS.encode(), np.uint8)
