"""The first later day with another value or dimension, as `scoring.outlook` defines it.

The rules stand in a line by the day on which each may change; the first is looked at again. A
place in the line is one number, day and which of the rules, so that the least is the next one.
"""

from scoring.columns import NEVER
from scoring.kernel.compiled import Row, compiled
from scoring.kernel.outcome import held
from scoring.kernel.rules import apply_rule

_RULES = 1 << 16  # more than there are


@compiled
def stand_in_line(desk: Row, n: int, day: int) -> None:
    """The n-th rule in use may change on the day."""
    desk.line[n] = day * _RULES + n


@compiled
def next_change(card: Row, desk: Row) -> int:
    """The day; NEVER. The rules stand in line."""
    changed_on = NEVER
    first = _first_in_line(desk)
    while first // _RULES < NEVER:
        day, n = first // _RULES, first % _RULES
        number = desk.used[n]
        course, rule = desk.course[number], card.rules[number]
        points, following = apply_rule(card, desk, number, day, True)
        if points != course.points:
            desk.raw[rule.dimension] += points - course.points
            course.points = points
            changed_on = day
        stand_in_line(desk, n, following)
        first = _first_in_line(desk)
        if changed_on == day < first // _RULES and _differs(card, desk):
            return int(day)
    return NEVER


@compiled
def _first_in_line(desk: Row) -> int:
    first = NEVER * _RULES
    for n in range(desk.count):
        first = min(first, desk.line[n])
    return int(first)


@compiled
def _differs(card: Row, desk: Row) -> bool:
    differs, total = False, card.base
    for n in range(card.held):
        points = held(card, desk, n)
        differs |= points != desk.shown[n]
        total += points
    return bool(differs | (min(max(total, card.minimum), card.maximum) != desk.value))
