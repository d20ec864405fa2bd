"""What if: the same engine over changed records or a later day; what would raise the score most.

Nothing is guessed: every gain is found by recomputing with the change. Not binding, since nobody
knows which records come.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from scoring.engine import score
from scoring.records import Record
from scoring.score import Counted, Score
from scoring.scorecard import TENTH, Brackets, Levels, PerUnit, Rule, Scorecard, Steps

MOST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Repair:
    """Suppose that the record with this key is repaired now."""

    key: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Suppose that this many days pass."""

    days: int


@dataclass(frozen=True, slots=True)
class Add:
    """Suppose that a further record comes."""

    record: Record


Supposition = Repair | Wait | Add


@dataclass(frozen=True, slots=True)
class Advice:
    """A change and the thousandths that it would bring on that day."""

    kind: Literal["repair", "add"]
    rule: Rule
    gain: int
    record: Record


class UnknownRecordError(LookupError):
    """A repair names a record that the person does not have."""


def what_if(
    records: Iterable[Record], scorecard: Scorecard, on: date, suppositions: Iterable[Supposition]
) -> Score:
    """The score under the suppositions, in order. `UnknownRecordError`; ValueError on days."""
    kept = {record.key: record for record in records}
    for supposition in suppositions:
        match supposition:
            case Repair(key):
                if key not in kept:
                    raise UnknownRecordError(key)
                kept[key] = replace(kept[key], status="repaired")
            case Wait(days):
                if not 0 <= days <= MOST_DAYS:
                    raise ValueError(f"days: 0 to {MOST_DAYS}")
                on += timedelta(days=days)
            case Add(record):
                kept[record.key] = record
    return score(kept.values(), scorecard, on)


def advise(
    records: Iterable[Record],
    scorecard: Scorecard,
    on: date,
    repairable: frozenset[str] = frozenset(),
) -> list[Advice]:
    """What would raise the score, the greatest gain first; ties in the order of the scorecard.

    Considered: repairing each counted record whose item is `repairable`, and one further record of
    each kind that a resident can bring about (rules that carry advice), one step or unit more.
    """
    kept = tuple(records)
    now = score(kept, scorecard, on)
    found = [
        Advice("repair", rule.rule, _gain(kept, now, Repair(entry.record.key)), entry.record)
        for rule in now.rules
        for entry in rule.counted
        if rule.rule.sign < 0 and entry.record.item in repairable
    ]
    for rule in scorecard.rules:
        if rule.advice:
            entries = [entry for r in now.rules if r.rule is rule for entry in r.counted]
            one_more = further(rule, entries, on)
            found.append(Advice("add", rule, _gain(kept, now, Add(one_more)), one_more))
    helpful = [advice for advice in found if advice.gain > 0]
    return sorted(helpful, key=lambda advice: -advice.gain)


def _gain(records: tuple[Record, ...], now: Score, change: Supposition) -> int:
    return what_if(records, now.scorecard, now.on, [change]).value - now.value


def further(rule: Rule, entries: list[Counted], on: date) -> Record:
    """The smallest further record of the rule that can move its result by a tenth."""
    alone = rule.one_per in ("item", "rule")  # it must outweigh the one that counts now
    level: str | None = None
    quantity: int | None = None
    match rule.pricing:
        case Levels(points):
            level = next((name for name, worth in points.items() if worth and name != "any"), None)
        case PerUnit(points, per):
            quantity = per * -(-TENTH // points)
            if alone:
                quantity += max((e.record.quantity or 0 for e in entries if e.counts), default=0)
        case Steps(steps):
            reached = sum(entry.quantity for entry in entries)
            following = next((step.at for step in steps if step.at > reached), steps[-1].at)
            quantity = following if alone else max(following - reached, 1)
        case Brackets(brackets):
            first = brackets[0]
            quantity = first.at + first.per * -(-TENTH // max(first.points, 1))
    return Record(
        key="what-if:" + rule.id, item=rule.items[0], occurred_on=on, ended_on=on,
        level=level, quantity=quantity, act_key="what-if:" + rule.id,
    )  # fmt: skip
