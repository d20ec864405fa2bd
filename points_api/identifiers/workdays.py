"""The Chinese working calendar: statutory limits count working days, and weekends move.

Each year's days off and make-up workdays come from the State Council's notice, as data in
`workdays.toml`. For a year without a notice plain weekdays are counted and the result is
provisional: say so wherever it is shown.
"""

import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

SHIPPED: Final = Path(__file__).with_name("workdays.toml")
_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)


class CalendarError(ValueError):
    """The calendar file contradicts itself; names the year and the day."""


@dataclass(frozen=True, slots=True)
class Year:
    """What one year's notice changes: weekdays that are free, weekend days that are worked."""

    off: frozenset[date]
    work: frozenset[date]


class WorkingCalendar:
    """Counts working days over the published years; over others, weekdays."""

    def __init__(self, years: dict[int, Year]) -> None:
        self._years = years
        self._cached: dict[int, list[int]] = {}

    def is_workday(self, day: date) -> bool:
        year = self._years.get(day.year)
        if year is not None and day in year.off:
            return False
        return day.weekday() < _SATURDAY or (year is not None and day in year.work)

    def is_provisional(self, first: date, last: date | None = None) -> bool:
        """Tell whether a notice still to come may change a day of the span.

        New Year's notice can move the last days of December too (it did for 2018 and 2022).
        """
        last = last or first
        needed = range(first.year, last.year + (2 if (last.month, last.day) >= (12, 25) else 1))
        return any(year not in self._years for year in needed)

    def add_workdays(self, day: date, count: int) -> date:
        """Return the count-th working day after `day`, which is itself not counted.

        So a limit begins the day after it was triggered (Civil Code art. 201). 0 gives `day`.
        """
        if count < 0:
            raise ValueError("count: a limit runs forward; give 0 or more")
        year, left = day.year, count
        while left:
            days = self._workdays_of(year)
            start = bisect_right(days, day.toordinal())
            if left <= len(days) - start:
                return date.fromordinal(days[start + left - 1])
            left -= len(days) - start
            year += 1
        return day

    def workdays_between(self, first: date, last: date) -> int:
        """Count the working days after `first` up to and including `last`; negative if reversed.

        `workdays_between(day, add_workdays(day, n)) == n`.
        """
        if last < first:
            return -self.workdays_between(last, first)
        after, until = first.toordinal() + 1, last.toordinal()
        return sum(
            bisect_right(days, until) - bisect_left(days, after)
            for days in map(self._workdays_of, range(first.year, last.year + 1))
        )

    def _workdays_of(self, year: int) -> list[int]:
        if (days := self._cached.get(year)) is None:
            span = _days(date(year, 1, 1), date(year, 12, 31))
            days = self._cached[year] = [day.toordinal() for day in span if self.is_workday(day)]
        return days


def load(path: Path = SHIPPED) -> WorkingCalendar:
    """Read and check a calendar file."""
    with path.open("rb") as file:
        tables = tomllib.load(file)["year"]
    years = [table["year"] for table in tables]
    if twice := {year for year in years if years.count(year) > 1}:
        raise CalendarError(f"workdays: {min(twice)} is entered twice; keep one table")
    return WorkingCalendar({table["year"]: _year(table) for table in tables})


@cache
def shipped() -> WorkingCalendar:
    """Return the calendar that comes with the program."""
    return load()


def is_workday(day: date) -> bool:
    """Tell whether the day is worked, by the shipped calendar."""
    return shipped().is_workday(day)


def is_provisional(first: date, last: date | None = None) -> bool:
    """Tell whether a notice still to come may change a day of the span."""
    return shipped().is_provisional(first, last)


def add_workdays(day: date, count: int) -> date:
    """Return the count-th working day after `day`, by the shipped calendar."""
    return shipped().add_workdays(day, count)


def workdays_between(first: date, last: date) -> int:
    """Count the working days after `first` up to and including `last`."""
    return shipped().workdays_between(first, last)


def _year(table: dict[str, Any]) -> Year:
    number = table["year"]
    spans = [tuple(map(date.fromisoformat, span.split("/"))) for span in table["off"]]
    off = [day for first, last in spans for day in _days(first, last)]
    work = table["work"]
    for day in (*off, *work):
        if day.year != number:
            raise CalendarError(f"workdays of {number}: {day} belongs to another year")
    for day in work:
        if day.weekday() < _SATURDAY or day in off:
            raise CalendarError(f"workdays of {number}: {day} is no weekend day, or is off as well")
    return Year(frozenset(off), frozenset(work))


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _DAY
