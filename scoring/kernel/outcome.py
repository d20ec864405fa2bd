"""From what the rules give to value, dimensions, and the lines of greatest effect.

A line is one number, so that the greater of two is the one that `reasons.py` tells first: the
larger effect; of equal ones what takes away; then the order of the scorecard, dimensions after
rules and the scale last. Whichever numbers are the greatest, keeping them needs no branch.
"""

from scoring.kernel.compiled import Row, compiled
from scoring.kernel.desk import TOP
from scoring.tables import NONE

_PLACE = 1 << 16  # more than there are lines
_MOST = 1 << 38  # points of a rule: a line of many such still fits into a number


@compiled
def start(card: Row, desk: Row) -> None:
    """Nothing is given yet."""
    for n in range(card.held):
        desk.raw[n] = 0
    for n in range(TOP):
        desk.top[n] = 0


@compiled
def give(card: Row, desk: Row, number: int, points: int) -> None:
    """Add what a rule gives."""
    rule = card.rules[number]
    desk.fits &= abs(points) < _MOST
    desk.course[number].points = points
    desk.raw[rule.dimension] += points
    _keep(desk, rule.order, points)


@compiled
def settle(card: Row, desk: Row) -> None:
    """Hold the dimensions and the value within their limits."""
    total = card.base
    for n in range(card.held):
        desk.shown[n] = held(card, desk, n)
        total += desk.shown[n]
        _keep(desk, card.scored + n, desk.shown[n] - desk.raw[n])
    desk.value = min(max(total, card.minimum), card.maximum)
    _keep(desk, card.scored + card.held, desk.value - total)


@compiled
def held(card: Row, desk: Row, dimension: int) -> int:
    """A dimension's points within floor and ceiling."""
    limits = card.dimensions[dimension]
    return int(min(max(desk.raw[dimension], limits.floor), limits.ceiling))


@compiled
def line(card: Row, desk: Row, n: int) -> tuple[int, int]:
    """Code and points of the n-th of the greatest lines."""
    number = desk.top[n]
    if number == 0:
        return NONE, 0
    place, effect = _PLACE - 1 - number % _PLACE, number // _PLACE
    code = card.ranked[place] if place < card.scored else place
    return int(code), int(-(effect // 2) if effect % 2 else effect // 2)


@compiled
def _keep(desk: Row, place: int, effect: int) -> None:
    takes = 1 if effect < 0 else 0
    number = (abs(effect) * 2 + takes) * _PLACE + _PLACE - 1 - place
    number = 0 if effect == 0 else number
    for n in range(TOP):
        greater = max(desk.top[n], number)
        number = min(desk.top[n], number)
        desk.top[n] = greater
