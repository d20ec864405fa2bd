"""Columns of fixed form are judged as each text alone would be."""

from datetime import date

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from points_api.deliveries import at_sight, cells
from points_api.deliveries.verdicts import NUMBERS
from points_api.identifiers import id_number
from scoring.catalog import Column
from tests.points_api.deliveries.days import TODAY

CODES = list(NUMBERS)
DIGITS = st.text("0123456789", min_size=17, max_size=17)
DATES = st.dates(date(1790, 1, 1), date(2030, 12, 31)).map(lambda d: f"{d.year:04}{d:%m%d}")
DIVISIONS = st.sampled_from(["420200", "110105", "999999", "000000", "810000", "990000", "160000"])
NUMBERS_LIKE = st.builds(
    lambda division, born, rest, last: division + born + rest + last,
    DIVISIONS | st.text("0123456789", min_size=6, max_size=6),
    DATES | st.text("0123456789", min_size=8, max_size=8),
    st.text("0123456789", min_size=3, max_size=3),
    st.sampled_from(list("0123456789Xx*")),
)
RIGHT = NUMBERS_LIKE.map(lambda number: number[:17] + id_number.check_character(number[:17]))
OLD = NUMBERS_LIKE.map(lambda number: number[:6] + number[8:17])
DRESSED = st.tuples(
    st.sampled_from(["", "'", "\t", "+", "-", "0", " "]),
    RIGHT,
    st.sampled_from(["", " ", "\t", "0"]),
).map("".join)
ODD = st.sampled_from(
    [
        None,
        "",
        "无",
        "null",
        "4.202E+17",
        "420200********1234",
        "４２０２００",
        "张三",
        "42020019900101",
    ]
)


def judged(judge, texts):
    column = pl.Series("t", texts, dtype=pl.String)
    probed = column.to_frame().select(judge.probe(pl.col("t"))).to_series()
    values, problems = judge.judge(column, probed)
    numbers = problems.to_list() if problems is not None else [0] * len(texts)
    return list(zip(values.to_list(), (CODES[n] for n in numbers), strict=True))


def expected_id(text):
    bare = (text or "").strip(" \t'")
    if bare in ("", "无", "null"):
        return None, "required"
    problem = id_number.problem_of(bare, TODAY)
    return (None, f"id_number.{problem}") if problem else (id_number.normalize(bare), "")


@given(st.lists(RIGHT | NUMBERS_LIKE | OLD | DRESSED | ODD, max_size=20))
@example(["11010519491231002X", "440524188001010014", "+42020019900101123", "420200199001011230"])
@example(["４２０２００", "42020019900101123/", "42020019900101123:", "420200199:01011230"])
def test_a_column_of_id_numbers_equals_each_number_alone(texts):
    assert judged(at_sight.id_numbers(TODAY), texts) == [expected_id(text) for text in texts]


@given(st.lists(RIGHT | DRESSED | NUMBERS_LIKE, min_size=1, max_size=20))
def test_what_is_accepted_at_sight_is_right_exactly_as_it_stands(texts):
    column = pl.Series(texts)
    accepted = at_sight.right_id_numbers(column, column.str.len_bytes(), TODAY)
    for text, right in zip(texts, accepted, strict=True):
        alone = id_number.problem_of(text, TODAY) is None and id_number.normalize(text) == text
        assert right == alone


@given(st.lists(st.lists(RIGHT | DRESSED | ODD, max_size=8), max_size=4))
def test_a_number_met_in_an_earlier_block_is_judged_as_before(blocks):
    judge = at_sight.id_numbers(TODAY)
    for texts in blocks:
        assert judged(judge, texts) == [expected_id(text) for text in texts]


PLAIN_DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31)).map(lambda d: d.isoformat())
NEAR_DAYS = st.dates(date(2026, 5, 25), date(2026, 6, 5)).map(lambda d: d.isoformat())
NO_DAYS = st.builds(
    lambda year, month, day: f"{year:04}-{month:02}-{day:02}",
    st.sampled_from([0, 1, 1899, 1900, 1904, 2000, 2023, 2024, 2098, 2099, 2100, 9999]),
    st.integers(0, 14),
    st.integers(0, 32),
)
DAY_LIKE = st.text("0123456789-/.年 :", min_size=10, max_size=10)
ODD_DAYS = st.sampled_from(
    [None, "", "无", "长期", "2026/03/01", "2026.03.01", "20260301", "2026-3-1", "2026-03-1 ",
     "２０２６-03-01", "2026年3月", "2026-03-01 00:00:00", "+026-03-01", "2026-03-0١"]
)  # fmt: skip


@pytest.mark.parametrize("may_be_future", [True, False])
@pytest.mark.parametrize("open_ended", [True, False])
@pytest.mark.parametrize("required", [True, False])
@given(st.lists(PLAIN_DAYS | NEAR_DAYS | NO_DAYS | DAY_LIKE | ODD_DAYS, max_size=20))
@example(["1900-01-01", "1899-12-31", "2026-06-01", "2026-06-02", "2098-12-31", "2099-01-01"])
@example(["2024-02-29", "2023-02-29", "1900-02-29", "2000-02-29", "2026-00-01", "2026-01-00"])
def test_a_column_of_days_equals_each_day_alone(required, open_ended, may_be_future, texts):
    column = Column("D", "日期", "date", required=required)
    read = cells.date_reader(column, TODAY, open_ended=open_ended, may_be_future=may_be_future)
    alone = [read(text or "") for text in texts]
    judge = at_sight.days(read, None if may_be_future else TODAY)
    assert [
        (None if day is None else cells.day_number(day), code) for day, code in judged(judge, texts)
    ] == alone


@given(st.lists(PLAIN_DAYS, min_size=1, max_size=20))
def test_plain_days_of_our_time_never_need_a_second_look(texts):
    column = pl.Series(texts)
    right, numbers = at_sight.right_days(column, column.str.len_bytes(), TODAY)
    days = [date.fromisoformat(text) for text in texts]
    assert right.tolist() == [date(1900, 1, 1) <= day <= TODAY for day in days]
    assert [n for n, seen in zip(numbers, right, strict=True) if seen] == [
        cells.day_number(day) for day, seen in zip(days, right, strict=True) if seen
    ]
