"""One cell: what it means, or what is wrong with it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from points_api.deliveries import cells
from scoring.catalog import Column
from tests.points_api.deliveries.days import TODAY

DAY = Column("D", "日期", "date", required=True)
FREE = Column("D", "日期", "date")


def day(text, column=DAY, *, open_ended=False, may_be_future=False):
    reader = cells.date_reader(column, TODAY, open_ended=open_ended, may_be_future=may_be_future)
    value, code = reader(text)
    return (date(1970, 1, 1) + timedelta(days=int(value)) if value is not None else None), code


@pytest.mark.parametrize(
    "text",
    ["2026-03-01", "2026/3/1", "2026.03.01", "20260301", "2026年3月1日", "２０２６－０３－０１",
     "2026-03-01 00:00:00", "2026-03-01T08:30", " \t2026-03-01　", "'2026-03-01", '="2026-03-01"'],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(text):
    assert day(text) == (date(2026, 3, 1), "")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "required"), ("null", "required"), ("无", "required"), ("——", "required"),
        ("2026-02-30", "date_not_real"), ("2026-13-01", "date_not_real"),
        ("去年三月", "date_unreadable"), ("26-03-01", "date_unreadable"),
        ("01/03/2026", "date_unreadable"), ("45717", "date_unreadable"),
        ("2026-03/01", "date_unreadable"), ("2026-06-02", "date_in_future"),
        ("9999-12-31", "date_in_future"), ("1899-12-31", "date_too_early"),
    ],
)  # fmt: skip
def test_what_is_no_day_of_the_past_is_told_apart(text, code):
    assert day(text) == (None, code)


@pytest.mark.parametrize("text", ["2099-12-31", "9999-12-31", "9999/99/99", "长期", "永久有效", ""])
def test_a_long_term_has_no_end(text):
    assert day(text, FREE, open_ended=True) == (None, "")


def test_an_end_may_lie_ahead_where_it_may():
    assert day("2027-01-01", may_be_future=True) == (date(2027, 1, 1), "")


HOURS = Column("N", "时长", "decimal", required=True, maximum=1000)
FINE = Column("F", "罚款金额(万元)", "wan_yuan")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("12", (1200, "")), ("12.5", (1250, "")), ("１２．５", (1250, "")),
        ("1,000", (100_000, "")),
        ("12.50小时", (1250, "")), ("0.01", (1, "")), ("+3", (300, "")), ("", (None, "required")),
        ("0.005", (None, "number_too_fine")), ("-3", (None, "number_out_of_range")),
        ("1000.01", (None, "number_out_of_range")), ("若干", (None, "number_unreadable")),
        ("1e3", (None, "number_unreadable")), ("1,00", (None, "number_unreadable")),
        ("12元", (None, "number_unreadable")), ("9" * 20, (None, "number_unreadable")),
        ("NaN", (None, "required")), ("∞", (None, "number_unreadable")),
    ],
)  # fmt: skip
def test_a_number_becomes_whole_smallest_units_or_nothing(text, cell):
    assert cells.number_reader(HOURS, 100, ["小时"])(text) == cell


@given(st.integers(0, 999_999_999))
def test_a_number_of_hundredths_is_never_off_by_one(hundredths):
    text = f"{hundredths // 100}.{hundredths % 100:02}"
    free = Column("N", "数", "decimal")
    assert cells.number_reader(free, 100, [])(text) == (hundredths, "")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("0.05", (50_000, "")), ("1000", (1_000_000_000, "")), ("0.05万元", (50_000, "")),
        ("1000.01", (None, "looks_like_yuan")), ("50000", (None, "looks_like_yuan")),
        ("500元", (None, "looks_like_yuan")), ("", (None, "")),
    ],
)  # fmt: skip
def test_a_fine_in_ten_thousands_that_can_only_be_yuan_is_refused(text, cell):
    assert cells.number_reader(FINE, 10_000 * 100, ["万元"])(text) == cell


KIND = Column("E", "类别", "enum", required=True, values=("甲类", "A类", "无"))


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("甲类", ("甲类", "")), (" 甲 类 ", ("甲类", "")), ("ａ类", ("A类", "")),
        ("无", ("无", "")),
        ("乙类", (None, "not_in_list")), ("null", (None, "required")), ("-", (None, "required")),
    ],
)  # fmt: skip
def test_a_listed_value_is_found_in_any_dress(text, cell):
    assert cells.list_reader(KIND)(text) == cell


CODE = Column("C", "代码", "credit_code", required=True)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("91350100M000100Y43", ("91350100M000100Y43", "")),
        (" 91350100m000100y43", ("91350100M000100Y43", "")),
        ("91350100M000100Y4Z", (None, "credit_code.characters")),
        ("91350100M000100Y44", (None, "credit_code.check_character")),
        ("91350100M000100Y4", (None, "credit_code.length")),
        ("", (None, "required")),
    ],
)
def test_a_unified_code_is_verified(text, cell):
    assert cells.credit_code_reader(CODE)(text) == cell
