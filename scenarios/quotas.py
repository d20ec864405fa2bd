"""Which counters a use of a scenario fills, and up to where.

A counter is a name and a limit; whoever stores it adds to it only while it stays within. Periods
are those of the calendar in Huangshi: a week begins on Monday, a month on its first day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, cast

from scenarios.benefits import DepositWaive, PayLater, Period
from scenarios.scenario import Scenario

Limit = Literal["person", "out", "day", "total", "budget"]
"""The kinds of counters, in the order of taking; the name of each begins with its kind."""
_BY_LENGTH: Final[Mapping[int, Period]] = {10: "day", 8: "week", 7: "month", 4: "year"}
"""Periods by the length of their names."""


@dataclass(frozen=True, slots=True)
class Counter:
    """`name` is unique in its scenario; `amount` is what this use adds, up to `limit`."""

    name: str
    amount: int
    limit: int

    @property
    def kind(self) -> Limit:
        """Which limit it stands for."""
        return kind_of(self.name)


def counters(
    scenario: Scenario, person: str, day: date, benefit_fen: int, apart: str = ""
) -> list[Counter]:
    """The counters of one use, in the order in which they are to be taken.

    The order is always the same, so that two uses never wait for each other in a circle; the ones
    that many people share come last and are held shortest. `person` is any name that is the
    person's own within the scenario. `apart` names whose shared counters are to be their own,
    such as a sandbox's, which must not use up what is there for everybody.
    """
    end = f":{apart}" if apart else ""
    return list(_counters(scenario, person, day, benefit_fen, end))


def _counters(
    scenario: Scenario, person: str, day: date, benefit_fen: int, end: str
) -> Iterator[Counter]:
    quota, benefit = scenario.quota, scenario.benefit
    if quota.per_person is not None:
        yield Counter(f"person:{person}:{period_of(quota.period, day)}", 1, quota.per_person)
    if isinstance(benefit, DepositWaive):
        yield Counter(f"out:{person}", benefit_fen, benefit.cap_fen)
    if isinstance(benefit, PayLater):
        yield Counter(f"out:{person}", benefit_fen, benefit.limit_fen)
    if quota.per_day is not None:
        yield Counter(f"day:{day.isoformat()}{end}", 1, quota.per_day)
    if quota.total is not None:
        yield Counter(f"total{end}", 1, quota.total)
    if quota.budget_fen is not None and benefit_fen:
        yield Counter(f"budget{end}", benefit_fen, quota.budget_fen)


def kind_of(name: str) -> Limit:
    """Which limit a counter of this name stands for."""
    return cast(Limit, name.partition(":")[0])


def is_over(name: str, day: date) -> bool:
    """Whether the period of a counter was over before a day; those without an end never are.

    >>> day = date(2026, 6, 1)
    >>> [is_over(f"person:p:{period}", day) for period in ("2026-05", "2026-06", "ever")]
    [True, False, False]
    """
    kind, *rest = name.split(":")
    if kind not in ("person", "day"):
        return False
    counted = rest[-1] if kind == "person" else rest[0]  # after a day stands whose it is
    return counted != "ever" and counted < period_of(_BY_LENGTH[len(counted)], day)


def period_of(period: Period, day: date) -> str:
    """The name of the period that a day falls into.

    >>> day = date(2026, 12, 31)
    >>> [period_of(p, day) for p in ("day", "week", "month", "year", "ever")]
    ['2026-12-31', '2026-W53', '2026-12', '2026', 'ever']
    """
    if period == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    lengths = {"day": 10, "month": 7, "year": 4}
    return day.isoformat()[: lengths[period]] if period in lengths else "ever"
