"""The same rules on another scale: proportions stay, nothing is rounded, examples bind again."""

import doctest
import tomllib
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from scoring import rescaling
from scoring.catalog_files import shipped_catalog
from scoring.engine import score
from scoring.records import Record
from scoring.scorecard import Band
from scoring.scorecard_files import (
    SHIPPED,
    ScorecardError,
    read_scorecard,
    records_in,
    shipped_scorecards,
)

PARSED = tomllib.loads((SHIPPED / "huangshi-2026.1.toml").read_text("utf-8"), parse_float=Decimal)
CARD = shipped_scorecards()[0]
DAY = date(2026, 6, 1)
BANDS = (Band("low", "低", "Low", 0), Band("high", "高", "High", 700_000))
SCALE = rescaling.Scale("other", "other-1", "倍数", 0, 1_000_000, 600_000, BANDS)


def other(factor=Fraction(10), scale=SCALE):
    document = rescaling.rescaled(PARSED, factor, scale, shipped_catalog())
    return read_scorecard("other.toml", document, shipped_catalog())


@pytest.mark.parametrize("example", CARD.examples, ids=lambda one: one.name)
def test_ten_times_the_points_give_ten_times_the_way_from_the_base(example):
    records: list[Record] = records_in(example, shipped_catalog())
    here, there = score(records, CARD, example.on), score(records, other(), example.on)
    # A tenth is rounded away at most by each rule, and here it weighs ten times as much.
    assert abs((there.value - 600_000) - 10 * (here.value - 60_000)) < 10 * 100


def test_the_examples_of_the_new_card_are_its_own():
    card = other(Fraction(17, 10))
    assert len(card.examples) == len(CARD.examples)
    assert {one.points for one in card.examples} != {one.points for one in CARD.examples}
    assert not any("减 1 分" in one.name for one in card.examples)
    assert (card.basis, card.city, card.version) == ("assumption", "other", "other-1")


def test_the_factor_is_the_least_that_keeps_all_points_exact():
    assert rescaling.factor_from(Fraction(5, 3), PARSED) == Fraction(17, 10)
    assert rescaling.factor_from(Fraction(5), PARSED) == 5


def test_a_factor_that_would_round_is_refused():
    with pytest.raises(ValueError, match="finer than a thousandth"):
        other(Fraction(1, 3))


def test_a_scale_that_does_not_hold_its_base_is_refused():
    with pytest.raises(ScorecardError, match="base"):
        other(scale=rescaling.Scale("other", "other-1", "倍数", 0, 1_000_000, -1000, BANDS))


def test_the_examples_in_the_docstrings_are_true():
    assert doctest.testmod(rescaling).failed == 0
