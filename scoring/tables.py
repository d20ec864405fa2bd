"""A scorecard as a record of small arrays, which the compiled pass over a whole city looks up.

Nothing of the scorecard's meaning is decided here: `engine.py` defines it, `kernel` repeats it
with these numbers. What they cannot hold is not approximated: `most` is the greatest quantity for
which no product leaves 64 bits, and whoever has more is scored by `engine.py`.
"""

from collections.abc import Sized
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.columns import Vocabulary
from scoring.scorecard import Brackets, Fade, Levels, PerUnit, Rule, Scorecard, Steps

BY_LEVEL, PER_UNIT, IN_STEPS, IN_BRACKETS = range(4)
BY_RECORD, BY_ACT, BY_ITEM, BY_RULE = range(4)
ONE_PER: Final = {"record": BY_RECORD, "act": BY_ACT, "item": BY_ITEM, "rule": BY_RULE}
NONE: Final = -1
MOST_RECORDS: Final = 1 << 12  # of one person; the window of repeats is sorted by insertion
FINE: Final = 1 << 10  # parts of a unit in which the pass reckons effects
TOO_STEEP: Final = 1 << 40  # in parts; times the points of a bracket it still fits
_ROOM: Final = 1 << 62
_STEEPEST: Final = _ROOM // TOO_STEEP
_NO_CAP: Final = _ROOM

ITEM = np.dtype(
    [
        ("rule", np.int64),  # NONE: the item is not scored
        ("months", np.int64),  # retention by law; NONE: no end
    ]
)
RULE = np.dtype(
    [
        ("sign", np.int64),
        ("pricing", np.int64),  # BY_LEVEL …
        ("one_per", np.int64),  # BY_RECORD …
        ("yearly", np.int64),  # sums or caps go by the year of the act
        ("points", np.int64),  # PER_UNIT: points for every `per`; else 1
        ("end", np.int64),  # days until it has faded; NONE: does not fade
        ("span", np.int64),  # days that fading takes, the greatest weight; 1: does not fade
        ("scale", np.int64),  # by what amount times percent times weight is divided
        ("keeps", np.int64),  # a record of no weight may still matter
        ("within", np.int64),  # NONE: repeats weigh as the first
        ("percent", np.int64),  # place of the first of its percents, and how many they are
        ("percents", np.int64),
        ("row", np.int64),  # place of the first of its steps or brackets, and how many they are
        ("rows", np.int64),
        ("year_cap", np.int64),
        ("total_cap", np.int64),
        ("dimension", np.int64),
        ("order", np.int64),  # place of its line among those that may be equal
        ("most", np.int64),  # NONE: the pass can hold nothing of it
    ]
)
DIMENSION = np.dtype([("floor", np.int64), ("ceiling", np.int64)])


def tables_of(card: Scorecard, words: Vocabulary) -> NDArray[np.void]:
    """Compile a scorecard for columns that use this vocabulary: an array of one record."""
    percents = [p for rule in card.rules for p in _percents(rule)]
    rows = [row for rule in card.rules for row in _rows(rule)]
    rules = _room(card.rules, 64)
    tables = np.zeros(
        1,
        [
            ("rules", RULE, rules),  # in the order of the scorecard
            ("items", ITEM, _room(words.items, 128)),
            ("price", np.int64, (rules, _room(words.levels, 31) + 1)),  # NONE: not priced
            ("percents", np.int64, _room(percents, 32)),
            ("rows", np.int64, (_room(rows, 64), 3)),  # at, points, per
            ("ranked", np.int64, rules),  # order -> rule
            ("dimensions", DIMENSION, _room(card.dimensions, 8)),
            ("scored", np.int64),  # how many rules there are,
            ("held", np.int64),  # and how many dimensions
            ("base", np.int64),
            ("minimum", np.int64),
            ("maximum", np.int64),
        ],
    )
    table = tables[0]
    _fill_rules(table, card)
    _fill_items(table, card, words)
    table["percents"][: len(percents)] = percents
    table["rows"][: len(rows)] = np.array(rows, np.int64).reshape(-1, 3)
    held = np.array([(d.floor, d.ceiling) for d in card.dimensions], DIMENSION)
    table["dimensions"][: len(held)] = held
    table["scored"], table["held"] = len(card.rules), len(card.dimensions)
    table["base"], table["minimum"], table["maximum"] = card.base, card.minimum, card.maximum
    return tables


