"""The compiled pass: a block of persons at a time, each rule as `engine.py` defines it.

One person's records are laid out on the `mine` rows of a desk, chained by rule, with everything
that does not depend on the day worked out once; a rule then costs one walk along its chain, today
or on any later day. All magnitudes are positive: a rule's sign is put back at its end, so `//`
rounds toward zero. Of the records of one act the greatest counts: to a sum it adds what it exceeds
the greatest before it by.

All of it stands in one file because a compiled function that lies in the cache is made anew when
its own file changes, not when another one does.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, ParamSpec, TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from scoring.columns import NEVER, OPEN, Columns
from scoring.tables import BY_LEVEL, IN_BRACKETS, IN_STEPS, MOST_RECORDS, NONE, PER_UNIT, Tables

TOP = 4  # reasons kept for each person
_YEARS = 10_000
_EARLIEST, _LATEST = -719_000, 2_900_000  # the years 1 to 9909
_RECORD, _ACT, _ITEM = 0, 1, 2
_TENTH = 100
_FINE, _STEEP = 1 << 10, 1 << 40  # parts of a unit lost in a day, and at most so many of them


P = ParamSpec("P")
T = TypeVar("T")
Row = Any  # a row of a structured array: NumPy's types know no names of fields


def compiled(function: Callable[P, T]) -> Callable[P, T]:
    """Compile as a part of whoever calls it: handing arrays on would cost more than the work."""
    made: Callable[P, T] = njit(forceinline=True, error_model="numpy")(function)
    return made


def kept(function: Callable[P, T]) -> Callable[P, T]:
    """Compile at the first call, for threads that run side by side, and keep it for later runs."""
    try:
        made: Callable[P, T] = njit(nogil=True, cache=True, error_model="numpy")(function)
    except RuntimeError:  # no folder to keep it in: then each process compiles for itself
        made = njit(nogil=True, error_model="numpy")(function)
    return made


class Results(NamedTuple):
    """One row per person; points in thousandths."""

    value: NDArray[np.int32]
    dimensions: NDArray[np.int32]  # persons, dimensions of the scorecard
    reason: NDArray[np.int16]  # persons, TOP: rule, then rules + dimension, then the scale; -1
    reason_points: NDArray[np.int32]
    next_change: NDArray[np.int32]  # first later day with other points if nothing changes; NEVER
    holds_until: NDArray[np.int32]  # first later day on which other records go in; NEVER
    counted: NDArray[np.bool_]  # records: it is in force and some rule prices it
    beyond: NDArray[np.bool_]  # persons: numbers too large for the pass; `engine.py` must score


MINE = np.dtype(
    [
        ("amount", np.int64),  # points of a level, points times quantity, or quantity
        ("greatest", np.int64),  # used by the row whose place is a group: greatest effect so far,
        ("top", np.int64),  # the place of the row that has it,
        ("window", np.int64),  # and how many of its records lie in the repeat window
        ("occurred", np.int32),
        ("gone", np.int32),  # first day on which it is no longer in force
        ("full", np.int32),  # last day of full weight; NEVER: it does not fade
        ("nothing", np.int32),  # first day of no weight
        ("following", np.int32),  # the next row of the same rule; NONE
        ("group", np.int32),  # what counts once, as the place of a row
        ("act", np.int32),  # what repeats, as the place of a row
        ("nth", np.int32),  # place in the repeat window
        ("year", np.int32),
        ("sorted", np.int32),  # the n-th row is the place of the n-th by day and act
    ],
    align=True,
)
COURSE = np.dtype(
    [
        ("head", np.int64),  # the first row of the rule; NONE
        ("tail", np.int64),
        ("points", np.int64),  # what the rule gives
        ("following", np.int64),  # up to which day at least, that day not included
    ]
)


YEAR = np.dtype(
    [
        ("sum", np.int64),  # effects of the records of a year
        ("falls", np.int64),
        ("records", np.int64),  # 0: not in use
    ]
)


class Desk(NamedTuple):
    """Room for one person's intermediate results."""

    mine: NDArray[np.void]  # of MINE: the person's records
    course: NDArray[np.void]  # of COURSE, by rule
    used: NDArray[np.int64]  # the rules that the person has records of, ascending
    year: NDArray[np.void]  # of YEAR
    years: NDArray[np.int64]  # the years in use
    raw: NDArray[np.int64]  # dimension -> sum of its rules
    shown: NDArray[np.int64]  # the same as it stood today
    first: NDArray[np.int64]  # item -> the person's first row of it, where items count once


