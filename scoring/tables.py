"""A scorecard as small arrays of integers, which the compiled pass over a whole city looks up.

Nothing of the scorecard's meaning is decided here: `engine.py` defines it, `kernel.py` repeats it
with these numbers. What they cannot hold is not approximated: `most` is the greatest quantity for
which no product leaves 64 bits, and whoever has more is scored by `engine.py`.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.columns import Vocabulary
from scoring.scorecard import Brackets, Levels, PerUnit, Rule, Scorecard, Steps

BY_LEVEL, PER_UNIT, IN_STEPS, IN_BRACKETS = range(4)
ONE_PER: Final = {"record": 0, "act": 1, "item": 2, "rule": 3}
NONE: Final = -1
MOST_RECORDS: Final = 1 << 12  # of one person; the window of repeats is sorted by insertion
_ROOM: Final = (1 << 62) // MOST_RECORDS

RULE = np.dtype(
    [
        ("sign", np.int64),
        ("pricing", np.int64),  # BY_LEVEL …
        ("one_per", np.int64),
        ("yearly", np.int64),  # sums or caps go by the year of the act
        ("points", np.int64),  # PER_UNIT: points for every `per`
        ("per", np.int64),
        ("hold", np.int64),
        ("end", np.int64),  # NONE: does not fade
        ("within", np.int64),  # NONE: repeats weigh as the first
        ("percent", np.int64),  # place of the first of its percents, and how many they are
        ("percents", np.int64),
        ("row", np.int64),  # place of the first of its steps or brackets, and how many they are
        ("rows", np.int64),
        ("year_cap", np.int64),  # NONE: no cap
        ("total_cap", np.int64),
        ("dimension", np.int64),
        ("most", np.int64),
    ]
)


class Tables(NamedTuple):
    """All arrays; `rule_of` and `months` go by the item, `price` by rule and level + 1."""

    rules: NDArray[np.void]  # of RULE, in the order of the scorecard
    rule_of: NDArray[np.int16]  # NONE: the item is not scored
    months: NDArray[np.int64]  # retention by law; NONE: no end
    price: NDArray[np.int64]  # NONE: the rule does not price that level
    percents: NDArray[np.int64]
    rows: NDArray[np.int64]  # at, points, per
    order: NDArray[np.int64]  # place of each rule's line among those that may be equal
    held: NDArray[np.int64]  # by dimension: floor, ceiling
    scale: NDArray[np.int64]  # base, minimum, maximum


def tables_of(card: Scorecard, words: Vocabulary) -> Tables:
    """Compile a scorecard for columns that use this vocabulary."""
    rules = np.zeros(len(card.rules), RULE)
    price = np.full((len(card.rules), len(words.levels) + 1), NONE, np.int64)
    percents: list[int] = []
    rows: list[tuple[int, int, int]] = []
    dimension_at = {dimension.id: n for n, dimension in enumerate(card.dimensions)}
    for n, rule in enumerate(card.rules):
        assert rule.one_per == "record" or not _yearly(rule), "the loader refuses it"
        own = _rows(rule)
        percent = rule.repeat.percent if rule.repeat else ()
        rules[n] = (
            rule.sign, _pricing(rule), ONE_PER[rule.one_per], _yearly(rule), *_unit(rule),
            *((rule.fade.hold_days, rule.fade.end_days) if rule.fade else (0, NONE)),
            rule.repeat.within_days if rule.repeat else NONE, len(percents), len(percent),
            len(rows), len(own), _cap(rule.year_cap), _cap(rule.total_cap),
            dimension_at[rule.dimension], _most(rule),
        )  # fmt: skip
        percents += percent
        rows += own
        if isinstance(rule.pricing, Levels):
            for at, level in enumerate(("any", *words.levels)):
                price[n, at] = rule.pricing.points.get(level, NONE)
    place_of = {rule.id: n for n, rule in enumerate(card.rules)}
    by_dimension = sorted(range(len(card.rules)), key=lambda n: rules[n]["dimension"])
    return Tables(
        rules=rules,
        rule_of=np.array(
            [place_of[card.rule_of[i].id] if i in card.rule_of else NONE for i in words.items],
            np.int16,
        ),
        months=np.array([card.retention_months.get(i, NONE) for i in words.items], np.int64),
        price=price,
        percents=np.array(percents, np.int64),
        rows=np.array(rows, np.int64).reshape(-1, 3),
        order=np.argsort(by_dimension).astype(np.int64),
        held=np.array([(d.floor, d.ceiling) for d in card.dimensions], np.int64).reshape(-1, 2),
        scale=np.array([card.base, card.minimum, card.maximum], np.int64),
    )


def _pricing(rule: Rule) -> int:
    kinds = {Levels: BY_LEVEL, PerUnit: PER_UNIT, Steps: IN_STEPS, Brackets: IN_BRACKETS}
    return kinds[type(rule.pricing)]


def _yearly(rule: Rule) -> bool:
    return rule.sum_over == "year" or rule.year_cap is not None


def _unit(rule: Rule) -> tuple[int, int]:
    return (rule.pricing.points, rule.pricing.per) if isinstance(rule.pricing, PerUnit) else (1, 1)


def _rows(rule: Rule) -> list[tuple[int, int, int]]:
    match rule.pricing:
        case Steps(steps):
            return [(step.at, step.points, 1) for step in steps]
        case Brackets(brackets):
            return [(bracket.at, bracket.points, bracket.per) for bracket in brackets]
    return []


def _cap(points: int | None) -> int:
    return NONE if points is None else points


def _most(rule: Rule) -> int:
    """The greatest quantity of a record for which every product of the rule fits."""
    factor = max(rule.repeat.percent, default=100) if rule.repeat else 1
    if rule.fade is not None:
        factor *= rule.fade.end_days
    match rule.pricing:
        case PerUnit(points, _):
            factor *= max(points, 1)
        case Brackets(brackets):
            factor *= max(bracket.points for bracket in brackets) or 1
    return _ROOM // factor