def _room(things: Sized, least: int) -> int:
    """Twice as much whenever it is not enough: the pass is compiled anew for each other size."""
    room = least
    while room < len(things):
        room *= 2
    return room


def _fill_rules(table: np.void, card: Scorecard) -> None:
    dimension_at = {dimension.id: n for n, dimension in enumerate(card.dimensions)}
    ranked = sorted(range(len(card.rules)), key=lambda n: dimension_at[card.rules[n].dimension])
    table["ranked"][: len(ranked)] = ranked
    percent, row = 0, 0
    for n, rule in enumerate(card.rules):
        assert rule.one_per == "record" or not _yearly(rule), "the loader refuses it"
        points, per = _unit(rule)
        end, span = (rule.fade.end_days, _span(rule.fade)) if rule.fade else (NONE, 1)
        percents, rows = len(_percents(rule)), len(_rows(rule))
        scale = per * span * (100 if rule.repeat else 1)
        within = rule.repeat.within_days if rule.repeat else NONE
        table["rules"][n] = (
            rule.sign, _pricing(rule), ONE_PER[rule.one_per], _yearly(rule), points, end, span,
            scale, _keeps(rule), within, percent, percents, row, rows, _cap(rule.year_cap),
            _cap(rule.total_cap), dimension_at[rule.dimension], ranked.index(n), _most(rule),
        )  # fmt: skip
        percent, row = percent + percents, row + rows


def _fill_items(table: np.void, card: Scorecard, words: Vocabulary) -> None:
    place_of = {rule.id: n for n, rule in enumerate(card.rules)}
    for n, item in enumerate(words.items):
        rule = place_of[card.rule_of[item].id] if item in card.rule_of else NONE
        table["items"][n] = (rule, card.retention_months.get(item, NONE))
    table["price"][:] = NONE
    for n, scored in enumerate(card.rules):
        if isinstance(scored.pricing, Levels):
            for at, level in enumerate(("any", *words.levels)):
                worth = scored.pricing.points.get(level, NONE)
                table["price"][n, at] = worth if worth <= _most(scored) else NONE


def _pricing(rule: Rule) -> int:
    kinds = {Levels: BY_LEVEL, PerUnit: PER_UNIT, Steps: IN_STEPS, Brackets: IN_BRACKETS}
    return kinds[type(rule.pricing)]


def _yearly(rule: Rule) -> bool:
    return rule.sum_over == "year" or rule.year_cap is not None


def _unit(rule: Rule) -> tuple[int, int]:
    return (rule.pricing.points, rule.pricing.per) if isinstance(rule.pricing, PerUnit) else (1, 1)


def _span(fade: Fade) -> int:
    return fade.end_days - fade.hold_days


def _keeps(rule: Rule) -> bool:
    """What has faded to nothing still makes others a repeat, or stands on a step at nothing."""
    return rule.repeat is not None or (
        isinstance(rule.pricing, Steps) and rule.pricing.steps[0].at == 0
    )


def _percents(rule: Rule) -> tuple[int, ...]:
    return rule.repeat.percent if rule.repeat else ()


def _rows(rule: Rule) -> list[tuple[int, int, int]]:
    match rule.pricing:
        case Steps(steps):
            return [(step.at, step.points, 1) for step in steps]
        case Brackets(brackets):
            return [(bracket.at, bracket.points, bracket.per) for bracket in brackets]
    return []


def _cap(points: int | None) -> int:
    return _NO_CAP if points is None else points


def _most(rule: Rule) -> int:
    """The greatest quantity, or price, of a record for which every number of the pass fits.

    Those are: amount times percent times weight, in parts; the amounts of all records times
    percent, in parts; and all quantities times the points of a bracket.
    """
    factor = max(_percents(rule), default=1)
    most = min(
        _ROOM // FINE // (_span(rule.fade) if rule.fade else 1), _ROOM // FINE // MOST_RECORDS
    )
    match rule.pricing:
        case PerUnit(points, _):
            factor *= max(points, 1)
        case Brackets(brackets):
            steepest = max(bracket.points for bracket in brackets)
            if steepest >= _STEEPEST:
                return NONE
            most = min(most, _ROOM // MOST_RECORDS // max(steepest, 1))
    return most // factor
