"""What happens to a score if nothing changes: the next day on which it differs, and later scores.

Between two days on which a record begins to count every record's weight only shrinks, so a rule's
magnitude never rises there: the first day on which its result differs can be found by leaps and
halving instead of day by day.
"""

import heapq
from collections.abc import Iterable
from datetime import date, timedelta

from scoring.engine import Score, apply_rule, score
from scoring.records import Record
from scoring.scorecard import Rule, Scorecard
from scoring.validity import counts_until, fades_from, in_force

_DAY = timedelta(days=1)


def next_change(
    records: Iterable[Record], scorecard: Scorecard, on: date, now: Score | None = None
) -> date | None:
    """First day after `on` on which the value or a dimension differs with the same records.

    None: never. Exact: on each day in between, value and dimensions are those of `on`. `now` is
    the score of that day, where the caller has it already.
    """
    courses = _courses(records, scorecard, on, now)
    shown = _shown(courses, scorecard)
    # Each course waits with the earliest day on which it could change, then with the day it does.
    waiting = [(day, n, False) for n, course in enumerate(courses) if (day := course.earliest())]
    heapq.heapify(waiting)
    while waiting:
        day, n, certain = heapq.heappop(waiting)
        if not certain:
            if found := courses[n].first_change():
                heapq.heappush(waiting, (found, n, True))
            continue
        courses[n].move(day)
        if following := courses[n].earliest():
            heapq.heappush(waiting, (following, n, False))
        settled = not waiting or waiting[0][0] > day
        if settled and _shown(courses, scorecard) != shown:
            return day
    return None


def forecast(
    records: Iterable[Record], scorecard: Scorecard, days: Iterable[date]
) -> list[tuple[date, int]]:
    """The score in thousandths on each of the days, if nothing else changes."""
    kept = list(records)
    return [(day, score(kept, scorecard, day).value) for day in days]


class _Course:
    """One rule's result as the days go by."""

    def __init__(
        self,
        rule: Rule,
        records: list[Record],
        scorecard: Scorecard,
        on: date,
        points: int | None,
    ) -> None:
        self.rule, self._records, self._scorecard = rule, records, scorecard
        self._ends = [counts_until(rule, record, scorecard) for record in records]
        self._fading = [fades_from(rule, record) for record in records]
        self._day = on
        self.points = self._points(on) if points is None else points

    def move(self, day: date) -> None:
        """Go on to a later day."""
        self._day, self.points = day, self._points(day)

    def earliest(self) -> date | None:
        """The earliest later day on which the result could differ; None: it cannot."""
        tomorrow, days = self._day + _DAY, []
        for record, end, fading in zip(self._records, self._ends, self._fading, strict=True):
            if end is not None and end <= self._day:
                continue
            if record.occurred_on > self._day:
                days.append(record.occurred_on)
                continue
            if fading is not None:
                days.append(max(fading, tomorrow))
            if end is not None:
                days.append(end)
        return min(days, default=None)

    def first_change(self) -> date | None:
        """The first later day on which the result differs; None: there is none."""
        day = self.earliest()
        begins = sorted({r.occurred_on for r in self._records if r.occurred_on > self._day})
        last = max([*begins, *(end for end in self._ends if end is not None)], default=self._day)
        while day is not None and day <= last:
            if self._points(day) != self.points:
                return day
            stop = next((begin for begin in begins if begin > day), last + _DAY)
            if found := self._inside(day, stop):
                return found
            day = stop
        return None

    def _inside(self, low: date, stop: date) -> date | None:
        """The first day after `low` and before `stop` that differs, where weights only shrink."""
        leap = 1
        while True:
            high = min(low + timedelta(days=leap), stop - _DAY)
            if high <= low:
                return None
            if self._points(high) != self.points:
                break
            low, leap = high, leap * 4
        while high - low > _DAY:
            middle = low + (high - low) // 2
            low, high = (low, middle) if self._points(middle) != self.points else (middle, high)
        return high

    def _points(self, day: date) -> int:
        mine = [record for record in self._records if in_force(record, self._scorecard, day)]
        return apply_rule(self.rule, mine, day).points if mine else 0


def _courses(
    records: Iterable[Record], scorecard: Scorecard, on: date, now: Score | None
) -> list[_Course]:
    known = {result.rule.id: result.points for result in now.rules} if now else {}
    by_rule: dict[str, tuple[Rule, list[Record]]] = {}
    for record in {record.key: record for record in records}.values():
        rule = scorecard.rule_of.get(record.item)
        if rule is not None and record.status == "active":
            by_rule.setdefault(rule.id, (rule, []))[1].append(record)
    return [
        _Course(rule, mine, scorecard, on, known.get(rule.id, 0) if now else None)
        for rule, mine in by_rule.values()
    ]


def _shown(courses: list[_Course], scorecard: Scorecard) -> tuple[int, ...]:
    sums = {dimension.id: 0 for dimension in scorecard.dimensions}
    for course in courses:
        sums[course.rule.dimension] += course.points
    held = [min(max(sums[d.id], d.floor), d.ceiling) for d in scorecard.dimensions]
    value = min(max(scorecard.base + sum(held), scorecard.minimum), scorecard.maximum)
    return (value, *held)
