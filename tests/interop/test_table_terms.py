"""Which table decides on a day, and which may not be signed or taken in."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.refusals import (
    DatesOutOfOrder,
    Expired,
    FromTheFuture,
    Malformed,
    ScaleMismatch,
    TermsOverlap,
)
from interop.table_terms import DUAL_RUN_DAYS, check_beside, check_days, check_scales, running
from tests.interop.test_tables import DAY, FUZHOU, HUANGSHI, YEAR, made, scored, signed

BANDS = made().table
LAST = DAY + YEAR


def term(first, last):
    return DAY + timedelta(days=first), DAY + timedelta(days=last)


def dated(table, since, until):
    return replace(table, header=replace(table.header, since=since, until=until))


def test_the_old_table_decides_to_its_last_day_and_the_new_one_runs_beside_it():
    old = signed(dated(BANDS, DAY, LAST))
    new = signed(dated(made(version="2").table, LAST - timedelta(days=30), LAST + YEAR))
    for on, deciding, beside in (
        (DAY, old, None),
        (LAST - timedelta(days=31), old, None),
        (LAST - timedelta(days=30), old, new),
        (LAST, old, new),
        (LAST + timedelta(days=1), new, None),
    ):
        assert running([new, old], on) == (deciding, beside)
    assert running([new, old], LAST + YEAR + timedelta(days=1)) is None


def test_a_table_that_one_city_has_signed_does_not_run():
    assert running([BANDS], DAY) is None


@pytest.mark.parametrize(
    "others",
    [
        [],
        [(-400, -1)],
        [(366, 700)],
        [(-300, DUAL_RUN_DAYS - 1)],
        [(365 - DUAL_RUN_DAYS + 1, 700)],
        [(-300, 10), (300, 700)],
    ],
)
def test_tables_follow_one_another_or_run_in_twos(others):
    check_beside(term(0, 365), [term(*one) for one in others])


@pytest.mark.parametrize(
    "others",
    [
        [(0, 365)],
        [(0, 30)],
        [(-10, 400)],
        [(10, 20)],
        [(-300, DUAL_RUN_DAYS)],
        [(-300, 30), (-200, 20)],
        [(-300, 40), (30, 700)],
    ],
)
def test_an_overlap_that_is_no_dual_run_is_refused(others):
    with pytest.raises(TermsOverlap):
        check_beside(term(0, 365), [term(*one) for one in others])


_terms = st.tuples(st.integers(0, 800), st.integers(0, 400)).map(
    lambda pair: term(pair[0], pair[0] + pair[1])
)


@given(st.lists(_terms, max_size=6))
def test_whatever_was_taken_in_never_do_three_run_and_some_order_decides(offered):
    taken: list[tuple[date, date]] = []
    for one in offered:
        try:
            check_beside(one, taken)
        except TermsOverlap:
            continue
        taken.append(one)
    for day in range(0, 1300, 3):
        on = DAY + timedelta(days=day)
        there = sorted(one for one in taken if one[0] <= on <= one[1])
        assert len(there) <= 2
        if len(there) == 2:  # the one that decides ends first, and began first
            assert there[0][0] < there[1][0]
            assert there[0][1] < there[1][1]


@pytest.mark.parametrize(
    ("changed", "on", "refusal"),
    [
        ({"made_on": DAY + timedelta(days=1)}, DAY, DatesOutOfOrder),
        ({"since": LAST + timedelta(days=1)}, DAY, DatesOutOfOrder),
        ({}, LAST + timedelta(days=1), Expired),
    ],
)
def test_days_have_to_follow_one_another(changed, on, refusal):
    with pytest.raises(refusal):
        check_days(replace(BANDS, header=replace(BANDS.header, **changed)), on)


def test_a_signature_of_a_day_to_come_or_before_the_table_is_refused():
    check_days(signed(BANDS), DAY)
    with pytest.raises(FromTheFuture):
        check_days(signed(BANDS, DAY + timedelta(days=1)), DAY)
    with pytest.raises(DatesOutOfOrder):
        check_days(signed(BANDS, DAY - timedelta(days=1)), DAY)


def test_rows_have_to_be_those_of_both_cities():
    check_scales(BANDS, FUZHOU, HUANGSHI)
    check_scales(scored(), FUZHOU, HUANGSHI)
    shorter = replace(BANDS, rows=BANDS.rows[:-1])
    foreign = replace(BANDS, rows=(*BANDS.rows[:-1], BANDS.rows[-1]._replace(band="platinum")))
    outside = scored()
    top = outside.rows[-1]._replace(value=100_100)
    for bad in (shorter, foreign, replace(outside, rows=(*outside.rows[:-1], top))):
        with pytest.raises(ScaleMismatch):
            check_scales(bad, FUZHOU, HUANGSHI)


@pytest.mark.parametrize("changed", [{"version": "二"}, {"method": "magic"}, {"use": "all"}])
def test_what_names_a_table_is_of_a_closed_set(changed):
    with pytest.raises(Malformed):
        check_scales(replace(BANDS, header=replace(BANDS.header, **changed)), FUZHOU, HUANGSHI)
