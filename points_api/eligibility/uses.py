"""How often a resident may still use a scenario: another question than whether it is open to them.

Who counts the uses knows scenarios and residents; what is asked of them is said here.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from points_api.language import Text
from scenarios.benefits import Period
from scenarios.quotas import Limit
from scenarios.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Uses:
    """`left` uses in this `period`, None without a limit for each person.

    `used_up` is the limit on which there is no room now, `free_on` the day from which on there is.
    """

    period: Period
    left: int | None
    used_up: Limit | None = None
    free_on: date | None = None


UsesOf = Callable[[UUID, Sequence[Scenario], date], Awaitable[Mapping[str, Uses]]]
"""Whoever counts: given a resident, scenarios and a day, the uses of each."""


def says(uses: Uses) -> Text | None:
    """What is left, in the resident's words; None where nothing is limited."""
    this = _THIS[uses.period]
    if uses.used_up is not None:
        said = _USED_UP[uses.used_up].fill(zh=this.zh, en=this.en)
        return _again(said, uses.free_on) if uses.free_on else said
    if uses.left is None:
        return None
    return Text(f"{this.zh}还可用 {uses.left} 次", f"{uses.left} left {this.en}")


def _again(said: Text, day: date) -> Text:
    return Text(f"{said.zh}，{day} 起可再用", f"{said.en}; again from {day}")


_THIS: Final[Mapping[Period, Text]] = {
    "day": Text("今天", "today"),
    "week": Text("本周", "this week"),
    "month": Text("本月", "this month"),
    "year": Text("今年", "this year"),
    "ever": Text("总共", "in all"),
}
_USED_UP: Final[Mapping[Limit, Text]] = {
    "person": Text("您{zh}的次数已用完", "You have used up your uses {en}"),
    "out": Text(
        "您还有没归还或没付清的，归还或付清后可再用",
        "You still have something out; return or pay it, and you can use it again",
    ),
    "day": Text("今天的名额已用完", "Today's places are used up"),
    "total": Text("名额已全部用完", "All places are used up"),
    "budget": Text("优惠总额已用完", "The budget is used up"),
}
