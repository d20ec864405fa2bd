"""What changed between two scores, split without remainder into time, rule and data.

The path is fixed so that the parts add up: first time passes over the old records under the old
scorecard, then the scorecard changes, then the records. A record that happened and was delivered in
between is therefore data, not time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from scoring.engine import score
from scoring.records import Record
from scoring.score import Score
from scoring.scorecard import Scorecard

Effect = Literal["time", "rule", "data"]
Subject = Literal["base", "rule", "dimension_held", "score_held"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Thousandths by which one line of the explanation moved through one effect."""

    effect: Effect
    subject: Subject
    id: str
    points: int


@dataclass(frozen=True, slots=True)
class RecordChange:
    """A record that is new, gone, or differs (corrected, repaired, withdrawn, disputed)."""

    key: str
    before: Record | None
    after: Record | None


@dataclass(frozen=True, slots=True)
class Change:
    """`after.value - before.value` = `time` + `rule` + `data` = the sum of the differences."""

    before: Score
    after: Score
    time: int
    rule: int
    data: int
    differences: tuple[Difference, ...]
    records: tuple[RecordChange, ...]


@dataclass(frozen=True, slots=True)
class Situation:
    """What a score is made from: the records as known then, the scorecard in force, the day."""

    records: tuple[Record, ...]
    scorecard: Scorecard
    on: date

    def score(self) -> Score:
        """The score of this situation."""
        return score(self.records, self.scorecard, self.on)


def compare(before: Situation, after: Situation) -> Change:
    """Explain the way from one situation to the other."""
    path = [
        before.score(),
        score(before.records, before.scorecard, after.on),
        score(before.records, after.scorecard, after.on),
        after.score(),
    ]
    effects: tuple[Effect, ...] = ("time", "rule", "data")
    differences: list[Difference] = []
    for effect, old, new in zip(effects, path[:-1], path[1:], strict=True):
        differences += _differences(effect, old, new)
    time, rule, data = (b.value - a.value for a, b in pairwise(path))
    moved = tuple(_moved(before.records, after.records))
    return Change(path[0], path[-1], time, rule, data, tuple(differences), moved)


def lines(result: Score) -> dict[tuple[Subject, str], int]:
    """The explanation as lines that sum exactly to the value."""
    parts: dict[tuple[Subject, str], int] = {("base", ""): result.base}
    for dimension in result.dimensions:
        for rule in dimension.rules:
            parts["rule", rule.rule.id] = rule.points
        parts["dimension_held", dimension.dimension.id] = dimension.held
    parts["score_held", ""] = result.held
    return parts


def _differences(effect: Effect, old: Score, new: Score) -> list[Difference]:
    before, after = lines(old), lines(new)
    return [
        Difference(
            effect, subject, name, after.get((subject, name), 0) - before.get((subject, name), 0)
        )
        for subject, name in dict.fromkeys([*before, *after])
        if after.get((subject, name), 0) != before.get((subject, name), 0)
    ]


def _moved(before: Iterable[Record], after: Iterable[Record]) -> list[RecordChange]:
    old, new = ({record.key: record for record in records} for records in (before, after))
    return [
        RecordChange(key, old.get(key), new.get(key))
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    ]
