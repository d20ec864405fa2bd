"""What the pass works on: room for one person's intermediate results, and a block's results."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.columns import NEVER
from scoring.kernel.civil import YEARS
from scoring.tables import MOST_RECORDS, NONE

TOP = 4  # reasons kept for each person


class Results(NamedTuple):
    """One row per person; points in thousandths."""

    value: NDArray[np.int32]
    dimensions: NDArray[np.int32]  # persons, dimensions of the scorecard
    reason: NDArray[np.int16]  # persons, TOP: rule, then rules + dimension, then the scale; -1
    reason_points: NDArray[np.int64]  # what caps and limits take away has no limit itself
    next_change: NDArray[np.int32]  # first later day with other points if nothing changes; NEVER
    holds_until: NDArray[np.int32]  # first later day on which other records go in; NEVER
    counted: NDArray[np.bool_]  # records: it is in force and some rule prices it
    beyond: NDArray[np.bool_]  # persons: numbers too large for the pass; `engine.py` must score


MINE = np.dtype(
    [
        ("amount", np.int64),  # points of a level, points times quantity, or quantity
        ("nothing", np.int64),  # first day of no weight; NEVER: it does not fade
        ("occurred", np.int32),
        ("gone", np.int32),  # first day on which it is no longer in force
        ("following", np.int32),  # the next row of the same rule; NONE
        ("group", np.int32),  # what counts once and repeats as one
        ("nth", np.int32),  # place in the repeat window
        ("year", np.int32),
    ],
    align=True,
)
GROUP = np.dtype(
    [
        ("walk", np.int64),  # the walk that the next two are of
        ("greatest", np.int64),  # effect so far, in parts,
        ("top", np.int64),  # and the row that has it
        ("window", np.int64),  # how many of its records lie in the repeat window
    ]
)
COURSE = np.dtype(
    [
        ("tail", np.int64),  # the last row of the rule
        ("points", np.int64),  # what the rule gives
    ]
)
YEAR = np.dtype(
    [
        ("sum", np.int64),  # effects of the records of a year
        ("steep", np.int64),  # worth of those that fade
        ("rounding", np.int64),  # the parts that their effects may lose at once
        ("records", np.int64),  # 0: not in use
    ]
)


def make_desk(tables: NDArray[np.void]) -> NDArray[np.void]:
    """Room for any person under these tables; a thread may use it for block after block."""
    rules = tables.dtype["rules"].shape[0]
    items = tables.dtype["items"].shape[0]
    dimensions = tables.dtype["dimensions"].shape[0]
    desk = np.zeros(
        1,
        [
            ("mine", MINE, MOST_RECORDS + rules),  # the records, and before each rule's first one
            ("groups", GROUP, max(MOST_RECORDS, items)),
            ("course", COURSE, rules),
            ("used", np.int64, rules + 1),  # the rules that the person has records of
            ("line", np.int64, rules),  # for each of them when it may change; see `outlook`
            ("count", np.int64),  # how many they are
            ("until", np.int64),  # first later day on which other records are in force; NEVER
            ("fits", np.bool_),  # the pass can hold it all
            ("walk", np.int64),  # number of the walk along a rule's chain
            ("year", YEAR, YEARS),
            ("years", np.int64, MOST_RECORDS),  # the years in use
            ("window", np.int64, MOST_RECORDS),  # rows by day and group
            ("raw", np.int64, dimensions),  # sums of the rules
            ("shown", np.int64, dimensions),  # the same as it stood today, within floor and ceiling
            ("value", np.int64),  # today's
            ("change", np.int64),  # first later day with another value or dimension; NEVER
            ("top", np.int64, TOP),  # the greatest lines, as numbers; see `outcome`
        ],
    )
    desk["mine"]["following"] = NONE
    desk["course"]["tail"] = MOST_RECORDS + np.arange(rules)
    return desk


def make_results(people: int, records: int, dimensions: int) -> Results:
    """Room for the results of a block."""
    return Results(
        value=np.empty(people, np.int32),
        dimensions=np.empty((people, dimensions), np.int32),
        reason=np.empty((people, TOP), np.int16),
        reason_points=np.empty((people, TOP), np.int64),
        next_change=np.full(people, NEVER, np.int32),
        holds_until=np.empty(people, np.int32),
        counted=np.zeros(records, np.bool_),
        beyond=np.zeros(people, np.bool_),
    )
