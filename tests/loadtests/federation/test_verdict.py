"""The load test's own eyes: a wrong, a lost and a late answer are each seen, and alone suffice."""

from collections import Counter
from dataclasses import replace
from math import inf

import pytest

from loadtests.federation.aftermath import Aftermath
from loadtests.federation.run import times
from loadtests.federation.verdict import document, percentile, rows
from loadtests.federation.visits import Tally

FINE = Aftermath(0, 0, 0, 0, 0, 3.0)
READS = ([1.0, 2.0, 3.0], [1.5, 2.5, 4.5])


def tally(**changed):
    return replace(Tally(sent=1000, right=990, cut_off=10, seconds=[0.02, 0.03]), **changed)


def missed(said, after=FINE, own=READS):
    return [row.name for row in rows(said, after, own, 100) if row.met is False]


def test_a_run_in_which_all_is_right_and_there_passes():
    assert missed(tally()) == []


def test_what_a_killed_city_cut_off_counts_neither_for_nor_against():
    assert missed(tally(cut_off=900)) == []


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"wrong": ["sanya → huangshi: not True"]}, "wrong"),
        ({"unanswered": Counter({"verification 503 timed-out": 10})}, "answered"),
    ],
)
def test_a_wrong_answer_or_too_many_missing_ones_fail(changed, name):
    [told] = missed(tally(**changed))
    assert told.startswith(name)


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("unanswered_redemptions", "lost"), ("lost_verifications", "lost"),
        ("lost_redemptions", "lost"), ("missing_uses", "notices"),
        ("missing_revocations", "notices"),
    ],
)  # fmt: skip
def test_one_thing_that_is_not_there_afterwards_fails(field, name):
    [told] = missed(tally(), replace(FINE, **{field: 1}))
    assert told.startswith(name)
    assert document([], replace(FINE, **{field: 1}))["aftermath"][field] == 1


def test_own_residents_may_wait_half_as_long_again_and_no_longer():
    assert missed(tally(), own=([2.0], [3.0])) == []
    assert missed(tally(), own=([2.0], [3.1])) == ["own residents, ratio"]
    for alone, beside in (([], [3.1]), ([2.0], []), ([], [])):
        assert missed(tally(), own=(alone, beside)) == ["own residents, ratio"]


def test_own_reads_that_failed_count_as_having_taken_for_ever():
    found = [{"ms": [2.0] * 98, "failed": 2}, {"ms": [], "failed": 0}]
    assert times(found) == [2.0] * 98 + [inf] * 2
    assert missed(tally(), own=([2.0], times(found))) == ["own residents, ratio"]
    assert missed(tally(), own=(times(found), times(found))) == ["own residents, ratio"]


def test_nothing_sent_is_no_pass():
    assert "answered, of those no killed city was part of" in missed(Tally())


def test_a_percentile_is_one_of_the_values():
    assert percentile([3.0, 1.0, 2.0], 0.99) == 3.0
    assert percentile([], 0.99) == 0.0
