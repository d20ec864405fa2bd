"""Score a block of persons: the one function that is called from outside of the pass."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from scoring.columns import NEVER, Columns
from scoring.kernel.compiled import SOURCES, Row, compiled, kept
from scoring.kernel.desk import TOP, Results
from scoring.kernel.laying import chain, clear, date, price
from scoring.kernel.outcome import give, line, settle, start
from scoring.kernel.outlook import next_change, stand_in_line
from scoring.kernel.rules import apply_rule
from scoring.tables import MOST_RECORDS, NONE

Structured = NDArray[np.void]
Block = Callable[[Columns, Structured, Structured, Results, int, int, bool], None]


def _made_of(sources: int) -> Block:
    """The function, for the cache another one when it is made of other sources."""

    @kept
    def score_block(
        columns: Columns,
        tables: Structured,
        desks: Structured,
        results: Results,
        first: int,
        day: int,
        look_ahead: bool,
    ) -> None:
        assert sources
        card, desk = tables[0], desks[0]
        high = 0
        for person in range(len(results.value)):
            low = high
            while high < len(columns.person) and columns.person[high] == first + person:
                high += 1
            clear(desk)
            desk.fits = high - low <= MOST_RECORDS
            if desk.fits:
                _lay_out(columns, card, desk, results.counted, low, high, day)
            if desk.fits:
                _score(card, desk, day, look_ahead)
                _hand_over(card, desk, results, person)
            results.beyond[person] = not desk.fits

    return score_block


@compiled
def _lay_out(
    columns: Columns,
    card: Row,
    desk: Row,
    counted: NDArray[np.bool_],
    low: int,
    high: int,
    day: int,
) -> None:
    for at in range(low, high):
        item, place = columns.item[at], at - low
        if card.items[item].rule == NONE:
            continue
        price(card, desk, place, item, columns.level[at], columns.quantity[at])
        days = columns.occurred[at], columns.ended[at], columns.until[at]
        date(card, desk, place, item, days)
        counted[at] = chain(card, desk, place, item, columns.act[at], day)


@compiled
def _score(card: Row, desk: Row, day: int, look_ahead: bool) -> None:
    start(card, desk)
    for n in range(desk.count):
        points, following = apply_rule(card, desk, desk.used[n], day, look_ahead)
        give(card, desk, desk.used[n], points)
        stand_in_line(desk, n, following)
    settle(card, desk)
    desk.change = next_change(card, desk) if look_ahead else NEVER


@compiled
def _hand_over(card: Row, desk: Row, results: Results, person: int) -> None:
    results.value[person] = desk.value
    for n in range(card.held):
        results.dimensions[person, n] = desk.shown[n]
    for n in range(TOP):
        code, points = line(card, desk, n)
        results.reason[person, n], results.reason_points[person, n] = code, points
    results.next_change[person] = desk.change
    results.holds_until[person] = min(desk.until, desk.change)


score_block = _made_of(SOURCES)
"""Fill the results for the persons from number `first` on, whose records the columns are.

Without `look_ahead` the next change is not searched: it stays NEVER for all.
"""
