"""What holds for every pair of samples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interop.linking import bootstrap, equipercentile, kernel, linear, loglinear
from interop.linking.frequencies import Frequencies
from tests.interop.linking.samples import MATH_X, MATH_Y, by_definition, city, samples


@given(samples, samples)
def test_equipercentile_equals_its_definition(x, y):
    wanted = [float(value) for value in by_definition(x, y)]
    assert equipercentile.values(x, y) == pytest.approx(wanted, abs=1e-9)


@given(samples, samples)
def test_links_rise_and_stay_within_half_a_step_of_the_scale(x, y):
    values = equipercentile.values(x, y)
    assert (np.diff(values) >= -1e-9).all()
    assert values.min() >= -0.5
    assert values.max() <= y.points - 0.5
    assert (np.diff(linear.values(x, y)) > 0).all()
    assert (equipercentile.errors(x, y) >= 0).all()


@given(st.lists(st.integers(0, 9), min_size=2, max_size=60), st.randoms())
def test_the_order_of_people_does_not_matter(places, chance):
    mixed = chance.sample(places, len(places))
    one, other = (Frequencies.of(np.array(row), 10) for row in (places, mixed))
    assert (one.counts == other.counts).all()


@given(samples)
def test_a_city_linked_to_itself_stays_where_it_is(x):
    seen = x.counts > 0
    assert equipercentile.values(x, x)[seen] == pytest.approx(x.places[seen], abs=1e-9)
    assert linear.values(x, x) == pytest.approx(x.places, abs=1e-9)


@settings(max_examples=30)
@given(samples, st.integers(2, 5))
def test_smoothing_keeps_as_many_moments_as_its_degree(x, degree):
    try:
        smoothed = loglinear.fit(x, degree).smoothed
    except loglinear.NotFittedError:
        return
    assert smoothed.mean == pytest.approx(x.mean, abs=1e-6)
    for order in range(2, degree + 1):
        scale = max(1.0, x.points**order / 100)
        assert smoothed.moment(order) == pytest.approx(x.moment(order), abs=1e-5 * scale)


def test_a_large_bandwidth_gives_the_line_and_a_small_one_keeps_the_variance():
    x, y = loglinear.fit(MATH_X, 2), loglinear.fit(MATH_Y, 3)
    slope = (y.smoothed.moment(2) / x.smoothed.moment(2)) ** 0.5
    line = y.smoothed.mean + slope * (x.smoothed.places - x.smoothed.mean)
    assert kernel.link(x, y, (300.0, 300.0)).values == pytest.approx(line, abs=1e-6)
    at = np.linspace(-20, 40, 6001)
    density = kernel.Smooth(x, 0.6).density(at) * 0.01
    assert density.sum() == pytest.approx(1, abs=1e-6)
    assert density @ (at - x.smoothed.mean) ** 2 == pytest.approx(x.smoothed.moment(2), abs=1e-3)


def test_the_kernel_goes_there_and_back():
    x, y = loglinear.fit(MATH_X, 2), loglinear.fit(MATH_Y, 3)
    ahead, back = kernel.Smooth(x, 0.6), kernel.Smooth(y, 0.6)
    ranks = ahead.cumulative(x.smoothed.places)
    assert back.cumulative(back.inverse(ranks)) == pytest.approx(ranks, abs=1e-12)


@pytest.mark.parametrize("method", [equipercentile, linear])
def test_formula_and_bootstrap_agree_where_people_are(method):
    x, y = city(60, 10, 101, 5000, 1), city(110, 16, 201, 6000, 2)
    formula = method.errors(x, y)
    drawn = bootstrap.errors(x, y, method.values, seed=3, resamples=400)
    assert drawn[45:76] == pytest.approx(formula[45:76], rel=0.25)


def test_the_kernel_s_formula_and_bootstrap_agree():
    x, y = loglinear.fit(MATH_X, 2), loglinear.fit(MATH_Y, 3)
    made = kernel.link(x, y)

    def again(a: Frequencies, b: Frequencies):
        return kernel.link(loglinear.fit(a, 2), loglinear.fit(b, 3), made.bandwidths).values

    drawn = bootstrap.errors(MATH_X, MATH_Y, again, seed=4, resamples=200)
    assert drawn[2:19] == pytest.approx(made.errors[2:19], rel=0.2)


def test_the_same_seed_gives_the_same_error_to_the_last_bit():
    first, again, other = (
        bootstrap.errors(MATH_X, MATH_Y, equipercentile.values, seed, 20) for seed in (5, 5, 6)
    )
    assert (first == again).all()
    assert (first != other).any()


def test_many_points_and_many_people_are_smoothed():
    for sample in (city(600, 80, 1001, 100_000, 1), city(1012, 24, 1401, 900_000, 2)):
        assert loglinear.choose(sample).degree <= 4


def test_what_cannot_be_linked_is_refused():
    with pytest.raises(ValueError, match="same score"):
        linear.values(Frequencies.counted([0, 5, 0]), MATH_Y)
    with pytest.raises(ValueError, match="none below zero"):
        Frequencies.counted([3, -1])
    with pytest.raises(ValueError, match="of somebody"):
        Frequencies.counted([0, 0])
    with pytest.raises(ValueError, match="add up"):
        Frequencies(np.array([1.0, 2.0]), 9)
    with pytest.raises(loglinear.NotFittedError):
        loglinear.choose(Frequencies.counted([1, 1]))
