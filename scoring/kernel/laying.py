"""Lay one record out: what it is worth, its days, and its place in the chain of its rule."""

from scoring.columns import NEVER, OPEN
from scoring.kernel.civil import EARLIEST, LATEST, term_end, year_of
from scoring.kernel.compiled import Row, compiled
from scoring.tables import BY_ACT, BY_ITEM, BY_LEVEL, BY_RULE, MOST_RECORDS, NONE


@compiled
def clear(desk: Row) -> None:
    """Forget the records of the person before."""
    for n in range(desk.count):
        head = MOST_RECORDS + desk.used[n]
        desk.course[desk.used[n]].tail = head
    desk.count, desk.until, desk.fits = 0, NEVER, True


@compiled
def price(card: Row, desk: Row, place: int, item: int, level: int, quantity: int) -> None:
    """What the record is worth before it fades or repeats."""
    number = card.items[item].rule
    rule = card.rules[number]
    amount = card.price[number, level + 1] if rule.pricing == BY_LEVEL else quantity * rule.points
    desk.fits &= (amount >= 0) & (quantity >= 0) & (quantity <= rule.most)
    desk.mine[place].amount = amount


@compiled
def date(card: Row, desk: Row, place: int, item: int, days: tuple[int, int, int]) -> None:
    """When it begins, when it is gone, and when it has faded to nothing."""
    row, months, rule = desk.mine[place], card.items[item].months, card.rules[card.items[item].rule]
    occurred, ended, gone = days
    if ended != OPEN and months != NONE:
        gone = min(gone, term_end(ended, months))
    row.occurred, row.gone = occurred, gone
    row.nothing = ended + rule.end if (rule.end != NONE) & (ended != OPEN) else NEVER
    if rule.yearly:
        row.year = year_of(occurred)
    desk.fits &= (occurred > EARLIEST) & (occurred < LATEST)
    desk.fits &= (ended == OPEN) | ((ended > EARLIEST) & (ended < LATEST))


@compiled
def chain(card: Row, desk: Row, place: int, item: int, act: int, day: int) -> bool:
    """Put it at the end of its rule's chain unless it never counts; whether it is in force."""
    number, row = card.items[item].rule, desk.mine[place]
    rule, course = card.rules[number], desk.course[number]
    group = act if rule.one_per == BY_ACT else place
    group = item if rule.one_per == BY_ITEM else group
    row.group = 0 if rule.one_per == BY_RULE else group
    row.nth = 1
    desk.fits &= (act >= 0) & (act < MOST_RECORDS)
    begun = row.occurred <= day
    if row.gone > max(day, row.occurred):
        desk.until = min(desk.until, row.gone if begun else row.occurred)
        if (row.nothing > day) | rule.keeps:
            row.following = NONE
            desk.mine[course.tail].following = place
            desk.used[desk.count] = number
            desk.count += course.tail >= MOST_RECORDS
            course.tail = place
    return bool(begun & (row.gone > day))
