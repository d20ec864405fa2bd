"""The verdict of a load run: it passes only when everything was asked, right, and in time."""

from dataclasses import replace
from random import Random

import pytest

from loadtests.population import Population
from loadtests.targets import P99_TARGET_MS, Measured, missed

FINE = [Measured(name, 100, 0, target) for name, target in P99_TARGET_MS.items()]


def test_a_run_within_its_targets_passes():
    assert missed(FINE) == []


@pytest.mark.parametrize(
    "change",
    [{"failures": 1}, {"p99_ms": 10_000.0}, {"requests": 4}],
)
@pytest.mark.parametrize("place", range(len(FINE)))
def test_one_failure_one_slow_or_one_hardly_used_operation_misses(change, place):
    run = [replace(row, **change) if n == place else row for n, row in enumerate(FINE)]
    (told,) = missed(run)
    assert told.startswith(FINE[place].operation)


def test_an_operation_that_was_never_called_misses():
    assert len(missed(FINE[1:])) == 1
    assert len(missed([])) == len(FINE)


def test_an_operation_without_a_target_is_told():
    assert missed([*FINE, Measured("GET /v1/catalog", 9, 0, 1.0)]) == [
        "GET /v1/catalog: has no target"
    ]


def test_a_tenth_of_the_residents_makes_half_of_the_traffic():
    rng = Random(7)
    drawn = [Population(1000).draw(rng) for _ in range(20_000)]
    assert set(drawn) <= set(range(1, 1001))
    eager = sum(n <= 100 for n in drawn) / len(drawn)
    assert 0.52 < eager < 0.58  # half, and a tenth of the other half


def test_even_the_smallest_city_has_somebody_to_draw():
    assert {Population(1).draw(Random(n)) for n in range(20)} == {1}
