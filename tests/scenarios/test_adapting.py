"""Scenarios of one city as another's: nobody who was refused here is let in there."""

import doctest
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import adapting
from scenarios.adapting import Home, adapted, same

ANCHORS = [(0, 0), (60_000, 1_000_000), (80_000, 1_050_000), (90_000, 1_150_000),
           (100_000, 1_400_000)]  # fmt: skip
HOME = Home(
    id="weihai", division="371000", words=[("黄石", "威海")], bands={"good": "a"},
    anchors=ANCHORS, legal_basis="协议", note="参考",
)  # fmt: skip
SCENARIO: dict[str, Any] = {
    "id": "huangshi-bus", "title": "黄石公交", "division": "420200", "basis": "published",
    "provider": {"name": "黄石公交", "basis": "published"}, "at": {"latitude": 30.2},
    "agreement": {"legal_basis": "黄信用", "basis": "published"},
    "conditions": [{"type": "score", "band": "good"}, {"type": "nothing_overdue"}],
    "example": [{"name": "居民", "score": Decimal("60.0"), "eligible": True}],
}  # fmt: skip


def test_names_places_bands_and_scores_are_the_other_citys():
    made = adapted(SCENARIO, HOME, "huangshi-")
    assert (made["id"], made["title"], made["division"]) == ("weihai-bus", "威海公交", "371000")
    assert made["conditions"][0] == {"type": "score", "band": "a"}
    assert made["example"][0]["score"] == Decimal(1000)
    assert "at" not in made


def test_nothing_is_said_to_be_published_by_the_other_city():
    made = adapted(SCENARIO, HOME, "huangshi-")
    assert {made["basis"], made["provider"]["basis"], made["agreement"]["basis"]} == {"reference"}
    assert (made["note"], made["agreement"]["legal_basis"]) == ("参考", "协议")


def test_the_scenario_here_stays_as_it_is():
    adapted(SCENARIO, HOME, "huangshi-")
    assert SCENARIO["title"] == "黄石公交"
    assert "division" not in SCENARIO["example"][0]


def test_a_band_without_match_is_a_fault():
    with pytest.raises(KeyError):
        adapted(SCENARIO, replace(HOME, bands={}), "huangshi-")


@given(st.integers(0, 1000))
def test_who_stands_below_a_band_here_stands_below_it_there(tenths):
    there = same(Decimal(tenths) / 10, ANCHORS)
    assert there % 100 == 0
    for here, floor in ANCHORS:
        assert (there >= floor) == (tenths * 100 >= here)


def test_the_examples_in_the_docstrings_are_true():
    assert doctest.testmod(adapting).failed == 0
