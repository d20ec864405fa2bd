"""Whole columns of texts are judged as each text alone would be."""

from datetime import date

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from points_api.deliveries.texts import IdNumbers, Names, Texts, accepts_id_numbers
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
def test_a_column_of_id_numbers_equals_each_number_alone(texts):
    assert judged(IdNumbers(TODAY), texts) == [expected_id(text) for text in texts]


@given(st.lists(RIGHT | DRESSED | NUMBERS_LIKE, min_size=1, max_size=20))
def test_what_is_accepted_at_sight_is_right_exactly_as_it_stands(texts):
    column = pl.Series(texts)
    for text, accepted in zip(
        texts, accepts_id_numbers(column, column.str.len_bytes(), TODAY), strict=True
    ):
        right = id_number.problem_of(text, TODAY) is None and id_number.normalize(text) == text
        assert accepted == right


TEXT = Column("T", "事实", "text", required=True, max_length=4)
NAME = Column("N", "姓名", "name", required=True, role="name")


def test_running_text_is_required_and_bounded_by_characters():
    assert judged(Texts(TEXT), ["一二三四", "一二三四五", None, "", "null", "—", "无", "　"]) == [
        ("一二三四", ""), ("一二三四五", "too_long"), (None, "required"), (None, "required"),
        (None, "required"), (None, "required"), ("无", ""), (None, "required"),
    ]  # fmt: skip


def test_a_name_is_never_nothing_and_never_masked():
    assert judged(Names(NAME), ["张三", "无", "张*", "张＊三", None, "买买提·吐尔逊"]) == [
        ("张三", ""), (None, "required"), ("张*", "masked_name"), ("张＊三", "masked_name"),
        (None, "required"), ("买买提·吐尔逊", ""),
    ]  # fmt: skip
