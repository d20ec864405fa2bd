"""What a rule gives on a day, and a later day before which it gives that.

Between two days on which a record comes or goes, effects only shrink, each along a line and then
rounded. The pass reckons effects in `FINE` parts of a unit: so it knows how far each is above the
whole number that counts, and with the steepness of all lines on which day at the earliest more
than the `slack` is lost. Before that day the result is the same, and nobody need look.
"""

from scoring.columns import NEVER
from scoring.kernel.compiled import Row, compiled
from scoring.tables import (
    BY_RECORD,
    FINE,
    IN_BRACKETS,
    IN_STEPS,
    MOST_RECORDS,
    NONE,
    PER_UNIT,
    TOO_STEEP,
)

_TENTH = 100


@compiled
def apply_rule(card: Row, desk: Row, number: int, day: int, look_ahead: bool) -> tuple[int, int]:
    """What the rule gives, in whole tenths, and the day; without `look_ahead` any day."""
    rule, head = card.rules[number], desk.mine[MOST_RECORDS + number].following
    if rule.within != NONE:
        _number(desk, head, rule.within, day)
    if rule.one_per == BY_RECORD or desk.mine[head].following == NONE:
        found = _add_records(card, desk, rule, head, day)
    else:
        found = _add_greatest(card, desk, rule, head, day, look_ahead)
    total, records, years, edge, fading, steep, rounding = found
    if records == 0:
        return 0, edge  # a sum of nothing has no price, not even where a step begins at 0
    slack = NEVER
    if rule.yearly:
        total, steep, rounding, soon = _add_years(card, desk, rule, years, fading)
        edge = min(edge, soon)
    elif rule.pricing > PER_UNIT:
        total, slack = _price_of_sum(card, rule, total)
    held = min(total, rule.total_cap)
    held -= held % _TENTH
    if look_ahead and steep and held:
        slack = slack if rule.pricing == IN_STEPS else total - held
        edge = min(edge, _steady(card, rule, fading, slack, steep, rounding, years))
    return int(rule.sign * held), int(edge)


