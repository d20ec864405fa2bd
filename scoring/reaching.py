"""What would bring a score up to a mark: found by recomputing with the change, never by guesswork.

A way is one change that is enough by itself: repairing one record, or one further record of a kind
that a resident can bring about, with the least quantity that does. Not binding, as `whatif` is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

from scoring.engine import score
from scoring.records import Record
from scoring.score import Score
from scoring.scorecard import Rule, Scorecard
from scoring.whatif import Add, Repair, Supposition, further, what_if

MOST_STEPS: Final = 32  # of the smallest quantity that moves the score: more is no advice
FARTHEST_DAYS: Final = 1830
_LEAP_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Goal:
    """At least so many thousandths, of the score or of one dimension."""

    at_least: int
    dimension: str | None = None

    def lacks(self, result: Score) -> int:
        """The thousandths that a score lacks; not above zero where the goal is reached."""
        if self.dimension is None:
            return self.at_least - result.value
        own = (one.points for one in result.dimensions if one.dimension.id == self.dimension)
        return self.at_least - sum(own)


@dataclass(frozen=True, slots=True)
class Way:
    """One change that reaches the goal; `result` is the score with it.

    `steps` compares efforts: how often the smallest change that moves the score at all.
    """

    kind: Literal["repair", "add"]
    rule: Rule
    record: Record
    result: Score
    steps: int = 1


def ways(
    records: Iterable[Record],
    scorecard: Scorecard,
    on: date,
    goal: Goal,
    repairable: frozenset[str] = frozenset(),
    units: Mapping[str, int] | None = None,
) -> list[Way]:
    """Every single change that reaches the goal: of fewest steps first, then least beyond it.

    `repairable` are items whose records can be repaired; `units` tells how many smallest units of
    an item's quantity make a whole one, and quantities are advised in whole ones.
    """
    kept = tuple(records)
    now = score(kept, scorecard, on)
    found = [*_repairs(kept, now, goal, repairable), *_additions(kept, now, goal, units or {})]
    return sorted(found, key=lambda way: (way.steps, way.result.value))


def reached_on(score_on: Callable[[date], Score], on: date, goal: Goal) -> date | None:
    """A day within five years on which the goal is reached if nothing else changes.

    It is not reached on the day before. Looked for month by month, so it may be reached for some
    days before already: who tells it says «at the latest». `score_on` gives the person's score of
    a day; who asks for several goals lets it remember.
    """

    def reached(day: date) -> bool:
        return goal.lacks(score_on(day)) <= 0

    months = range(0, FARTHEST_DAYS, _LEAP_DAYS)
    start = next((n for n in months if reached(on + timedelta(days=n + _LEAP_DAYS))), None)
    if start is None:
        return None
    more = _least(_LEAP_DAYS, lambda n: reached(on + timedelta(days=start + n)))
    return on + timedelta(days=start + more)


def _repairs(
    kept: tuple[Record, ...], now: Score, goal: Goal, repairable: frozenset[str]
) -> Iterator[Way]:
    for rule in now.rules:
        for entry in rule.counted:
            if rule.rule.sign < 0 and entry.record.item in repairable:
                result = _with(kept, now, Repair(entry.record.key))
                if goal.lacks(result) <= 0:
                    yield Way("repair", rule.rule, entry.record, result)


def _additions(
    kept: tuple[Record, ...], now: Score, goal: Goal, units: Mapping[str, int]
) -> Iterator[Way]:
    for rule in now.scorecard.rules:
        if rule.advice and goal.dimension in (None, rule.dimension):
            entries = [entry for r in now.rules if r.rule is rule for entry in r.counted]
            least = further(rule, entries, now.on)
            way = _enough(kept, now, goal, rule, least, units.get(least.item, 1))
            if way is not None:
                yield way


def _enough(
    kept: tuple[Record, ...], now: Score, goal: Goal, rule: Rule, least: Record, unit: int
) -> Way | None:
    """The further record with the least quantity that reaches the goal."""

    def with_(quantity: int | None) -> Score:
        return _with(kept, now, Add(replace(least, quantity=quantity)))

    def enough(wholes: int) -> bool:
        return goal.lacks(with_(wholes * unit)) <= 0

    if least.quantity is None:
        result = with_(None)
        return Way("add", rule, least, result) if goal.lacks(result) <= 0 else None
    step = -(-least.quantity // unit)
    if not enough(step * MOST_STEPS):
        return None
    wholes = _least(step * MOST_STEPS, enough)
    record = replace(least, quantity=wholes * unit)
    return Way("add", rule, record, with_(record.quantity), -(-wholes // step))


def _with(kept: tuple[Record, ...], now: Score, change: Supposition) -> Score:
    return what_if(kept, now.scorecard, now.on, [change])


def _least(high: int, holds: Callable[[int], bool]) -> int:
    """The least number up to `high` for which something holds, that goes on holding from there."""
    low = 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
