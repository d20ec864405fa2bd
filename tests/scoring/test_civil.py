"""The compiled calendar is the calendar of the standard library."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from scoring.columns import date_of, day_of
from scoring.kernel.civil import EARLIEST, LATEST, term_end, year_of
from scoring.validity import retention_end

any_day = st.integers(EARLIEST + 1, LATEST - 1)
# Where months end and years leap, mistakes are made.
late_days = st.builds(
    lambda year, month, day: day_of(date(year, month, day)),
    st.integers(2, 9909), st.sampled_from([1, 2, 3, 12]), st.integers(26, 28),
).flatmap(lambda day: st.integers(day, day + 5))  # fmt: skip


@given(any_day | late_days)
def test_the_year_of_any_day_is_the_year_of_its_date(day):
    assert year_of(day) == date_of(day).year


@given(any_day | late_days, st.integers(0, 1000))
def test_a_term_from_any_day_ends_when_the_definition_says(day, months):
    assert term_end(day, months) == day_of(retention_end(date_of(day), months))


def test_every_day_of_four_centuries_has_its_year():
    first, last = day_of(date(1899, 12, 30)), day_of(date(2300, 1, 2))
    assert all(year_of(day) == date_of(day).year for day in range(first, last))
