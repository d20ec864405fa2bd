"""Years and terms of months on days counted since 1970-01-01 (proleptic Gregorian calendar)."""

from scoring.kernel.compiled import compiled

EARLIEST, LATEST = -719_000, 2_900_000  # the years 1 to 9909
YEARS = 10_000


@compiled
def year_of(day: int) -> int:
    """The calendar year of a day."""
    return _civil(day)[0]


@compiled
def term_end(ended: int, months: int) -> int:
    """First day after a term of months; see `validity.retention_end`."""
    year, month, day = _civil(ended)
    months += year * 12 + month - 1
    year, month = months // 12, months % 12 + 1
    return _day(year, month, min(day, _length(year, month))) + 1


@compiled
def _civil(day: int) -> tuple[int, int, int]:
    """Year, month, day: years counted from March, so that the leap day ends one."""
    shifted = day + 719_468
    era = shifted // 146_097
    of_era = shifted - era * 146_097
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    day_of_month = of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    return year + era * 400 + (1 if month <= 2 else 0), month, day_of_month


@compiled
def _day(year: int, month: int, day: int) -> int:
    year = year - 1 if month <= 2 else year
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


@compiled
def _length(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 + (month + month // 8) % 2