def make_desk(tables: Tables) -> Desk:
    """Room for any person under these tables."""
    course, mine = np.zeros(len(tables.rules), COURSE), np.zeros(MOST_RECORDS, MINE)
    course["head"] = mine["top"] = NONE
    return Desk(
        mine=mine,
        course=course,
        used=np.empty(len(tables.rules), np.int64),
        year=np.zeros(_YEARS, YEAR),
        years=np.empty(MOST_RECORDS, np.int64),
        raw=np.empty(len(tables.held), np.int64),
        shown=np.empty(len(tables.held), np.int64),
        first=np.full(len(tables.rule_of), NONE, np.int64),
    )


def make_results(people: int, records: int, dimensions: int) -> Results:
    """Room for the results of a block."""
    return Results(
        value=np.empty(people, np.int32),
        dimensions=np.empty((people, dimensions), np.int32),
        reason=np.empty((people, TOP), np.int16),
        reason_points=np.empty((people, TOP), np.int32),
        next_change=np.full(people, NEVER, np.int32),
        holds_until=np.empty(people, np.int32),
        counted=np.zeros(records, np.bool_),
        beyond=np.zeros(people, np.bool_),
    )


@compiled
def year_of(day: int) -> int:
    """The calendar year of a day since 1970-01-01 (proleptic Gregorian calendar)."""
    return _civil(day)[0]


@compiled
def _civil(day: int) -> tuple[int, int, int]:
    """Year, month, day: years counted from March, so that the leap day ends one."""
    shifted = day + 719_468
    era = shifted // 146_097
    of_era = shifted - era * 146_097
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    day_of_month = of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    return year + era * 400 + (1 if month <= 2 else 0), month, day_of_month


@compiled
def _day(year: int, month: int, day: int) -> int:
    year = year - 1 if month <= 2 else year
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


