"""What a new scorecard would change: figures by hand, and laws over generated cities."""

import doctest
from math import inf, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scoring import backtest, withholding
from scoring.backtest import Scales, Tally, bins, figures, gates, ks, places, psi
from scoring.withholding import SMALL, Publication

SCALES = Scales(0, 1000, (0, 600, 800, 900), (0, 600, 800, 900))
OTHERS = Scales(0, 1000, (0, 600, 800, 900), (0, 500, 950))
GROUPS = 3

scores = st.one_of(st.integers(0, 1000), st.sampled_from([0, 599, 600, 900, 1000]))
persons = st.lists(st.tuples(scores, scores, st.integers(0, GROUPS - 1)), min_size=1, max_size=60)
either = st.sampled_from([SCALES, OTHERS])


def tally(people, scales=SCALES):
    """Count (old tenths, new tenths, group)."""
    old, new, labels = (np.array(c, np.int64) for c in zip(*people, strict=True))
    return Tally.of(scales, old * 100, new * 100, labels, GROUPS)


def found_in(counted):
    found = figures(counted)
    assert found is not None
    return found


def same(one, two):
    return all(
        np.array_equal(getattr(one, n), getattr(two, n)) for n in ("old", "new", "change", "moves")
    )


@pytest.mark.parametrize("module", [backtest, withholding])
def test_the_worked_examples_come_out_as_written(module):
    failed, run = doctest.testmod(module)
    assert (failed, run > 2) == (0, True)


def test_psi_is_what_a_hand_computes():
    """Half a person each: 100.5, 100.5, 200.5 of 401.5 become 150.5, 50.5, 200.5."""
    by_hand = (50 * log(150.5 / 100.5) - 50 * log(50.5 / 100.5)) / 401.5
    assert psi(np.array([100, 100, 200]), np.array([150, 50, 200])) == pytest.approx(by_hand)


def test_an_empty_bin_counts_as_half_a_person():
    by_hand = (50 / 101) * log(100.5 / 50.5) + (-50 / 101) * log(0.5 / 50.5)
    assert psi(np.array([50, 50]), np.array([100, 0])) == pytest.approx(by_hand)


def test_the_bins_begin_at_the_deciles_of_the_old_distribution():
    evenly = np.ones(100, np.int64)
    assert bins(evenly) == list(range(0, 100, 10))


def test_leaving_a_score_that_many_have_is_seen_however_near_they_stay():
    old = np.array([5, 0, 90, 0, 0, 5])
    assert psi(old, np.array([5, 0, 0, 90, 0, 5])) > backtest.PSI_LIMIT


def test_ks_is_what_a_hand_computes():
    """Up to the second score: 6 of 10 against 3 of 10."""
    assert ks(np.array([2, 4, 4]), np.array([2, 1, 7])) == pytest.approx(0.3)


def test_gains_losses_and_quantiles_are_what_a_hand_counts():
    changes = [-30, -10, 0, 0, 0, 0, 0, 5, 5, 50]
    found = found_in(tally([(700, 700 + change, 0) for change in changes]))
    assert (found.gain, found.lose, found.same, found.people) == (3, 2, 5, 10)
    assert (found.p10, found.p50, found.p90) == (-30, 0, 5)
    assert found.mean == pytest.approx(2.0)


def test_moves_are_counted_in_bands_from_the_lowest():
    found = found_in(tally([(500, 950, 0), (850, 790, 0), (700, 710, 0)]))
    assert (found.up, found.stay, found.down) == (1, 1, 1)
    assert found.steps == pytest.approx((3 - 1) / 3)


def test_a_group_without_people_has_no_figures():
    assert figures(tally([(500, 500, 0)]), 1) is None


@given(persons, either)
def test_the_margins_of_the_movement_matrix_are_the_people_in_each_band(people, scales):
    counted = tally(people, scales)
    for group in range(GROUPS):
        mine = [(old, new) for old, new, label in people if label == group]
        for axis, floors in ((0, scales.old_floors), (1, scales.new_floors)):
            band = places(np.array([one[axis] for one in mine], np.int64), floors)
            wanted = np.bincount(band, minlength=len(floors))
            assert counted.moves[group].sum(axis=1 - axis).tolist() == wanted.tolist()


@given(persons, st.data())
def test_parts_in_any_split_and_order_give_the_same_tallies(people, data):
    parts = data.draw(st.lists(st.integers(0, 3), min_size=len(people), max_size=len(people)))
    nobody = np.zeros(0, np.int64)
    merged = Tally.of(SCALES, nobody, nobody, nobody, GROUPS)
    for part in data.draw(st.permutations(sorted(set(parts)))):
        merged += tally([one for one, at in zip(people, parts, strict=True) if at == part])
    assert same(merged, tally(people))


