"""What happens to a score if nothing changes: the next day on which it differs, and later scores.

Between two days on which a record begins to count, every record's weight only shrinks, so a rule's
magnitude never rises: the first day on which its result differs can be found by halving.
"""

import heapq
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from scoring.engine import Score, apply_rule, score
from scoring.records import Record
from scoring.scorecard import Rule, Scorecard
from scoring.validity import counts_until, in_force

_DAY = timedelta(days=1)


def next_change(records: Iterable[Record], scorecard: Scorecard, on: date) -> date | None:
    """First day after `on` on which the value or a dimension differs with the same records.

    None: never. Exact: on each day in between, value and dimensions are those of `on`.
    """
    by_rule: dict[str, tuple[Rule, list[Record]]] = {}
    for record in sorted(records, key=lambda r: r.key):
        rule = scorecard.rule_of.get(record.item)
        if rule is not None and record.status == "active":
            by_rule.setdefault(rule.id, (rule, []))[1].append(record)
    days = [_rule_changes(rule, mine, scorecard, on) for rule, mine in by_rule.values()]
    everything = [record for _, mine in by_rule.values() for record in mine]
    shown = _shown(score(everything, scorecard, on))
    last = on
    for day in heapq.merge(*days):
        if day != last and _shown(score(everything, scorecard, day)) != shown:
            return day
        last = day
    return None


def forecast(
    records: Iterable[Record], scorecard: Scorecard, days: Iterable[date]
) -> list[tuple[date, int]]:
    """The score in thousandths on each of the days, if nothing else changes."""
    kept = list(records)
    return [(day, score(kept, scorecard, day).value) for day in days]


def _shown(result: Score) -> tuple[int, ...]:
    return (result.value, *(dimension.points for dimension in result.dimensions))


def _rule_changes(
    rule: Rule, records: list[Record], scorecard: Scorecard, on: date
) -> Iterator[date]:
    """Every day after `on` on which the rule's result differs from the day before, in order."""

    def points(day: date) -> int:
        mine = [record for record in records if in_force(record, scorecard, day)]
        return apply_rule(rule, mine, day).points if mine else 0

    begins = sorted({r.occurred_on for r in records if r.occurred_on > on})
    ends = [counts_until(rule, record, scorecard) for record in records]
    horizon = max((end for end in ends if end is not None), default=on)
    horizon = max(horizon, begins[-1]) if begins else horizon
    day, current = on, points(on)
    for stop in [*begins, horizon + _DAY]:
        last = stop - _DAY
        while day < last and points(last) != current:
            low, high = day, last
            while high - low > _DAY:
                middle = low + (high - low) // 2
                low, high = (low, middle) if points(middle) != current else (middle, high)
            day, current = high, points(high)
            yield day
        if stop in begins:
            day = stop
            if points(day) != current:
                current = points(day)
                yield day
