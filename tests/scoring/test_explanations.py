"""Reasons, advice and notes in words, Chinese and English."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from scoring.engine import score
from scoring.outlook import forecast
from scoring.reasons import quantity_text, reasons, record_note, sentence, title
from scoring.scorecard import Fade, Levels, PerUnit, Step, Steps
from scoring.whatif import Add, Repair, UnknownRecordError, Wait, advise, what_if
from tests.scoring.test_engine import DAY, card, record, rule

VOLUNTEER = rule(
    Steps((Step(1_000, 400), Step(2_000, 1_000))), id="volunteer", items=("hours",),
    title="志愿服务", title_en="Volunteering", unit="小时", unit_en="hours", scale=100,
    advice="去做志愿服务", advice_en="Volunteer",
)  # fmt: skip
PENALTY = rule(
    Levels({"any": 5_000}), id="penalty", items=("penalty",), sign=-1, title="行政处罚",
    title_en="Penalties", fade=Fade(365, 730),
)  # fmt: skip
CARD = card(VOLUNTEER, PENALTY)
HOURS = replace(record("h"), item="hours", quantity=1_550)
FINE = replace(record("f", DAY - timedelta(days=10)), item="penalty")


def test_reasons_are_ranked_by_effect_and_say_what_they_did():
    found = reasons(score([HOURS, FINE], CARD, DAY))
    assert [sentence(reason, "zh") for reason in found] == [
        "行政处罚：1 条记录，减 5.0 分",
        "志愿服务：累计 15.5 小时，加 0.4 分",
    ]
    assert [sentence(reason, "en") for reason in found] == [
        "Penalties: 1 record, takes 5.0",
        "Volunteering: 15.5 hours in all, adds 0.4",
    ]
    assert [title(reason, "en") for reason in found] == ["Penalties", "Volunteering"]


def test_of_two_equal_reasons_the_one_that_takes_away_stands_first():
    even = card(replace(PENALTY, pricing=Levels({"any": 400})), VOLUNTEER)
    found = reasons(score([HOURS, FINE], even, DAY))
    assert [reason.points for reason in found] == [-400, 400]


def test_a_held_dimension_is_told_in_plain_words():
    held = card(PENALTY, floor=-3_000)
    words = [sentence(reason, "zh") for reason in reasons(score([FINE], held, DAY))]
    assert words == ["行政处罚：1 条记录，减 5.0 分", "维最多减 3.0 分，超出的 2.0 分不减"]


def test_a_note_tells_when_a_record_fades_and_ends():
    result = score([FINE], CARD, DAY)
    assert record_note(result.rules[0], result.rules[0].counted[0], result, "zh") == (
        "2027年5月23日起逐日减弱，2028年5月21日起不再计分"
    )
    later = score([FINE], CARD, DAY + timedelta(days=500))
    assert record_note(later.rules[0], later.rules[0].counted[0], later, "en") == (
        "its effect is fading day by day, stops counting on 2028-05-21"
    )


def test_only_records_that_still_weigh_are_counted_and_the_others_say_why_not():
    old = replace(FINE, key="old", occurred_on=date(2021, 5, 1), ended_on=date(2021, 5, 1))
    same = [replace(FINE, key=key, act_key="act") for key in ("a", "b")]
    once = card(replace(PENALTY, one_per="act"))
    result = score([old, *same], once, DAY)
    [reason] = reasons(result)
    assert sentence(reason, "zh") == "行政处罚：1 条记录，减 5.0 分"
    notes = {
        entry.record.key: record_note(result.rules[0], entry, result, "zh")
        for entry in result.rules[0].counted
    }
    assert notes["old"] == "2023年5月1日起已不再计分"
    assert notes["b"] == "只计其中一条，现在计的是另一条"
    assert notes["a"].endswith("起不再计分")


def test_a_record_of_a_sum_says_that_it_counts_there():
    result = score([HOURS], CARD, DAY)
    [entry] = result.rules[0].counted
    assert entry.points == 0
    assert record_note(result.rules[0], entry, result, "zh") == "计入合计"


def test_quantities_are_shown_without_empty_decimals():
    assert quantity_text(VOLUNTEER, 1_550, "zh") == "15.5 小时"
    assert quantity_text(VOLUNTEER, 1_600, "en") == "16 hours"
    assert quantity_text(VOLUNTEER, 5, "en") == "0.05 hours"


def test_advice_is_found_by_recomputing_and_ranked_by_gain():
    found = advise([HOURS, FINE], CARD, DAY, repairable=frozenset({"penalty"}))
    assert [(advice.kind, advice.gain) for advice in found] == [("repair", 5_000), ("add", 600)]
    assert found[1].record.quantity == 450
    assert advise([HOURS, FINE], CARD, DAY) == found[1:]


def test_advice_on_units_is_enough_to_move_a_tenth():
    months = rule(
        PerUnit(50, 1),
        id="months",
        items=("months",),
        one_per="item",
        advice="按月缴",
        advice_en="pay",
    )
    had = replace(record("m"), item="months", quantity=24)
    found = advise([had], card(months), DAY)
    assert [(advice.gain, advice.record.quantity) for advice in found] == [(100, 26)]


def test_suppositions_are_taken_in_order():
    more = replace(HOURS, key="more", quantity=450)
    assert what_if([HOURS, FINE], CARD, DAY, [Repair("f"), Add(more), Wait(0)]).value == 61_000
    with pytest.raises(UnknownRecordError):
        what_if([HOURS], CARD, DAY, [Repair("nobody's")])
    with pytest.raises(ValueError, match="days"):
        what_if([HOURS], CARD, DAY, [Wait(-1)])


def test_a_forecast_tells_the_score_of_later_days():
    days = [DAY, date(2027, 11, 21), date(2028, 5, 21)]
    assert forecast([FINE], CARD, days) == [(days[0], 55_000), (days[1], 57_600), (days[2], 60_000)]
