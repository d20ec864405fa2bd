"""The ratios of the work plan, with numerator and denominator."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from points_api.deliveries.merging import Merged
from points_api.deliveries.report import ALL, Ratio, Tally, earliest_on_time
from points_api.identifiers.workdays import workdays_between


@given(st.dates(date(2024, 1, 1), date(2026, 12, 31)))
def test_on_time_is_within_seven_working_days(received):
    first = earliest_on_time(received)
    assert workdays_between(first, received) <= 7
    assert workdays_between(first - timedelta(days=1), received) > 7


def test_on_time_counts_across_the_spring_festival():
    # 2026: off from 15 to 23 February, worked on the 14th and the 28th.
    assert workdays_between(date(2026, 2, 11), date(2026, 2, 26)) == 6
    assert earliest_on_time(date(2026, 2, 26)) == date(2026, 2, 10)


@pytest.mark.parametrize(
    ("ratio", "met"),
    [
        (Ratio(10, 10, ALL), True), (Ratio(9, 10, ALL), False), (Ratio(0, 0, ALL), True),
        (Ratio(1, 10_000, 100, at_most=True), True), (Ratio(1, 9_999, 100, at_most=True), False),
        (Ratio(0, 0, 100, at_most=True), True),
    ],
)  # fmt: skip
def test_a_target_is_met_exactly(ratio, met):
    assert ratio.document()["met"] is met


def refusals(*rows):
    return pl.DataFrame(
        rows, schema={"row_no": pl.UInt32, "column": pl.String, "code": pl.String}, orient="row"
    )


def decided(*days):
    return pl.DataFrame({"decided_on": pl.Series(days, dtype=pl.Date)})


def test_blocks_add_up_to_one_report():
    tally = Tally(date(2026, 6, 1))
    tally.add(
        5,
        decided(date(2026, 5, 29), date(2026, 5, 1), None),
        refusals((2, "ZJHM", "id_number.length"), (2, "XM", "required"), (3, "XM", "required")),
    )
    tally.add(3, decided(date(2026, 6, 1)), refusals((9, "LYDWDM", "credit_code.length"),
                                                      (9, "ZJHM", "id_number.length")))  # fmt: skip
    merged = Merged(accepted=3, duplicates=1, corrected=0, rejected=1, codes={"contradicts_row": 1})
    report = tally.report(merged, 2, ("备用",))
    assert {name: report[name] for name in ("total", "accepted", "duplicates", "rejected")} == {
        "total": 8, "accepted": 3, "duplicates": 1, "rejected": 4,
    }  # fmt: skip
    assert report["codes"] == {
        "contradicts_row": 1, "credit_code.length": 1, "id_number.length": 2, "required": 2,
    }  # fmt: skip
    shares = {n: (r["numerator"], r["denominator"]) for n, r in report["ratios"].items()}
    assert shares == {"qualified": (4, 8), "on_time": (2, 3), "wrong_codes": (4, 8)}
    assert report["unread_columns"] == ["备用"]
