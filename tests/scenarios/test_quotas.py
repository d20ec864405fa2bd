"""Which counters a use fills."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from scenarios.benefits import PERIODS, DepositWaive, DiscountRate, PayLater
from scenarios.conditions import Joined
from scenarios.quotas import Counter, counters, is_over, period_of
from scenarios.scenario import Quota
from tests.scenarios.generated import scenario

DAY = date(2026, 12, 31)


def test_a_scenario_without_limits_fills_no_counter():
    assert counters(scenario("a", (Joined(),)), "p", DAY, 100) == []


def test_the_counters_come_in_one_order_with_the_shared_ones_last():
    full = Quota(per_person=2, period="month", per_day=50, total=900, budget_fen=100_000)
    found = counters(scenario("a", (Joined(),), DiscountRate(10), full), "p", DAY, 300)
    assert found == [
        Counter("person:p:2026-12", 1, 2),
        Counter("day:2026-12-31", 1, 50),
        Counter("total", 1, 900),
        Counter("budget", 300, 100_000),
    ]


def test_who_stands_apart_takes_nothing_of_what_others_share():
    full = scenario("a", (Joined(),), quota=Quota(2, "month", 50, 900, 100_000))
    ours, theirs = counters(full, "p", DAY, 300), counters(full, "p", DAY, 300, "sandbox:1")
    assert ours[0] == theirs[0]
    assert not {one.name for one in ours[1:]} & {one.name for one in theirs[1:]}
    assert [one.name.partition(":")[0] for one in theirs] == ["person", "day", "total", "budget"]


def test_what_comes_back_is_held_within_the_persons_limit():
    lent = scenario("a", (Joined(),), DepositWaive(10_000))
    later = scenario("b", (Joined(),), PayLater(50_000, 10))
    assert counters(lent, "p", DAY, 8_000) == [Counter("out:p", 8_000, 10_000)]
    assert counters(later, "p", DAY, 8_000) == [Counter("out:p", 8_000, 50_000)]


def test_a_use_worth_nothing_takes_nothing_from_the_budget():
    budgeted = scenario("a", (Joined(),), DiscountRate(10), Quota(budget_fen=1_000))
    assert counters(budgeted, "p", DAY, 0) == []


@given(st.sampled_from(list(PERIODS)), st.dates(), st.dates())
def test_periods_are_those_of_the_calendar(period, first, second):
    def parts(day):
        return {
            "day": day,
            "week": day.isocalendar()[:2],
            "month": (day.year, day.month),
            "year": day.year,
            "ever": None,
        }[period]

    same = parts(first) == parts(second)
    assert (period_of(period, first) == period_of(period, second)) == same


@given(st.sampled_from(list(PERIODS)), st.dates(date(2000, 1, 1)), st.dates(date(2000, 1, 1)))
def test_a_counter_of_a_period_is_over_when_no_day_from_then_on_falls_into_it(period, day, on):
    quota = Quota(per_person=1, period=period, per_day=1, total=1, budget_fen=100)
    for apart in ("", "sandbox:1"):
        taken = counters(scenario("a", (Joined(),), DepositWaive(100), quota), "p", day, 10, apart)
        over = {one.kind: is_over(one.name, on) for one in taken}
        assert over == {
            "person": period_of(period, day) != period_of(period, max(on, day)),
            "out": False, "day": day < on, "total": False, "budget": False,
        }  # fmt: skip
