"""The promises of the score, over generated people and generated scorecards."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.changes import Situation, compare, lines
from scoring.engine import score
from scoring.outlook import next_change
from scoring.reasons import reasons
from scoring.whatif import Repair, Wait, advise, what_if
from tests.scoring.generated import TODAY, days, people, records, scorecards


@given(people(), scorecards(), st.randoms(use_true_random=False))
def test_the_order_of_records_never_matters(person, card, random):
    shuffled = random.sample(person, len(person))
    one, other = score(person, card, TODAY), score(shuffled, card, TODAY)
    assert one == other
    assert one.records_digest == other.records_digest


@given(people(), scorecards())
def test_delivering_everything_twice_changes_nothing(person, card):
    assert score(person + person, card, TODAY) == score(person, card, TODAY)


@settings(max_examples=300)
@given(people(), scorecards(), records("new", natures=("positive",)))
def test_a_further_positive_record_never_lowers_the_score(person, card, further):
    assert score((*person, further), card, TODAY).value >= score(person, card, TODAY).value


@settings(max_examples=300)
@given(people(), scorecards(), records("new", natures=("adverse",)))
def test_a_further_adverse_record_never_raises_the_score(person, card, further):
    assert score((*person, further), card, TODAY).value <= score(person, card, TODAY).value


@given(people(), scorecards(), records("new", natures=("neutral",)))
def test_a_neutral_record_changes_nothing(person, card, further):
    assert score((*person, further), card, TODAY) == score(person, card, TODAY)


@given(people(), scorecards(), days)
def test_every_line_of_the_explanation_adds_up_exactly(person, card, on):
    result = score(person, card, on)
    assert sum(lines(result).values()) == result.value
    assert sum(reason.points for reason in reasons(result)) == result.value - result.base
    for dimension in result.dimensions:
        assert sum(r.points for r in dimension.rules) + dimension.held == dimension.points
    for rule in result.rules:
        inside = sum(entry.points for entry in rule.counted)
        assert inside + sum(line.points for line in rule.lines) == rule.points


@given(people(), scorecards(), days)
def test_value_dimensions_and_rules_keep_their_bounds_in_whole_tenths(person, card, on):
    result = score(person, card, on)
    assert card.minimum <= result.value <= card.maximum
    assert result.value % 100 == 0
    for dimension in result.dimensions:
        assert dimension.dimension.floor <= dimension.points <= dimension.dimension.ceiling
    for rule in result.rules:
        assert rule.points * rule.rule.sign >= 0
        assert rule.rule.total_cap is None or abs(rule.points) <= rule.rule.total_cap


@given(people(), scorecards())
def test_only_active_records_in_force_go_in(person, card):
    for record in score(person, card, TODAY).records:
        assert record.status == "active"
        assert record.occurred_on <= TODAY
        assert record.valid_until is None or record.valid_until > TODAY


@settings(max_examples=80)
@given(people(most=6), scorecards())
def test_the_next_change_is_the_first_day_that_differs(person, card):
    def shown(on):
        result = score(person, card, on)
        return result.value, [dimension.points for dimension in result.dimensions]

    found = next_change(person, card, TODAY)
    horizon = 2600 if found is None else (found - TODAY).days - 1
    now = shown(TODAY)
    for n in range(1, horizon + 1):
        assert shown(TODAY + timedelta(days=n)) == now
    assert found is None or shown(found) != now


@given(people(), people(), scorecards("test-1"), scorecards("test-2"), st.integers(0, 900))
def test_a_change_splits_into_time_rule_and_data_without_remainder(old, new, card, later, n):
    before = Situation(old, card, TODAY)
    after = Situation(new, later, TODAY + timedelta(days=n))
    change = compare(before, after)
    assert change.time + change.rule + change.data == change.after.value - change.before.value
    for effect in ("time", "rule", "data"):
        parts = sum(d.points for d in change.differences if d.effect == effect)
        assert parts == getattr(change, effect)


@given(people(), scorecards())
def test_nothing_new_on_the_same_day_is_no_change(person, card):
    change = compare(Situation(person, card, TODAY), Situation(person, card, TODAY))
    assert (change.time, change.rule, change.data) == (0, 0, 0)
    assert not change.differences
    assert not change.records


@given(people(), scorecards(), st.integers(0, 1500))
def test_waiting_in_a_what_if_is_the_score_of_that_day(person, card, n):
    later = TODAY + timedelta(days=n)
    assert what_if(person, card, TODAY, [Wait(n)]) == score(person, card, later)


@given(people(), scorecards())
def test_repairing_an_adverse_record_never_lowers_and_advice_tells_the_exact_gain(person, card):
    now = score(person, card, TODAY)
    adverse = [r for r in person if r.item.startswith("adverse")]
    for record in adverse:
        assert what_if(person, card, TODAY, [Repair(record.key)]).value >= now.value
    codes = frozenset(r.item for r in adverse)
    found = advise(person, card, TODAY, repairable=codes)
    assert [a.gain for a in found] == sorted((a.gain for a in found), reverse=True)
    for advice in found:
        assert advice.gain > 0
        if advice.kind == "repair":
            assert what_if(person, card, TODAY, [Repair(advice.record.key)]).value == (
                now.value + advice.gain
            )
