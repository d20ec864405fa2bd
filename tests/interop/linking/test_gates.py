"""When a table may be published, when only bands, and when only yes or no."""

from dataclasses import replace

import numpy as np
import pytest

from interop.linking import equipercentile
from interop.linking.frequencies import Frequencies
from interop.linking.gates import GROUPINGS, Evidence, failures, psi, remsd, use
from tests.interop.linking.samples import MATH_X, MATH_Y, city

SOUND = Evidence(
    published=True, people=3000, error=0.5, band=10, correlation=0.866,
    differences=dict.fromkeys(GROUPINGS, 0.5), drift=0.25, age_days=366,
)  # fmt: skip


def test_a_table_whose_every_limit_is_just_met_may_be_published():
    assert failures(SOUND) == []
    assert use([]) == "table"


@pytest.mark.parametrize(
    ("changed", "gate", "left"),
    [
        ({"published": False}, "basis", "bands"),
        ({"people": 2999}, "people", "bands"),
        ({"error": 0.51}, "error", "bands"),
        ({"error": 5.01}, "error", "yes_no"),
        ({"correlation": 0.865}, "correlation", "bands"),
        ({"correlation": None}, "correlation", "bands"),
        ({"differences": {**SOUND.differences, "sex": 0.51}}, "invariance", "bands"),
        ({"differences": {**SOUND.differences, "district": 5.01}}, "invariance", "yes_no"),
        ({"differences": {}}, "invariance", "bands"),
        ({"drift": 0.26}, "drift", "yes_no"),
        ({"drift": None}, "drift", "yes_no"),
        ({"age_days": 367}, "age", "yes_no"),
    ],
)
def test_each_gate_alone_takes_the_table_away(changed, gate, left):
    found = failures(replace(SOUND, **changed))
    assert {one.gate for one in found} == {gate}
    assert use(found) == left


def test_the_least_that_one_gate_leaves_is_left():
    found = failures(replace(SOUND, people=10, drift=1.0))
    assert [one.gate for one in found] == ["people", "drift"]
    assert use(found) == "yes_no"


def test_groups_linked_alike_do_not_differ_and_others_do():
    whole = equipercentile.values(MATH_X, MATH_Y)
    assert remsd(whole, [(MATH_X, whole), (MATH_X, whole)]) == 0
    assert remsd(whole, [(MATH_X, whole + 1), (MATH_X, whole - 1)]) == pytest.approx(1)
    half = Frequencies.counted(MATH_X.counts * 3)
    assert remsd(whole, [(half, whole), (MATH_X, whole + 2)]) == pytest.approx(1)


def test_a_population_that_stays_has_no_drift_and_one_that_moves_has():
    before = city(50, 10, 101, 20_000, 1)
    assert psi(before, before) == 0
    assert psi(before, city(50, 10, 101, 20_000, 2)) < 0.1
    assert psi(before, city(57, 10, 101, 20_000, 3)) > 0.25
    assert np.isfinite(psi(before, city(90, 2, 101, 20_000, 4)))