@compiled
def term_end(ended: int, months: int) -> int:
    """First day after a term of months; see `validity.retention_end`."""
    year, month, day = _civil(ended)
    months += year * 12 + month - 1
    year, month = months // 12, months % 12 + 1
    last = _day(year + month // 12, month % 12 + 1, 1) - _day(year, month, 1)
    return _day(year, month, min(day, last)) + 1


@kept
def score_block(
    columns: Columns,
    tables: Tables,
    desk: Desk,
    results: Results,
    first: int,
    day: int,
    look_ahead: bool,
) -> None:
    """Fill `results` for the persons from number `first` on, whose records the columns are.

    Without `look_ahead` the next change is not searched: `next_change` stays NEVER for all.
    """
    course, used = desk.course, desk.used
    high = 0
    for person in range(len(results.value)):
        low = high
        while high < len(columns.person) and columns.person[high] == first + person:
            high += 1
        count, until, fits = 0, NEVER, high - low <= MOST_RECORDS
        if fits:
            count, until, fits = _lay_out(columns, tables, desk, results.counted, low, high, day)
        results.beyond[person] = not fits
        if fits:
            for n in range(count):
                way = course[used[n]]
                points, following = _apply_rule(tables, desk, used[n], day, look_ahead)
                way.points, way.following = points, following
            _show(tables, desk, results, person, count)
            if look_ahead:
                change = _next_change(tables, desk, count)
                results.next_change[person] = change
                until = min(until, change)
            results.holds_until[person] = until
        for n in range(count):
            course[used[n]].head = NONE


@compiled
def _lay_out(
    columns: Columns,
    tables: Tables,
    desk: Desk,
    counted: NDArray[np.bool_],
    low: int,
    high: int,
    day: int,
) -> tuple[int, int, bool]:
    """Chain each rule's records, and mark those in force.

    How many rules there are, the first later day on which other records are in force, and whether
    the pass can hold it all.
    """
    fits, count, until = True, 0, NEVER
    for at in range(low, high):
        rule = int(tables.rule_of[columns.item[at]])
        if rule == NONE:
            continue
        row = desk.mine[at - low]
        fits &= _describe(row, columns, tables, rule, at)
        _place(row, columns, tables.rules[rule], desk.first, at, at - low)
        if row.occurred <= day:
            counted[at] = row.gone > day
            until = min(until, row.gone) if row.gone > day else until
        elif row.occurred < row.gone:
            until = min(until, row.occurred)
        count = _chain(desk, rule, at - low, count)
    for at in range(low, high):
        desk.first[columns.item[at]] = NONE
    return count, until, fits


@compiled
def _describe(row: Row, columns: Columns, tables: Tables, rule: int, at: int) -> bool:
    """The record's worth and its days; whether the pass can hold them."""
    traits = tables.rules[rule]
    occurred, ended = int(columns.occurred[at]), int(columns.ended[at])
    quantity = columns.quantity[at]
    amount = quantity
    if traits.pricing == BY_LEVEL:
        amount = tables.price[rule, columns.level[at] + 1]
    elif traits.pricing == PER_UNIT:
        amount = quantity * traits.points
    gone, months = int(columns.until[at]), tables.months[columns.item[at]]
    if ended != OPEN and months != NONE:
        gone = min(gone, term_end(ended, months))
    row.amount = amount
    row.occurred = occurred
    row.gone = gone
    row.full = row.nothing = NEVER
    if traits.end != NONE and ended != OPEN:
        row.full = ended + traits.hold
        row.nothing = ended + traits.end
    if traits.yearly:
        row.year = year_of(occurred)
    fits = amount >= 0 and 0 <= quantity <= traits.most
    return fits and _EARLIEST < occurred < _LATEST


@compiled
def _place(
    row: Row, columns: Columns, traits: Row, first: NDArray[np.int64], at: int, place: int
) -> None:
    """What the record repeats and what it counts once with, as the place of a row."""
    row.act = columns.act[at] if traits.one_per == _ACT else place
    row.group = row.act
    if traits.one_per > _ACT:
        row.group = 0
    if traits.one_per == _ITEM:
        item = columns.item[at]
        if first[item] == NONE:
            first[item] = place
        row.group = first[item]


@compiled
def _chain(desk: Desk, rule: int, place: int, count: int) -> int:
    """Put the row at the end of its rule's; how many rules there are."""
    course, used = desk.course, desk.used
    desk.mine[place].following = NONE
    if course[rule].head == NONE:
        course[rule].head = place
        n = count
        while n > 0 and used[n - 1] > rule:
            used[n] = used[n - 1]
            n -= 1
        used[n] = rule
        count += 1
    else:
        desk.mine[course[rule].tail].following = place
    course[rule].tail = place
    return count


@compiled
def _apply_rule(
    tables: Tables, desk: Desk, rule: int, day: int, look_ahead: bool
) -> tuple[int, int]:
    """What the rule gives on a day, in whole tenths, and a later day before which it gives that.

    Between two days on which a record comes or goes, effects only shrink. A record whose effect
    falls along a line loses no more in `n` days than the line does, and one for the rounding; as
    long as all that count together cannot have lost the `slack`, the result is the same.
    """
    traits, head = tables.rules[rule], desk.course[rule].head
    if traits.within != NONE:
        _number(desk.mine, head, traits.within, day)
    if traits.one_per == _RECORD:
        found = _add_records(tables, desk, traits, head, day, look_ahead)
    else:
        found = _add_greatest(tables, desk, traits, head, day)
    total, selected, years, edge, fading, falls = found
    if selected == 0:
        return 0, edge  # a sum of nothing has no price, not even where a step begins at 0
    slack = NEVER
    if traits.yearly:
        total, falls, selected, soon = _add_years(tables.rows, traits, desk, years, day)
        edge = min(edge, max(fading, soon))
    elif traits.pricing > PER_UNIT:
        total, slack = _price_of_sum(tables.rows, traits, total)
    held = total if traits.total_cap == NONE else min(total, traits.total_cap)
    held -= held % _TENTH
    if look_ahead and falls and held:
        if traits.pricing != IN_STEPS:
            slack = total - held
            falls, selected = _in_points(tables.rows, traits, falls, selected, years)
        edge = min(edge, max(fading, _steady_until(day, slack, falls, selected)))
    return int(traits.sign * held), int(edge)


@compiled
def _add_records(
    tables: Tables, desk: Desk, traits: Row, head: int, day: int, look_ahead: bool
) -> tuple[int, int, int, int, int, int]:
    """Where each record counts: the sum, or the sums of the years in use, and what may end it.

    The sum, the records, the years, the first later day on which a record comes or goes, the first
    on which one fades, and by how much all fall in a day.
    """
    total, selected, years, edge, fading, falls = 0, 0, 0, NEVER, NEVER, 0
    at = head
    while at != NONE:
        row = desk.mine[at]
        at = row.following
        if row.occurred > day:
            edge = min(edge, row.occurred) if row.occurred < row.gone else edge
        elif row.gone > day:
            selected += 1
            effect, fall = _effect(row, traits, tables.percents, day), 0
            if look_ahead:
                edge = min(edge, row.gone)
                if day < row.nothing != NEVER:
                    fading = min(fading, max(row.full, day) + 1)
                    fall = _fall(row, traits, tables.percents)
            if traits.yearly:
                years = _add_to_year(desk, row.year, effect, fall, years)
            total += effect
            falls += fall
    return total, selected, years, edge, fading, falls


@compiled
def _add_to_year(desk: Desk, number: int, effect: int, fall: int, years: int) -> int:
    of_year = desk.year[number]
    if of_year.records == 0:
        desk.years[years] = number
        years += 1
    of_year.sum += effect
    of_year.falls += fall
    of_year.records += 1
    return years


@compiled
def _add_greatest(
    tables: Tables, desk: Desk, traits: Row, head: int, day: int
) -> tuple[int, int, int, int, int, int]:
    """The same where one record of each group counts; ties go to the first."""
    total, edge = 0, NEVER
    at = head
    while at != NONE:
        row = desk.mine[at]
        if row.occurred > day:
            edge = min(edge, row.occurred) if row.occurred < row.gone else edge
        elif row.gone > day:
            effect = _effect(row, traits, tables.percents, day)
            group = desk.mine[row.group]
            if effect > group.greatest or group.top == NONE:
                total += effect - group.greatest
                group.greatest, group.top = effect, at
            if traits.within != NONE:
                edge = min(edge, row.gone)  # the others may come to be earlier ones
        at = row.following
    selected, edge, fading, falls = _look_at_greatest(tables, desk, traits, head, day, edge)
    at = head
    while at != NONE:
        group = desk.mine[desk.mine[at].group]
        group.greatest, group.top = 0, NONE
        at = desk.mine[at].following
    return total, selected, 0, edge, fading, falls


@compiled
def _look_at_greatest(
    tables: Tables, desk: Desk, traits: Row, head: int, day: int, edge: int
) -> tuple[int, int, int, int]:
    """How many records count, and what may end it: the day of an edge, of fading, and the falls."""
    selected, fading, falls = 0, NEVER, 0
    at = head
    while at != NONE:
        row = desk.mine[at]
        if desk.mine[row.group].top == at:
            selected += 1
            edge = min(edge, row.gone)
            if day < row.nothing != NEVER:
                fading = min(fading, max(row.full, day) + 1)
                falls += _fall(row, traits, tables.percents)
        at = row.following
    return selected, edge, fading, falls


@compiled
def _effect(row: Row, traits: Row, percents: NDArray[np.int64], day: int) -> int:
    """Points of a record, or what is left of its quantity, by its age and its place."""
    effect, per = row.amount, traits.per
    if traits.within != NONE:
        effect *= percents[traits.percent + min(row.nth, traits.percents) - 1]
        per *= 100
    if day > row.full:
        effect *= max(row.nothing - day, 0)
        per *= traits.end - traits.hold
    return int(effect if per == 1 else effect // per)


@compiled
def _fall(row: Row, traits: Row, percents: NDArray[np.int64]) -> int:
    """By how much its effect falls in a day while it fades, rounded up, in parts of a unit."""
    effect, per = row.amount, traits.per * (traits.end - traits.hold)
    if traits.within != NONE:
        effect *= percents[traits.percent + min(row.nth, traits.percents) - 1]
        per *= 100
    return int(min(effect * _FINE // per, _STEEP) + 1)


@compiled
def _steady_until(day: int, slack: int, falls: int, records: int) -> int:
    """The first day after `day` on which more than the slack may be lost."""
    if falls == 0:
        return NEVER
    return int(min(day + 1 + max(slack - records, 0) * _FINE // falls, NEVER))


@compiled
def _add_years(
    rows: NDArray[np.int64], traits: Row, desk: Desk, count: int, day: int
) -> tuple[int, int, int, int]:
    """Each year's points within the yearly cap; forgets the years.

    Also by how much those below their cap fall, how many records they have, and the first day on
    which another year may fall below its cap or its step.
    """
    total, falls, records, soon = 0, 0, 0, NEVER
    for n in range(count):
        of_year = desk.year[desk.years[n]]
        worth, slack = of_year.sum, 0
        if traits.pricing > PER_UNIT:
            worth, slack = _price_of_sum(rows, traits, worth)
        capped = worth if traits.year_cap == NONE else min(worth, traits.year_cap)
        if traits.pricing == IN_STEPS:
            soon = min(soon, _steady_until(day, slack, of_year.falls, of_year.records))
        elif traits.pricing <= PER_UNIT and worth > capped:
            excess = worth - capped
            soon = min(soon, _steady_until(day, excess, of_year.falls, of_year.records))
        else:
            falls += of_year.falls
            records += of_year.records
        total += capped
        of_year.sum, of_year.falls, of_year.records = 0, 0, 0
    return total, falls, records, soon


@compiled
def _in_points(
    rows: NDArray[np.int64], traits: Row, falls: int, selected: int, years: int
) -> tuple[int, int]:
    """By how much points fall where quantity does: along the steepest of the brackets."""
    if traits.pricing != IN_BRACKETS:
        return falls, selected
    points, per = 1, rows[traits.row, 2]
    for n in range(traits.row, traits.row + traits.rows):
        points, per = max(points, rows[n, 1]), min(per, rows[n, 2])
    roundings = traits.rows * max(years, 1)
    return min(falls, _STEEP) * points // per + 1, selected * points // per + 1 + roundings


@compiled
def _number(mine: NDArray[np.void], head: int, within: int, day: int) -> None:
    """Each record's place among the acts inside the window that ends with it."""
    count = 0
    at = head
    while at != NONE:
        row = mine[at]
        if row.occurred <= day < row.gone:
            place = count
            while place > 0 and _earlier(row, mine[mine[place - 1].sorted]):
                mine[place].sorted = mine[place - 1].sorted
                place -= 1
            mine[place].sorted = at
            count += 1
        at = row.following
    start, acts = 0, 0
    for n in range(count):
        row = mine[mine[n].sorted]
        while mine[mine[start].sorted].occurred < row.occurred - within:
            left = mine[mine[mine[start].sorted].act]
            left.window -= 1
            acts -= left.window == 0
            start += 1
        act = mine[row.act]
        row.nth = acts - (act.window > 0) + 1
        acts += act.window == 0
        act.window += 1
    for n in range(start, count):
        mine[mine[mine[n].sorted].act].window = 0


@compiled
def _earlier(row: Row, other: Row) -> bool:
    if row.occurred != other.occurred:
        return bool(row.occurred < other.occurred)
    return bool(row.act < other.act)


@compiled
def _price_of_sum(rows: NDArray[np.int64], traits: Row, quantity: int) -> tuple[int, int]:
    """The price of a summed quantity, and how much of it may be lost until a step is."""
    total, top = 0, quantity
    for n in range(traits.row + traits.rows - 1, traits.row - 1, -1):
        start, points, per = rows[n, 0], rows[n, 1], rows[n, 2]
        if traits.pricing == IN_STEPS:
            if quantity >= start:
                return int(points), int(quantity - start)
        elif top > start:
            total += (top - start) * points // per
            top = start
    return total, NEVER


@compiled
def _add_dimensions(
    rules: NDArray[np.void],
    course: NDArray[np.void],
    used: NDArray[np.int64],
    raw: NDArray[np.int64],
    count: int,
) -> None:
    raw[:] = 0
    for n in range(count):
        raw[rules[used[n]].dimension] += course[used[n]].points


@compiled
def _total(raw: NDArray[np.int64], held: NDArray[np.int64], base: int) -> int:
    total = base
    for n in range(len(raw)):
        total += min(max(raw[n], held[n, 0]), held[n, 1])
    return total


@compiled
def _show(tables: Tables, desk: Desk, results: Results, person: int, count: int) -> None:
    """Value, dimensions, and the lines of greatest effect in the order that `reasons.py` tells."""
    raw, held, course, rules = desk.raw, tables.held, desk.course, len(tables.rules)
    reason, points = results.reason[person], results.reason_points[person]
    reason[:] = NONE
    points[:] = 0
    _add_dimensions(tables.rules, course, desk.used, raw, count)
    for n in range(count):
        rule = desk.used[n]
        _insert(tables.order, reason, points, rule, course[rule].points)
    for n in range(len(raw)):
        shown = min(max(raw[n], held[n, 0]), held[n, 1])
        results.dimensions[person, n] = shown
        _insert(tables.order, reason, points, rules + n, shown - raw[n])
    total = _total(raw, held, tables.scale[0])
    value = min(max(total, tables.scale[1]), tables.scale[2])
    results.value[person] = value
    _insert(tables.order, reason, points, rules + len(raw), value - total)


@compiled
def _insert(
    order: NDArray[np.int64],
    reason: NDArray[np.int16],
    points: NDArray[np.int32],
    code: int,
    effect: int,
) -> None:
    """Put a line among the greatest; the lines come in the order of their codes."""
    if effect == 0:
        return
    at = len(reason)
    while at > 0 and (
        reason[at - 1] == NONE or _before(order, code, effect, reason[at - 1], points[at - 1])
    ):
        at -= 1
        if at + 1 < len(reason):
            reason[at + 1], points[at + 1] = reason[at], points[at]
    if at < len(reason):
        reason[at], points[at] = code, effect


@compiled
def _before(
    order: NDArray[np.int64], code: int, effect: int, other: int, other_effect: int
) -> bool:
    """The larger first; of equal ones what takes away; then the order of the scorecard."""
    if abs(effect) != abs(other_effect):
        return abs(effect) > abs(other_effect)
    if (effect > 0) != (other_effect > 0):
        return effect < 0
    return bool(code < len(order) and other < len(order) and order[code] < order[other])


@compiled
def _next_change(tables: Tables, desk: Desk, count: int) -> int:
    """The first later day with another value or dimension; NEVER. See `outlook.next_change`."""
    rules, course, used, raw = tables.rules, desk.course, desk.used, desk.raw
    held, scale, shown = tables.held, tables.scale, desk.shown
    value = min(max(_total(raw, held, scale[0]), scale[1]), scale[2])
    for n in range(len(raw)):
        shown[n] = min(max(raw[n], held[n, 0]), held[n, 1])
    changed_on = NEVER
    while count:
        first = _first_in_line(course, used, count)
        way = course[first]
        day, before = way.following, way.points
        if day == NEVER:
            break
        way.points, way.following = _apply_rule(tables, desk, first, day, True)
        if way.points != before:
            changed_on = day
        if changed_on == day < course[_first_in_line(course, used, count)].following:
            _add_dimensions(rules, course, used, raw, count)
            differs = min(max(_total(raw, held, scale[0]), scale[1]), scale[2]) != value
            for n in range(len(raw)):
                differs |= shown[n] != min(max(raw[n], held[n, 0]), held[n, 1])
            if differs:
                return int(day)
    return NEVER


@compiled
def _first_in_line(course: NDArray[np.void], used: NDArray[np.int64], count: int) -> int:
    first = used[0]
    for n in range(1, count):
        if course[used[n]].following < course[first].following:
            first = used[n]
    return int(first)