@given(persons)
def test_the_whole_is_everybody_whatever_the_groups(people):
    assert same(
        tally(people).whole(), tally([(old, new, 0) for old, new, _ in people]).regrouped(
            np.zeros(GROUPS, np.int64), 1
        ),
    )  # fmt: skip


@given(persons, st.integers(1, 20))
def test_where_nothing_changes_nobody_moves_and_nothing_stands_against_it(people, times):
    counted = tally([(old, old, label) for old, _, label in people] * times)
    found = found_in(counted.whole())
    assert (found.psi, found.ks, found.mean, found.steps) == (0, 0, 0, 0)
    assert (found.gain, found.lose, found.up, found.down) == (0, 0, 0, 0)
    assert found.same == found.stay == found.people
    assert gates(counted.whole(), {"any": counted}) == []


@given(persons)
def test_psi_is_never_negative_and_ks_a_share(people):
    found = found_in(tally(people).whole())
    assert found.psi >= 0
    assert 0 <= found.ks <= 1
    assert found.p10 <= found.p50 <= found.p90


def test_a_great_shift_of_the_whole_city_stands_against_publication():
    counted = tally([(700, 850, 0)] * 50)
    [gate] = gates(counted.whole(), {"any": counted})
    assert (gate.kind, gate.group) == ("psi", None)
    assert gate.measured > gate.limit


def test_a_group_that_moves_over_a_band_more_than_the_city_stands_against_publication():
    counted = tally([(700 + n % 100, 700 + n % 100, 0) for n in range(2000)] + [(950, 700, 1)] * 10)
    [gate] = gates(counted.whole(), {"age": counted})
    assert (gate.kind, gate.group) == ("group", ("age", 1))
    assert gate.measured == pytest.approx(-2 + 20 / 2010)


def test_a_band_more_and_not_over_it_is_allowed():
    counted = tally([(700 + n % 100, 700 + n % 100, 0) for n in range(2000)] + [(850, 700, 1)] * 10)
    assert gates(counted.whole(), {"age": counted}) == []


def test_fewer_than_ten_people_decide_nothing():
    counted = tally([(700, 700, 0)] * 2000 + [(950, 0, 1)] * (SMALL - 1))
    assert gates(counted.whole(), {"age": counted}) == []
    few = tally([(700, 0, 0)] * (SMALL - 1))
    assert gates(few.whole(), {"age": few}) == []


def test_tallies_by_other_scales_are_not_added():
    with pytest.raises(ValueError, match="other scales"):
        tally([(1, 1, 0)]) + tally([(1, 1, 0)], OTHERS)


tables = arrays(np.int64, st.tuples(st.integers(1, 4), st.integers(1, 4)), elements=st.sampled_from(
    [0, 1, 5, 9, 10, 11, 40, 1000]
))  # fmt: skip


@given(tables)
def test_no_small_cell_is_told_and_no_line_gives_one_away(table):
    sheet = Publication()
    cells, totals, whole = (
        sheet.enter(counts) for counts in (table, table.sum(axis=1), table.sum(keepdims=True))
    )
    lines = [np.append(row, total) for row, total in zip(cells, totals, strict=True)]
    lines.append(np.append(totals, whole))
    for line in lines:
        sheet.adds_up(line)
    told = sheet.told()
    counts = [*table.ravel().tolist(), *table.sum(axis=1).tolist(), int(table.sum())]
    for said, count in zip(told, counts, strict=True):
        assert said in (count, "<10" if count < SMALL else "≥10")
        assert not (isinstance(said, int) and 0 < said < SMALL)
    for line in lines:
        secret = [n for n in line if isinstance(told[n], str)]
        more = [n for n in line if isinstance(told[n], int) and told[n] > 0]
        assert len(secret) != 1
        assert not secret or not more or leaves_open([counts[n] for n in secret])


def leaves_open(secret):
    """Whether each small one may be 1 to 9 for who knows their sum and their marks."""
    ends = [(1, SMALL - 1) if count < SMALL else (SMALL, inf) for count in secret]
    for n, count in enumerate(secret):
        others = [end for at, end in enumerate(ends) if at != n]
        least = max(ends[n][0], sum(secret) - sum(most for _, most in others))
        most = min(ends[n][1], sum(secret) - sum(least for least, _ in others))
        if count < SMALL and (least, most) != (1, SMALL - 1):
            return False
    return True


@pytest.mark.parametrize("counts", [[1, 10, 0, 11], [9, 9, 30, 48], [9, 11, 20, 40]])
def test_marks_and_a_total_do_not_tell_a_small_cell(counts):
    sheet = Publication()
    sheet.adds_up(sheet.enter(np.array(counts)))
    secret = [n for n, said in zip(counts, sheet.told(), strict=True) if isinstance(said, str)]
    assert len(secret) > 2 or leaves_open(secret)
