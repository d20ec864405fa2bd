"""What happens to a score if nothing changes."""

from datetime import timedelta

from scoring.outlook import next_change, other_records_on
from scoring.scorecard import Fade, Step, Steps
from tests.scoring.test_engine import DAY, card, record, rule


def test_a_record_of_no_weight_still_holds_a_step_that_begins_at_nothing_until_it_is_gone():
    faded = rule(Steps((Step(0, 1_000),)), fade=Fade(0, 10))
    gone = DAY + timedelta(days=30)
    assert next_change([record(quantity=5, valid_until=gone)], card(faded), DAY) == gone


def test_other_records_go_in_on_the_first_day_that_one_begins_or_is_gone():
    first, second = (DAY + timedelta(days=n) for n in (3, 5))
    records = [record("1", valid_until=second), record("2", occurred=first), record("3")]
    assert other_records_on(records, card(rule(Steps((Step(1, 100),)))), DAY) == first


def test_records_that_cannot_count_have_no_such_day():
    later = DAY + timedelta(days=3)
    repaired = record("1", valid_until=later, status="repaired")
    unpriced = record("2", valid_until=later, item="b")
    never = record("3", occurred=later, valid_until=later)
    scorecard = card(rule(Steps((Step(1, 100),))))
    assert other_records_on([repaired, unpriced, never], scorecard, DAY) is None
