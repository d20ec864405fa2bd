"""What each word of the scorecard language means, by worked numbers."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from scoring.engine import apply_rule, price_of_sum, score
from scoring.records import Record
from scoring.scorecard import (
    Band,
    Bracket,
    Brackets,
    Dimension,
    Fade,
    Levels,
    PerUnit,
    Repeat,
    Rule,
    Scorecard,
    Step,
    Steps,
)

DAY = date(2026, 6, 1)


def rule(pricing, **changes):
    plain = Rule("r", "d", "规则", "rule", ("a",), "test", 1, pricing)
    return replace(plain, **changes)


def record(key="1", occurred=DAY, **changes):
    return replace(Record(key, "a", occurred, occurred), **changes)


def card(*rules, floor=-40_000, ceiling=40_000, retention=None):
    return Scorecard(
        city="test", version="t", effective_from=date(2020, 1, 1), basis="reference", note="",
        minimum=0, maximum=100_000, base=60_000, bands=(Band("low", "低", "low", 0),),
        dimensions=(Dimension("d", "维", "dim", floor, ceiling),), rules=rules,
        retention_months=retention or {},
    )  # fmt: skip


def points(a_rule, *records, on=DAY):
    return apply_rule(a_rule, list(records), on).points


def test_levels_give_their_points_and_any_stands_for_no_level():
    by_level = rule(Levels({"city": 2_000, "nation": 10_000}))
    assert points(by_level, record(level="city"), record("2", level="nation")) == 12_000
    assert points(rule(Levels({"any": 500})), record()) == 500


def test_units_are_priced_in_proportion_and_rounded_once_toward_zero():
    third = rule(PerUnit(1_000, 300))
    assert points(third, record(quantity=100)) == 300
    assert points(third, record(quantity=100), record("2", quantity=100)) == 600
    assert points(replace(third, sign=-1), record(quantity=100)) == -300


@pytest.mark.parametrize(("hours", "expected"), [(9, 0), (10, 400), (19, 400), (20, 1_000)])
def test_the_highest_step_that_the_sum_reaches_counts(hours, expected):
    assert price_of_sum(Steps((Step(10, 400), Step(20, 1_000))), hours) == expected


@pytest.mark.parametrize(
    ("yuan", "expected"), [(0, 0), (100, 200), (1_000, 2_000), (1_400, 2_200), (5_000, 4_000)]
)
def test_brackets_are_marginal_rates(yuan, expected):
    assert (
        price_of_sum(Brackets((Bracket(0, 100, 200), Bracket(1_000, 400, 200))), yuan) == expected
    )


def test_one_act_told_by_two_agencies_counts_once_at_the_higher_value():
    penalty = rule(Levels({"minor": 1_000, "serious": 5_000}), sign=-1, one_per="act")
    twice = [record(level="minor", act_key="x"), record("2", level="serious", act_key="x")]
    assert points(penalty, *twice) == -5_000
    assert points(penalty, *twice, record("3", level="minor")) == -6_000
    losing = apply_rule(penalty, twice, DAY).counted[0]
    assert (losing.counts, losing.points) == (False, 0)


def test_of_a_series_only_the_highest_counts():
    honor = rule(Levels({"county": 2_000, "city": 4_000}), one_per="rule")
    assert points(honor, record(level="county"), record("2", level="city")) == 4_000


def test_a_repeat_inside_the_window_weighs_more_and_outside_it_does_not():
    penalty = rule(Levels({"any": 1_000}), sign=-1, repeat=Repeat(365, (100, 200, 300)))
    first, second, third = (record(str(n), DAY - timedelta(days=300 * n)) for n in (2, 1, 0))
    assert points(penalty, first) == -1_000
    assert points(penalty, first, second) == -3_000
    assert points(penalty, first, second, third) == -5_000
    assert points(penalty, second, third, record("9")) == -6_000


def test_two_reports_of_one_act_are_no_repeat():
    penalty = rule(Levels({"any": 1_000}), sign=-1, one_per="act", repeat=Repeat(365, (100, 200)))
    assert points(penalty, record(act_key="x"), record("2", act_key="x")) == -1_000


@pytest.mark.parametrize(
    ("age", "expected"), [(0, 1_000), (100, 1_000), (101, 900), (150, 500), (199, 0), (200, 0)]
)
def test_weight_is_full_while_it_holds_and_then_fades_linearly(age, expected):
    fading = rule(Levels({"any": 1_000}), fade=Fade(100, 200))
    assert points(fading, record(occurred=DAY - timedelta(days=age))) == expected


def test_an_act_that_goes_on_keeps_its_full_weight():
    fading = rule(Levels({"any": 1_000}), fade=Fade(1, 2))
    assert points(fading, record(occurred=DAY - timedelta(days=900), ended_on=None)) == 1_000


def test_caps_by_year_and_in_all_are_lines_of_their_own():
    capped = rule(Levels({"any": 2_000}), year_cap=3_000, total_cap=4_500)
    last_year = date(2025, 5, 1)
    result = apply_rule(
        capped,
        [record("1"), record("2"), record("3", last_year), record("4", last_year)],
        DAY,
    )
    assert result.points == 4_500
    assert [(line.kind, line.points, line.year) for line in result.lines] == [
        ("year_cap", -1_000, 2025),
        ("year_cap", -1_000, 2026),
        ("total_cap", -1_500, None),
    ]


def test_sums_by_year_are_priced_and_capped_year_by_year():
    donations = rule(Brackets((Bracket(0, 1, 1_000),)), sum_over="year", year_cap=4_000)
    assert points(donations, record(quantity=9), record("2", date(2025, 1, 1), quantity=3)) == 7_000


def test_the_law_s_retention_ends_an_act_however_heavy():
    with_retention = card(rule(Levels({"any": 5_000}), sign=-1), retention={"a": 60})
    act = record(occurred=date(2020, 3, 1), ended_on=date(2021, 3, 5))
    assert score([act], with_retention, date(2026, 3, 5)).value == 55_000
    assert score([act], with_retention, date(2026, 3, 6)).value == 60_000


def test_a_record_counts_from_its_day_until_before_its_end():
    plain = card(rule(Levels({"any": 1_000})))
    limited = record(valid_until=DAY + timedelta(days=2))
    values = [score([limited], plain, DAY + timedelta(days=n)).value for n in (-1, 0, 1, 2)]
    assert values == [60_000, 61_000, 61_000, 60_000]


@pytest.mark.parametrize("status", ["disputed", "repaired", "withdrawn", "expired"])
def test_only_active_records_count(status):
    plain = card(rule(Levels({"any": 1_000}), sign=-1))
    assert score([record(status=status)], plain, DAY).value == 60_000


def test_floor_ceiling_and_scale_hold_the_score_and_say_so():
    plain = card(rule(Levels({"any": 70_000})), ceiling=50_000)
    result = score([record()], plain, DAY)
    assert (result.dimensions[0].held, result.held, result.value) == (-20_000, -10_000, 100_000)


def test_two_different_records_under_one_key_are_refused():
    plain = card(rule(Levels({"any": 1_000})))
    with pytest.raises(ValueError, match="share the key"):
        score([record(), record(quantity=4)], plain, DAY)
