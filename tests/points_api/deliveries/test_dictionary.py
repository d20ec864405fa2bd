"""A column read by its distinct texts gives what reading each cell gives."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from points_api.deliveries.dictionary import Dictionary
from points_api.deliveries.verdicts import NUMBERS

CODE = next(code for code in NUMBERS if NUMBERS[code])


def judged(dictionary, cells):
    column = pl.Series("t", cells, dtype=pl.String)
    probed = column.to_frame().select(dictionary.probe(pl.col("t"))).to_series()
    return dictionary.judge(column, probed)


def read(text):
    return (None, CODE) if text.startswith("!") else (text.upper() or None, "")


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", "!", None]), max_size=12), max_size=4))
def test_every_block_is_read_cell_by_cell(blocks):
    dictionary = Dictionary(read, pl.String())
    for cells in blocks:
        values, problems = judged(dictionary, cells)
        expected = [read(cell or "") for cell in cells]
        assert values.to_list() == [value for value, _ in expected]
        numbers = problems.to_list() if problems is not None else [0] * len(cells)
        assert numbers == [NUMBERS[code] if code else 0 for _, code in expected]


@pytest.mark.parametrize("cells", [["a", None], [None, "a"], ["a", "a"], [None, None], ["!", None]])
def test_an_empty_cell_never_takes_over_its_neighbor_s_value(cells):
    values, _ = judged(Dictionary(read, pl.String()), cells)
    assert [value is None for value in values] == [cell in (None, "!") for cell in cells]
