"""What happens to a score if nothing changes: the next day on which it differs, and later scores.

Between two days on which a record begins to count every record's weight only shrinks, so a rule's
magnitude never rises there: the first day on which its result differs can be found by leaps and
halving instead of day by day.
"""

import heapq
from collections.abc import Iterable
from datetime import date, timedelta

from scoring.engine import apply_rule, score
from scoring.records import Record
from scoring.score import Score
from scoring.scorecard import Rule, Scorecard
from scoring.validity import fades_from, gone_on, weighs_until

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
    # Each course waits with the earliest day on which it may change, and looks one day further
    # when it is the first in line, so the one that changes first is found with few looks at others.
    waiting = [(day, n) for n, course in enumerate(courses) if (day := course.next_day())]
    heapq.heapify(waiting)
    while waiting:
        day, n = heapq.heappop(waiting)
        changes = courses[n].is_certain
        courses[n].go_on()
        if following := courses[n].next_day():
            heapq.heappush(waiting, (following, n))
        settled = not waiting or waiting[0][0] > day
        if changes:
            changed_on = day
        if settled and _shown(courses, scorecard) != shown:
            return changed_on
    return None


def other_records_on(records: Iterable[Record], scorecard: Scorecard, on: date) -> date | None:
    """First day after `on` on which other records go into the score; None: never."""
    edges: list[date] = []
    for record in records:
        if record.status == "active" and record.item in scorecard.rule_of:
            end = gone_on(record, scorecard)
            # What is gone before it begins never goes in.
            if end is None or record.occurred_on < end:
                edges += [record.occurred_on, end or on]
    return min((edge for edge in edges if edge > on), default=None)


def forecast(
    records: Iterable[Record], scorecard: Scorecard, days: Iterable[date]
) -> list[tuple[date, int]]:
    """The score in thousandths on each of the days, if nothing else changes."""
    kept = list(records)
    return [(day, score(kept, scorecard, day).value) for day in days]


class _Course:
    """One rule's result as the days go by, looked at on as few of them as will do.

    `points` hold up to `_low`; on `_high`, where it is known, they are others, in the same stretch
    of days without a record that begins, so halving between the two finds the first such day.
    """

    def __init__(
        self,
        rule: Rule,
        records: list[Record],
        scorecard: Scorecard,
        on: date,
        points: int | None,
    ) -> None:
        self.rule, self._records = rule, records
        self._gone = [gone_on(record, scorecard) for record in records]
        self._faded = [weighs_until(rule, record, None) for record in records]
        self._fading = [fades_from(rule, record) for record in records]
        self._begins = sorted({record.occurred_on for record in records})
        self.points = self._points(on) if points is None else points
        self._low, self._high, self._then, self._leap = on, on, self.points, 1
        self._next: date | None = None

    @property
    def is_certain(self) -> bool:
        """True when the result changes on `next_day`."""
        return self._high - self._low == _DAY

    def next_day(self) -> date | None:
        """The earliest later day on which the result may differ; None: it never will again."""
        self._next = self._low + _DAY if self._high > self._low else self._next_day()
        return self._next

    def _next_day(self) -> date | None:
        tomorrow, days = self._low + _DAY, []
        terms = zip(self._records, self._gone, self._fading, self._faded, strict=True)
        for record, gone, fading, faded in terms:
            if gone is not None and gone <= self._low:
                continue
            if record.occurred_on > self._low:
                days.append(record.occurred_on)
                continue
            # Of no weight it still stands, and a step may begin at nothing, until it is gone.
            if gone is not None:
                days.append(gone)
            if fading is not None and faded is not None and self._low < faded:
                days.append(max(fading, tomorrow))
        return min(days, default=None)

    def go_on(self) -> None:
        """Take the certain change, or look at one more day; `next_day` was asked before."""
        if self.is_certain:
            self.points, self._low, self._leap = self._then, self._high, 1
            return
        first = self._next
        assert first is not None, "who has no next day is not asked to go on"
        if self._high > self._low:
            day = self._low + (self._high - self._low) // 2
        elif first in self._begins:
            day = first  # only from here on do weights shrink
        else:
            stop = next((b for b in self._begins if b > first), date.max)
            day = min(first + timedelta(days=self._leap - 1), stop - _DAY)
        points = self._points(day)
        if points != self.points:
            self._low, self._high, self._then = max(self._low, first - _DAY), day, points
        elif self._high > self._low:
            self._low = day
        else:
            self._low = self._high = day
            self._leap *= 4

    def _points(self, day: date) -> int:
        mine = [
            record
            for record, gone in zip(self._records, self._gone, strict=True)
            if record.occurred_on <= day and (gone is None or day < gone)
        ]
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
