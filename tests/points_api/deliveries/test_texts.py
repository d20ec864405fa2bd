"""Whole columns of texts are judged as each text alone would be."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from points_api.deliveries.cells import ABSENT
from points_api.deliveries.texts import Names, Texts
from points_api.deliveries.verdicts import NUMBERS
from scoring.catalog import Column

CODES = list(NUMBERS)


def judged(judge, texts):
    column = pl.Series("t", texts, dtype=pl.String)
    probed = column.to_frame().select(judge.probe(pl.col("t"))).to_series()
    values, problems = judge.judge(column, probed)
    numbers = problems.to_list() if problems is not None else [0] * len(texts)
    return list(zip(values.to_list(), (CODES[n] for n in numbers), strict=True))


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


@given(st.lists(st.sampled_from([*ABSENT, None, "张三", "张*", "一二三四五", "　"]), max_size=12))
def test_a_column_of_texts_equals_each_text_alone(texts):
    for judge in (Texts(TEXT), Names(NAME)):
        alone = [one for text in texts for one in judged(judge, [text])]
        assert judged(judge, texts) == alone