@compiled
def _add_records(
    card: Row, desk: Row, rule: Row, head: int, day: int
) -> tuple[int, int, int, int, int, int, int]:
    """Where each record counts: their sum, and what may end it.

    The sum, the records, the years in use, the first later day on which a record comes or goes, the
    first on which one fades, the worth of those that fade, and what they may lose by rounding.
    """
    total, records, years, edge, fading, steep, rounding = 0, 0, 0, NEVER, NEVER, 0, 0
    at = head
    while at != NONE:
        row = desk.mine[at]
        at = row.following
        if row.occurred > day:
            edge = min(edge, row.occurred)
        elif row.gone > day:
            edge = min(edge, row.gone)
            worth = _worth(card, rule, row)
            effect = _effect(rule, row, worth, day)
            fades = (day < row.nothing) & (row.nothing != NEVER)
            fading = min(fading, max(row.nothing - rule.span, day) + 1) if fades else fading
            worth = worth if fades else 0
            rest = FINE - effect % FINE if fades else 0
            if rule.yearly:
                years = _add_to_year(desk, row.year, effect // FINE, worth, rest, years)
            records += 1
            total += effect // FINE
            steep += worth
            rounding += rest
    return total, records, years, edge, fading, steep, rounding


@compiled
def _add_to_year(desk: Row, number: int, effect: int, worth: int, rest: int, years: int) -> int:
    of_year = desk.year[number]
    desk.years[years] = number
    years += of_year.records == 0
    of_year.sum += effect
    of_year.steep += worth
    of_year.rounding += rest
    of_year.records += 1
    return years


@compiled
def _add_greatest(
    card: Row, desk: Row, rule: Row, head: int, day: int, look_ahead: bool
) -> tuple[int, int, int, int, int, int, int]:
    """The same where one record of each group counts; ties go to the first.

    To the sum a record adds what it exceeds the greatest of its group before it by.
    """
    desk.walk += 1
    total, records, edge = 0, 0, NEVER
    at = head
    while at != NONE:
        row = desk.mine[at]
        if row.occurred > day:
            edge = min(edge, row.occurred)
        elif row.gone > day:
            records += 1
            effect = _effect(rule, row, _worth(card, rule, row), day)
            total += _exceed(desk, desk.groups[row.group], effect, at)
            if rule.within != NONE:
                edge = min(edge, row.gone)  # the others may come to be earlier ones
        at = row.following
    if not look_ahead:
        return total, records, 0, edge, NEVER, 0, 0
    edge, fading, steep, rounding = _what_fades(card, desk, rule, head, day, edge)
    return total, records, 0, edge, fading, steep, rounding


@compiled
def _exceed(desk: Row, group: Row, effect: int, at: int) -> int:
    if group.walk != desk.walk:
        group.walk, group.greatest, group.top = desk.walk, 0, at
    more = max(effect // FINE - group.greatest // FINE, 0)
    if more:
        group.greatest, group.top = effect, at
    return int(more)


@compiled
def _what_fades(
    card: Row, desk: Row, rule: Row, head: int, day: int, edge: int
) -> tuple[int, int, int, int]:
    """Of those that count: the first day on which one goes or fades, their worth and rounding."""
    fading, steep, rounding = NEVER, 0, 0
    at = head
    while at != NONE:
        row = desk.mine[at]
        group = desk.groups[row.group]
        if group.walk == desk.walk and group.top == at:
            edge = min(edge, row.gone)
            if day < row.nothing != NEVER:
                fading = min(fading, max(row.nothing - rule.span, day) + 1)
                steep += _worth(card, rule, row)
                rounding += FINE - group.greatest % FINE
        at = row.following
    return edge, fading, steep, rounding


@compiled
def _worth(card: Row, rule: Row, row: Row) -> int:
    """The amount by its place in the repeat window, in units of the rule's scale."""
    if rule.within == NONE:
        return int(row.amount)
    return int(row.amount * card.percents[rule.percent + min(row.nth, rule.percents) - 1])


@compiled
def _effect(rule: Row, row: Row, worth: int, day: int) -> int:
    """Points of a record, or what is left of its quantity, by its age; in parts."""
    weight = max(min(row.nothing - day, rule.span), 0)
    return int(worth * weight * FINE // rule.scale)


@compiled
def _steady(
    card: Row, rule: Row, fading: int, slack: int, steep: int, rounding: int, years: int
) -> int:
    """The first day on which more than the slack may be lost; `fading` is the first of any loss.

    What falls by less than one more than the slack falls, in whole numbers, by no more than it.
    """
    falls = steep * FINE // rule.scale + 1
    if rule.pricing == IN_BRACKETS:
        falls, rounding = _in_points(card, rule, falls, rounding, years)
    return int(min(fading + max((slack + 1) * FINE - rounding, 0) // falls, NEVER))


@compiled
def _add_years(
    card: Row, desk: Row, rule: Row, count: int, fading: int
) -> tuple[int, int, int, int]:
    """Each year's points within the yearly cap; forgets the years.

    Also the worth and rounding of those that fade in years below their cap, and the first day on
    which another year may fall below its cap or its step.
    """
    total, steep, rounding, soon = 0, 0, 0, NEVER
    for n in range(count):
        of_year = desk.year[desk.years[n]]
        worth, slack = of_year.sum, 0
        if rule.pricing > PER_UNIT:
            worth, slack = _price_of_sum(card, rule, worth)
        capped = min(worth, rule.year_cap)
        slack = worth - capped if rule.pricing <= PER_UNIT else slack
        if of_year.steep and (rule.pricing == IN_STEPS or (slack and rule.pricing <= PER_UNIT)):
            end = _steady(card, rule, fading, slack, of_year.steep, of_year.rounding, 1)
            soon = min(soon, end)
        else:
            steep += of_year.steep
            rounding += of_year.rounding
        total += capped
        of_year.sum, of_year.steep, of_year.rounding, of_year.records = 0, 0, 0, 0
    return total, steep, rounding, soon


@compiled
def _in_points(card: Row, rule: Row, falls: int, rounding: int, years: int) -> tuple[int, int]:
    """By how much points fall where quantity does: along the steepest of the brackets."""
    points, per = 1, card.rows[rule.row, 2]
    for n in range(rule.row, rule.row + rule.rows):
        points, per = max(points, card.rows[n, 1]), min(per, card.rows[n, 2])
    if max(falls, rounding) > TOO_STEEP:
        return 1 << 62, 0
    roundings = rule.rows * max(years, 1) * FINE
    return falls * points // per + 1, rounding * points // per + 1 + roundings


@compiled
def _price_of_sum(card: Row, rule: Row, quantity: int) -> tuple[int, int]:
    """The price of a summed quantity, and how much of it may be lost until a step is."""
    total, top = 0, quantity
    for n in range(rule.row + rule.rows - 1, rule.row - 1, -1):
        start, points, per = card.rows[n, 0], card.rows[n, 1], card.rows[n, 2]
        if rule.pricing == IN_STEPS:
            if quantity >= start:
                return int(points), int(quantity - start)
        elif top > start:
            total += (top - start) * points // per
            top = start
    return total, NEVER


@compiled
def _number(desk: Row, head: int, within: int, day: int) -> None:
    """Each record's place among the acts inside the window that ends with it."""
    count = 0
    at = head
    while at != NONE:
        row = desk.mine[at]
        if row.occurred <= day < row.gone:
            place = count
            while place > 0 and _earlier(row, desk.mine[desk.window[place - 1]]):
                desk.window[place] = desk.window[place - 1]
                place -= 1
            desk.window[place] = at
            count += 1
        at = row.following
    start, acts = 0, 0
    for n in range(count):
        row = desk.mine[desk.window[n]]
        while desk.mine[desk.window[start]].occurred < row.occurred - within:
            left = desk.groups[desk.mine[desk.window[start]].group]
            left.window -= 1
            acts -= left.window == 0
            start += 1
        act = desk.groups[row.group]
        row.nth = acts - (act.window > 0) + 1
        acts += act.window == 0
        act.window += 1
    for n in range(start, count):
        desk.groups[desk.mine[desk.window[n]].group].window = 0


@compiled
def _earlier(row: Row, other: Row) -> bool:
    if row.occurred != other.occurred:
        return bool(row.occurred < other.occurred)
    return bool(row.group < other.group)
