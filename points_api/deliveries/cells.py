"""How one cell reads: text to value, or the code of what is wrong with it.

These functions see each distinct text of a column once (`dictionary.py`), so they may be as
careful as they like. A value is the day number of a date, the smallest units of a number, the
canonical text of a listed value or a code. Nothing is guessed: what could mean two things is
refused.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Final

from points_api.identifiers import credit_code
from scoring.catalog import Column, plain

Cell = tuple[int | str | None, str]
"""The value, and the code of a refusal or ''."""
Reader = Callable[[str], Cell]

BLANKS: Final = " \t\r\n\u3000\u00a0\u200b\ufeff"
NULLS: Final = frozenset(
    ["", "null", "NULL", "Null", "(null)", "None", "none", "NaN", "nan", "N/A", "n/a", "#N/A",
     "-", "--", "—", "——", "－", "/", "\\", "\\N"]
)  # fmt: skip
"""What exports write for an empty cell of any kind."""
ABSENT: Final = NULLS | {"无", "無", "暂无", "空"}
"""Also empty where a name, number, day or code is expected; in running text 无 is an answer."""

EARLIEST_YEAR: Final = 1900
LONG_TERM_YEAR: Final = 2099
"""From this year on a day means that no end is set: 2099-12-31, 9999-12-31."""
FINE_BOUND_WAN: Final = 1000
"""Ten million yuan. No administrative fine on a natural person comes near; a larger figure was
written in yuan. A column's own maximum goes before."""

_DATE: Final = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|"
    r"年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))(?:[ T]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_LONG_TERM: Final = frozenset(["长期", "长期有效", "永久", "永久有效", "无固定期限"])
_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,12})?")
_EPOCH: Final = date(1970, 1, 1).toordinal()


def bare(text: str) -> str:
    """The cell without what spreadsheets and people put around it: blanks, ' and ="…"."""
    text = text.strip(BLANKS)
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1].strip(BLANKS)
    return text.removeprefix("'").strip(BLANKS)


def half_width(text: str) -> str:
    """Full-width digits, letters and punctuation as the plain ones."""
    return unicodedata.normalize("NFKC", text)


def day_number(day: date) -> int:
    """Days since 1970-01-01, as date columns hold them."""
    return day.toordinal() - _EPOCH


def date_reader(column: Column, today: date, *, open_ended: bool, may_be_future: bool) -> Reader:
    """Read days; 长期 and years from 2099 on mean none, where an end may stay open."""

    def read(text: str) -> Cell:
        text = half_width(bare(text))
        if text in ABSENT:
            return _empty(column)
        if open_ended and text in _LONG_TERM:
            return None, ""
        match = _DATE.fullmatch(text)
        if match is None:
            return None, "date_unreadable"
        year, month, day = (int(part) for part in match.groups() if part is not None)
        if open_ended and year >= LONG_TERM_YEAR:
            return None, ""
        return _day(year, month, day, None if may_be_future else today)

    return read


def _day(year: int, month: int, day: int, latest: date | None) -> Cell:
    try:
        found = date(year, month, day)
    except ValueError:
        return None, "date_not_real"
    if year < EARLIEST_YEAR:
        return None, "date_too_early"
    if latest is not None and found > latest:
        return None, "date_in_future"
    return day_number(found), ""


def _empty(column: Column) -> Cell:
    return None, "required" if column.required else ""


def number_reader(column: Column, scale: int, units: Iterable[str]) -> Reader:
    """Read a number of units into smallest units, exactly. `units` may stand behind the number."""
    known_units = tuple(unit for unit in units if unit)
    maximum = column.maximum
    too_much = "number_out_of_range"
    if column.type == "wan_yuan":
        maximum = maximum or FINE_BOUND_WAN
        too_much = "looks_like_yuan"

    def read(text: str) -> Cell:
        text = half_width(bare(text)).replace(" ", "")
        if text in ABSENT:
            return _empty(column)
        for unit in known_units:
            text = text.removesuffix(unit)
        if text.endswith("元"):
            return None, "looks_like_yuan" if column.type == "wan_yuan" else "number_unreadable"
        if not _NUMBER.fullmatch(text):
            return None, "number_unreadable"
        number = Decimal(text.replace(",", ""))
        if maximum is not None and number > maximum:
            return None, too_much
        return _smallest(number, scale)

    return read


def _smallest(number: Decimal, scale: int) -> Cell:
    if number < 0:
        return None, "number_out_of_range"
    smallest = number * scale
    if smallest != smallest.to_integral_value():
        return None, "number_too_fine"
    return int(smallest), ""


def list_reader(column: Column) -> Reader:
    """Read one of the listed values, whatever its width and case."""
    canonical = {plain(value): value for value in column.values}
    nulls = {null for null in ABSENT if plain(null) not in canonical}

    def read(text: str) -> Cell:
        text = bare(text)
        if text in nulls:
            return _empty(column)
        value = canonical.get(plain(text))
        return (value, "") if value is not None else (None, "not_in_list")

    return read


def credit_code_reader(column: Column) -> Reader:
    """Read a unified code (GB 32100)."""

    def read(text: str) -> Cell:
        text = bare(text)
        if text in ABSENT:
            return _empty(column)
        problem = credit_code.problem_of(text)
        if problem is not None:
            return None, f"credit_code.{problem}"
        return credit_code.normalize(text), ""

    return read
