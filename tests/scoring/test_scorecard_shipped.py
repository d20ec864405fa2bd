"""What the shipped reference scorecard promises beyond its own worked examples."""

from collections import Counter
from datetime import date

from scoring.catalog_files import shipped_catalog
from scoring.engine import score
from scoring.scorecard import Brackets, Levels, PerUnit, Steps
from scoring.scorecard_files import check_examples, in_force, shipped_scorecards

TODAY = date(2026, 6, 1)
CARD = in_force(shipped_scorecards(), TODAY)
CATALOG = shipped_catalog()


def test_every_worked_example_comes_out_as_written():
    assert check_examples(CARD, CATALOG) == []


def test_the_scale_starts_at_60_and_ends_at_100():
    assert (CARD.minimum, CARD.base, CARD.maximum) == (0, 60_000, 100_000)
    assert [band.floor for band in CARD.bands] == [0, 60_000, 80_000, 90_000]
    assert [band.name for band in CARD.bands] == ["成长中", "信用良好", "信用优秀", "信用极好"]
    assert CARD.base + sum(dimension.ceiling for dimension in CARD.dimensions) == CARD.maximum


def test_nobody_without_records_is_below_good():
    assert score([], CARD, TODAY).band.id == "good"


def test_every_way_to_price_and_every_limit_is_in_use():
    kinds = Counter(type(rule.pricing) for rule in CARD.rules)
    assert set(kinds) == {Levels, PerUnit, Steps, Brackets}
    assert {rule.one_per for rule in CARD.rules} == {"record", "act", "item", "rule"}
    assert {rule.sum_over for rule in CARD.rules} == {"all", "year"}
    assert any(rule.repeat for rule in CARD.rules)
    assert any(rule.fade for rule in CARD.rules)
    assert any(rule.year_cap for rule in CARD.rules)
    assert any(rule.total_cap for rule in CARD.rules)


def test_every_scorable_item_is_priced_and_no_neutral_one():
    items = CATALOG.in_force(CARD.effective_from)
    scorable = {code for code, item in items.items() if item.nature != "neutral"}
    assert set(CARD.rule_of) == scorable


def test_it_says_that_its_weights_are_a_reference():
    assert CARD.basis == "reference"
    assert "不是官方公布的权重" in CARD.note


def test_each_rule_and_advice_speaks_both_languages():
    for rule in CARD.rules:
        assert rule.title_en.isascii()
        assert bool(rule.advice) == bool(rule.advice_en)


def test_nobody_is_advised_to_risk_life_or_body():
    for rule in ("organ-donation", "marrow-donation", "bravery", "help"):
        assert next(r for r in CARD.rules if r.id == rule).advice == ""
