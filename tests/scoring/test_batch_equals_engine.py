"""The whole-city pass gives what the definition gives, to the last bit."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.whole_city_equality import compare
from scoring.batch import Line, Pass
from scoring.catalog_files import shipped_catalog
from scoring.columns import NEVER, Vocabulary, columns_of, date_of, records_of
from scoring.engine import score
from scoring.kernel import TOP
from scoring.outlook import next_change, other_records_on
from scoring.reasons import reasons
from scoring.records import Record
from scoring.score import DimensionResult, RuleResult
from scoring.scorecard_files import records_in, shipped_scorecards
from scoring.tables import MOST_RECORDS
from tests.scoring.generated import CATALOG, TODAY, days, people, records, scorecards

WORDS = Vocabulary.of(CATALOG.items)


def told(reason):
    match reason.result:
        case RuleResult(rule):
            return Line(f"rule:{rule.id}", reason.points)
        case DimensionResult(dimension):
            return Line(f"dimension:{dimension.id}", reason.points)
    return Line("score", reason.points)


def defined(person, card, on):
    """By the definition: everything that the pass says of one person."""
    found = score(person, card, on)
    change = next_change(person, card, on, found)
    edges = [change, other_records_on(person, card, on)]
    return {
        "value": found.value,
        "dimensions": [dimension.points for dimension in found.dimensions],
        "lines": [told(reason) for reason in reasons(found)][:TOP],
        "next_change": change,
        "holds_until": min((e for e in edges if e is not None), default=None),
        "counted": [record.key for record in found.records],
    }


def passed(made, results, columns, person, keys):
    def day(number):
        return None if number == NEVER else date_of(number)

    low, high = np.searchsorted(columns.person, (person, person + 1))
    return {
        "value": results.value[person],
        "dimensions": results.dimensions[person].tolist(),
        "lines": made.lines(results, person),
        "next_change": day(results.next_change[person]),
        "holds_until": day(results.holds_until[person]),
        "counted": [k for k, c in zip(keys, results.counted[low:high], strict=True) if c],
    }


def assert_equal(persons, card, on, words=WORDS):
    made, columns = Pass.of(card, words), columns_of(persons, words)
    results = made.score(columns, len(persons), on)
    for n, person in enumerate(persons):
        keys = sorted(record.key for record in person if record.status == "active")
        assert passed(made, results, columns, n, keys) == defined(person, card, on)
    return results


@settings(max_examples=400)
@given(st.lists(people(), min_size=1, max_size=4), scorecards(), days)
def test_every_person_under_every_scorecard_gets_the_defined_score(persons, card, on):
    assert_equal(persons, card, on)


# Days that lie close together and acts that repeat: ties, windows, and ends on the same day.
close = st.builds(
    lambda record, n, length: replace(
        record,
        occurred_on=TODAY - timedelta(days=n),
        ended_on=None if record.ended_on is None else TODAY - timedelta(days=n - length),
    ),
    records(""), st.integers(-3, 400), st.sampled_from([0, 0, 5, 60]),
)  # fmt: skip


@settings(max_examples=400)
@given(st.lists(close, max_size=24), scorecards())
def test_crowded_days_and_acts_break_ties_as_the_definition_does(crowd, card):
    person = tuple(replace(record, key=f"r{n * 7 % 25:02d}") for n, record in enumerate(crowd))
    assert_equal([person], card, TODAY)


@settings(max_examples=60)
@given(people(most=6), scorecards(), st.integers(1, 2**62))
def test_numbers_that_the_pass_cannot_hold_are_scored_by_the_definition(person, card, most):
    huge = tuple(
        replace(record, quantity=most) if record.quantity is not None else record
        for record in person
    )
    assert_equal([huge, person], card, TODAY)


@settings(max_examples=3, deadline=None)
@given(scorecards())
def test_a_person_with_more_records_than_the_pass_sorts_is_scored_by_the_definition(card):
    one = Record(key="", item="adverse.plain.1", occurred_on=TODAY, ended_on=TODAY)
    person = tuple(replace(one, key=f"{n:05d}") for n in range(MOST_RECORDS + 1))
    assert assert_equal([person], card, TODAY).beyond.tolist() == [True]


@given(people(), scorecards(), days)
def test_columns_keep_all_that_a_score_needs(person, card, on):
    back = records_of(columns_of([person], WORDS), WORDS)
    assert score(back, card, on).value == score(person, card, on).value


@given(st.lists(people(), min_size=2, max_size=5), scorecards())
def test_blocks_know_nothing_of_each_other(persons, card):
    made = Pass.of(card, WORDS)
    whole = made.score(columns_of(persons, WORDS), len(persons), TODAY)
    for n, person in enumerate(persons):
        alone = made.score(columns_of([person], WORDS, first=n), 1, TODAY, first=n)
        assert alone.value[0] == whole.value[n]
        assert alone.dimensions[0].tolist() == whole.dimensions[n].tolist()


@given(people(), scorecards())
def test_without_looking_ahead_only_the_next_change_is_missing(person, card):
    made, columns = Pass.of(card, WORDS), columns_of([person], WORDS)
    near, far = (made.score(columns, 1, TODAY, look_ahead=ahead) for ahead in (False, True))
    assert near.next_change.tolist() == [NEVER]
    for name in ("value", "dimensions", "reason", "reason_points", "counted"):
        assert np.array_equal(getattr(near, name), getattr(far, name))


@given(people(), scorecards())
def test_records_of_somebody_else_are_refused(person, card):
    columns = columns_of([person], WORDS, first=7)
    if len(columns.person):
        with pytest.raises(ValueError, match="others than the persons 0 to 0"):
            Pass.of(card, WORDS).score(columns, 1, TODAY)


def test_an_item_outside_of_the_vocabulary_is_refused():
    record = Record(key="k", item="nobody.knows", occurred_on=TODAY, ended_on=TODAY)
    with pytest.raises(ValueError, match=r"nobody\.knows"):
        columns_of([[record]], WORDS)


@pytest.mark.parametrize("card", shipped_scorecards(), ids=lambda card: card.version)
def test_every_worked_example_of_every_shipped_scorecard_passes(card):
    catalog = shipped_catalog()
    words = Vocabulary.of(catalog.items)
    for example in card.examples:
        assert_equal([records_in(example, catalog)], card, example.on, words)


@pytest.mark.slow
def test_a_synthetic_city_gets_the_defined_scores_and_days_of_change():
    assert compare(2_500) > 2_000
