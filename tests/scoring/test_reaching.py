"""What would reach a mark: every way told really reaches it, and less would not."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from points_api.city import load_city
from scoring.engine import score
from scoring.reaching import Goal, reached_on, ways
from scoring.records import Record
from scoring.whatif import Add, Repair, what_if

ON = date(2026, 6, 1)
CITY = load_city()
CARD = CITY.scorecard(ON)
UNITS = {item.code: item.scale for item in CITY.catalog.items}
EXCELLENT = Goal(80_000)


def penalty(days_ago):
    on = ON - timedelta(days=days_ago)
    item = CITY.item("penalty.market", on)
    assert item is not None
    level = item.levels[0].id
    return Record("p", "penalty.market", on, ended_on=on, level=level)


def hours(n):
    return Record("h", "volunteer.hours", ON, ended_on=ON, quantity=n * UNITS["volunteer.hours"])


@pytest.mark.parametrize("mark", [60_100, 61_000, 62_000, 65_000, 68_000])
def test_every_way_reaches_the_mark_and_a_unit_less_does_not(mark):
    goal = Goal(mark)
    found = ways([], CARD, ON, goal, units=UNITS)
    assert found
    for way in found:
        again = what_if([], CARD, ON, [Add(way.record)])
        assert again.value == way.result.value >= mark
        if way.record.quantity is not None:
            unit = UNITS[way.record.item]
            assert way.record.quantity % unit == 0
            less = replace(way.record, quantity=way.record.quantity - unit)
            assert less.quantity == 0 or what_if([], CARD, ON, [Add(less)]).value < mark


def test_the_way_of_fewest_steps_comes_first():
    found = ways([], CARD, ON, Goal(62_000), units=UNITS)
    assert [way.steps for way in found] == sorted(way.steps for way in found)


def test_repairing_a_record_is_a_way_where_it_can_be_repaired_and_suffices():
    one = penalty(10)
    before = score([one], CARD, ON).value
    goal = Goal(what_if([one], CARD, ON, [Repair("p")]).value)
    assert before < goal.at_least
    assert ways([one], CARD, ON, goal, frozenset({"penalty.market"}))[0].kind == "repair"
    assert all(way.kind == "add" for way in ways([one], CARD, ON, goal))


def test_what_no_single_change_brings_has_no_way():
    assert ways([], CARD, ON, Goal(100_000), units=UNITS) == []


def test_a_mark_in_a_dimension_is_reached_in_that_dimension():
    dimension = CARD.rule_of["volunteer.hours"].dimension
    goal = Goal(3_000, dimension)
    found = ways([hours(5)], CARD, ON, goal, units=UNITS)
    assert any(way.record.item == "volunteer.hours" for way in found)
    assert all(way.rule.dimension == dimension for way in found)
    assert all(goal.lacks(way.result) <= 0 for way in found)


def test_the_day_told_is_one_on_which_it_is_reached_and_not_the_day_before():
    one = penalty(10)
    now = score([one], CARD, ON).value
    goal = Goal(now + 500)
    day = reached_on(lambda on: score([one], CARD, on), ON, goal)
    assert day is not None
    assert score([one], CARD, day).value >= goal.at_least
    assert score([one], CARD, day - timedelta(days=1)).value < goal.at_least


def test_time_alone_brings_nothing_to_whom_nothing_fades():
    assert reached_on(lambda on: score([], CARD, on), ON, EXCELLENT) is None
