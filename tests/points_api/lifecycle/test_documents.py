"""A document from outside is refused or told its faults, whatever is in it."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from points_api.lifecycle.documents import check, keepable
from points_api.lifecycle.problems import DocumentRefused
from tests.points_api.scenarios.registry import document, live, shipped

DAY = date(2026, 6, 1)
LIVE = live()
KEYS = sorted({key for one in shipped().documents.values() for key in one})
VALUES = ["1e400", "9999-12-31", "0001-01-01", 10**30, -1, "NaN", "4202"]
NAMES = st.sampled_from(["type", "at_least", "in", "per", "items", "x"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(VALUES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(KEYS), ANYTHING, min_size=1, max_size=3))
def test_whatever_a_key_holds_the_check_answers(changes):
    said = document(**changes)
    try:
        keepable(said)
    except DocumentRefused:
        return
    found = check(json.loads(json.dumps(said)), LIVE, DAY)
    assert found.scenario is not None or found.faults


@pytest.mark.parametrize("name", sorted(shipped().documents)[::20])
def test_what_is_shipped_has_no_faults(name):
    assert check(document(name), LIVE, DAY).faults == ()


@pytest.mark.parametrize(
    "bad", [{"id": "a", "x": float("nan")}, {"id": "a", "x": "\ud800"}, {"id": 1}, {"id": "a" * 65}]
)
def test_what_no_database_keeps_is_refused(bad):
    with pytest.raises(DocumentRefused):
        keepable(bad)


def test_a_document_nested_without_end_is_refused():
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    with pytest.raises(DocumentRefused):
        keepable({"id": "a", "x": nested})
