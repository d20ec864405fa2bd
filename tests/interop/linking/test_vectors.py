"""The arithmetic against published tables and against the reference implementations in R."""

import numpy as np
import pytest

from interop.linking import equipercentile, kernel, linear, loglinear
from interop.linking.frequencies import Frequencies
from tests.interop.linking.samples import MATH_X, MATH_Y
from tests.points_api.published import vectors


@pytest.fixture(scope="module")
def act():
    """ACT Mathematics: the two samples, ranks rounded as the reference does, and its table."""
    counts, table = (
        vectors(f"linking/actmath_{name}.csv") for name in ("freq", "concordance")
    )  # fmt: skip
    x, y = (np.array([float(row[name]) for row in counts]) for name in ("freq_x", "freq_y"))
    columns = {name: np.array([float(row[name]) for row in table]) for name in table[0]}
    return (
        Frequencies(x, round(x.sum()), decimals=10),
        Frequencies(y, round(y.sum()), decimals=10),
        columns,
    )


def test_equipercentile_and_its_error(act):
    x, y, table = act
    made = equipercentile.link(x, y)
    assert np.abs(made.values - table["equip"]).max() < 1e-9
    assert np.abs(made.errors - table["equip_se"]).max() < 1e-9


def test_exact_ranks_differ_from_rounded_ones_in_the_seventh_place_only(act):
    x, y, table = act
    exact = equipercentile.link(Frequencies.counted(x.counts), Frequencies.counted(y.counts))
    assert np.abs(exact.values - table["equip"]).max() < 2e-7


def test_linear_and_its_error(act):
    x, y, table = act
    made = linear.link(x, y)
    assert np.abs(made.values - table["linear"]).max() < 1e-9
    assert np.abs(made.errors - table["linear_se"]).max() < 1e-9


@pytest.mark.parametrize("degree", [4, 6])
def test_equipercentile_after_smoothing(act, degree):
    x, y, table = act
    smooth = [loglinear.fit(sample, degree).smoothed for sample in (x, y)]
    made = equipercentile.link(*smooth)
    assert np.abs(made.values - table[f"equip_loglin{degree}"]).max() < 1e-6
    if degree == 6:
        assert np.abs(made.errors - table["equip_loglin6_se"]).max() < 1e-6


def test_the_degree_for_act_is_within_the_usual_ones_and_holds(act):
    x, y, _ = act
    chosen = [loglinear.choose(sample) for sample in (x, y)]
    assert all(4 <= one.degree <= 6 for one in chosen)
    assert loglinear.holds((x, y), (chosen[0].smoothed, chosen[1].smoothed))


def test_the_example_with_five_scores():
    rows = vectors("linking/kb_small.csv")
    x, y = (
        Frequencies.counted(np.diff([0, *(round(float(r[name]) * 10) for r in rows)]))
        for name in ("F", "G")
    )
    for sample, name in ((x, "P"), (y, "Q")):
        assert sample.ranks * 100 == pytest.approx([float(r[name]) for r in rows], abs=1e-9)
    for made, name in (
        (equipercentile.values(x, y), "eYx"), (equipercentile.values(y, x), "eXy"),
    ):  # fmt: skip
        assert made == pytest.approx([float(r[name]) for r in rows], abs=1e-9)


# Von Davier, Holland & Thayer (2004), tables 7.4 to 7.6, as quoted in the tests of `SNSequate`.


@pytest.fixture(scope="module")
def math20():
    return loglinear.fit(MATH_X, 2), loglinear.fit(MATH_Y, 3)


def test_the_sample_has_the_printed_moments():
    printed = ((MATH_X, 1453, 10.82, 3.81), (MATH_Y, 1455, 11.59, 3.93))
    for sample, people, mean, deviation in printed:
        assert sample.people == people
        assert sample.mean == pytest.approx(mean, abs=0.005)
        assert sample.moment(2) ** 0.5 == pytest.approx(deviation, abs=0.005)


def test_smoothed_counts_as_printed(math20):
    printed = (
        [3.30, 6.44, 11.77, 20.17, 32.43, 48.89, 28.93, 17.71, 10.16],
        [1.71, 3.77, 7.65, 14.24, 24.44, 38.75, 47.73, 34.54, 24.18],
    )
    for one, counts in zip(math20, printed, strict=True):
        shown = [*one.smoothed.counts[:6], *one.smoothed.counts[18:]]
        assert shown == pytest.approx(counts, abs=0.006)


def test_errors_of_the_kernel_link_as_printed(math20):
    printed = (
        (kernel.link(*math20), [0.220, 0.289, 0.287, 0.266, 0.199, 0.170, 0.119, 0.070]),
        (kernel.link(*math20[::-1]), [0.145, 0.225, 0.275, 0.279, 0.199, 0.210, 0.205, 0.144]),
    )
    for made, errors in printed:
        assert [*made.errors[:4], *made.errors[17:]] == pytest.approx(errors, abs=0.0016)


def test_moments_of_the_kernel_link_differ_by_the_printed_percents(math20):
    x, y = math20[0].smoothed, math20[1].smoothed
    values = kernel.link(*math20).values
    for power, printed in enumerate(
        [0.01, 0.01, 0.02, 0.04, 0.07, 0.13, 0.22, 0.33, 0.48, 0.67], start=1
    ):
        wanted = y.shares @ y.places**power
        assert 100 * (x.shares @ values**power - wanted) / wanted == pytest.approx(
            printed, abs=0.025
        )
