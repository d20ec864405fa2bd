from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from points_api.identifiers.workdays import (
    CalendarError,
    WorkingCalendar,
    add_workdays,
    is_provisional,
    is_workday,
    load,
    workdays_between,
)
from tests.points_api.published import vectors

DAYS = st.dates(date(2017, 1, 1), date(2030, 12, 31))


def test_every_day_that_the_published_notices_move_is_where_they_move_it():
    rows = vectors("cn_workdays_2023_2026.csv")
    assert len(rows) > 100
    for row in rows:
        assert is_workday(date.fromisoformat(row["date"])) == (row["is_workday"] == "1"), row


def test_every_other_day_of_the_published_years_is_as_its_weekday():
    moved = {row["date"] for row in vectors("cn_workdays_2023_2026.csv")}
    for number in range((date(2026, 12, 31) - date(2023, 1, 1)).days + 1):
        day = date(2023, 1, 1) + timedelta(days=number)
        if day.isoformat() not in moved:
            assert is_workday(day) == (day.weekday() < 5), day


@pytest.mark.parametrize(
    ("day", "count", "due"),
    [
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # the whole National Day week is off
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # and its Saturday is worked
        (date(2026, 10, 10), 1, date(2026, 10, 12)),
        (date(2026, 2, 13), 2, date(2026, 2, 24)),  # a worked Saturday before Spring Festival
        (date(2026, 10, 3), 7, date(2026, 10, 15)),  # triggered on a day off
        (date(2026, 11, 24), 0, date(2026, 11, 24)),
        (date(2026, 10, 3), 0, date(2026, 10, 3)),
    ],
)
def test_a_limit_runs_from_the_day_after_it_was_triggered(day, count, due):
    assert add_workdays(day, count) == due


@given(DAYS, st.integers(1, 400))
def test_a_limit_ends_on_a_workday_and_is_as_long_as_it_says(day, count):
    due = add_workdays(day, count)
    assert is_workday(due)
    assert workdays_between(day, due) == count


@given(DAYS, st.integers(0, 200), st.integers(0, 200))
def test_two_limits_in_a_row_are_one_limit(day, one, other):
    assert add_workdays(add_workdays(day, one), other) == add_workdays(day, one + other)


@given(DAYS, DAYS)
def test_counting_is_what_counting_on_fingers_gives(first, last):
    first, last = min(first, last), min(max(first, last), min(first, last) + timedelta(days=800))
    days = [first + timedelta(days=number + 1) for number in range((last - first).days)]
    assert workdays_between(first, last) == sum(map(is_workday, days))
    assert workdays_between(last, first) == -workdays_between(first, last)


@pytest.mark.parametrize(
    ("first", "last", "provisional"),
    [
        (date(2026, 1, 1), date(2026, 12, 24), False),
        (date(2026, 12, 24), date(2026, 12, 25), True),  # New Year's notice may reach back
        (date(2025, 12, 25), date(2026, 1, 4), False),
        (date(2026, 12, 1), date(2027, 1, 5), True),
        (date(2031, 3, 1), None, True),
        (date(2017, 12, 1), None, True),
    ],
)
def test_days_without_a_published_notice_are_provisional(first, last, provisional):
    assert is_provisional(first, last) is provisional


def test_without_a_notice_plain_weekdays_are_counted():
    bare = WorkingCalendar({})
    assert bare.add_workdays(date(2026, 9, 30), 1) == date(2026, 10, 1)
    assert bare.add_workdays(date(2026, 10, 2), 1) == date(2026, 10, 5)


def test_a_limit_does_not_run_backwards():
    with pytest.raises(ValueError, match="forward"):
        add_workdays(date(2026, 1, 1), -1)


@pytest.mark.parametrize(
    ("off", "work", "told"),
    [
        ('["2026-12-31/2027-01-01"]', "[]", "2027-01-01"),
        ("[]", "[2027-01-02]", "2027-01-02"),
        ("[]", "[2026-10-08]", "2026-10-08"),
        ('["2026-10-10/2026-10-10"]', "[2026-10-10]", "2026-10-10"),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused_by_day(tmp_path, off, work, told):
    path = tmp_path / "workdays.toml"
    path.write_text(f"[[year]]\nyear = 2026\noff = {off}\nwork = {work}\n", encoding="utf-8")
    with pytest.raises(CalendarError, match=told):
        load(path)


def test_a_year_entered_twice_is_refused(tmp_path):
    path = tmp_path / "workdays.toml"
    path.write_text("[[year]]\nyear = 2026\noff = []\nwork = []\n" * 2, encoding="utf-8")
    with pytest.raises(CalendarError, match="2026"):
        load(path)
