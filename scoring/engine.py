"""One person's score: the definition that every other engine must equal to the last bit.

For each rule, on a day D:

1. select the active records of its items that are in force on D (begun, not past `valid_until`,
   not past the retention that law sets);
2. weigh each by age: full for `hold` days since the act ended, then linearly to nothing;
3. price it by level or by quantity, heavier when it is the n-th act inside the repeat window; the
   whole product is divided once, toward zero. Rules on summed quantities weigh the quantity
   instead and look up the sum;
4. of the records of one act (item, rule) keep the one of greatest effect;
5. cap by calendar year and in all, and round the rule's result once, toward zero, to a tenth.

From there on there is only addition: a dimension is the sum of its rules held within floor and
ceiling, the score is base plus dimensions held within the scale. Every cap, rounding and hold is
kept as a line of its own, so the explanation adds up by construction.

Source: 黄石市 publishes bands (60/80/90), not weights; the steps follow the rules that Chinese
cities have published (count once at the higher value, repeats double, validity windows).
"""

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from operator import attrgetter

from scoring.records import Record
from scoring.score import Counted, DimensionResult, Line, LineKind, RuleResult, Score
from scoring.scorecard import (
    PRICED_SINGLY,
    TENTH,
    Brackets,
    Levels,
    PerUnit,
    Repeat,
    Rule,
    Scorecard,
    Steps,
)
from scoring.validity import FULL, in_force, weight_of

# Half the cost of `Counted(…)`, `Line(…)`, `RuleResult(…)`: a score is mostly made of these.
_counted: Callable[[tuple[Record, int, int, tuple[int, int], int, bool]], Counted] = partial(
    tuple.__new__, Counted
)
_line: Callable[[tuple[LineKind, int, int | None]], Line] = partial(tuple.__new__, Line)
_result: Callable[[tuple[Rule, int, tuple[Counted, ...], tuple[Line, ...]]], RuleResult] = partial(
    tuple.__new__, RuleResult
)


def score(records: Iterable[Record], scorecard: Scorecard, on: date) -> Score:
    """Score one person on a day. Order and repetition of records never matter."""
    results: dict[str, list[RuleResult]] = {}
    for rule, selected in select(records, scorecard, on).values():
        results.setdefault(rule.dimension, []).append(apply_rule(rule, selected, on))
    dimensions = []
    total = scorecard.base
    for dimension in scorecard.dimensions:
        mine = results.get(dimension.id, [])
        raw = sum([result.points for result in mine]) if mine else 0
        points = min(max(raw, dimension.floor), dimension.ceiling) if raw else 0
        total += points
        dimensions.append(DimensionResult(dimension, points, points - raw, tuple(mine)))
    value = min(max(total, scorecard.minimum), scorecard.maximum)
    return Score(scorecard, on, value, scorecard.base, value - total, tuple(dimensions))


def select(
    records: Iterable[Record], scorecard: Scorecard, on: date
) -> dict[str, tuple[Rule, list[Record]]]:
    """The records that are in force on the day, each key once, by rule; all in a fixed order."""
    chosen: dict[str, tuple[Rule, list[Record]]] = {}
    rule_of = scorecard.rule_of
    before = None
    for record in sorted(records, key=_key):
        if before is not None and before.key == record.key:
            if before != record:
                raise ValueError(f"two different records share the key {record.key}")
            continue
        before = record
        rule = rule_of.get(record.item)
        if rule is None or not in_force(record, scorecard, on):
            continue
        if rule.id in chosen:
            chosen[rule.id][1].append(record)
        else:
            chosen[rule.id] = (rule, [record])
    return {rule.id: chosen[rule.id] for rule in scorecard.rules if rule.id in chosen}


_key = attrgetter("key")


def apply_rule(rule: Rule, records: list[Record], on: date) -> RuleResult:
    """Apply one rule to its selected records, which are in force on the day."""
    pricing = rule.pricing
    lines: list[Line] = []
    if isinstance(pricing, PRICED_SINGLY):
        counted = _priced(rule, pricing, records, on)
        raw = sum([entry.points for entry in counted])
        if rule.year_cap is not None:
            lines = _year_caps(rule.year_cap, counted)
            raw += sum([line.points for line in lines])
    else:
        counted = _weighed(rule, records, on)
        lines = _sums(rule, pricing, counted)
        raw = sum([line.points for line in lines])
    if rule.total_cap is not None and abs(raw) > rule.total_cap:
        lines.append(Line("total_cap", _held(raw, rule.total_cap) - raw))
        raw = _held(raw, rule.total_cap)
    rest = raw % TENTH if raw >= 0 else -(-raw % TENTH)
    if rest:
        lines.append(_line(("rounding", -rest, None)))
    return _result((rule, raw - rest, tuple(counted), tuple(lines)))


def _priced(
    rule: Rule, pricing: Levels | PerUnit, records: list[Record], on: date
) -> list[Counted]:
    sign, fade, repeat, today = rule.sign, rule.fade, rule.repeat, on.toordinal()
    by_level = pricing.points if isinstance(pricing, Levels) else None
    per_unit, units = (0, 1) if isinstance(pricing, Levels) else (pricing.points, pricing.per)
    places = _places(rule, repeat, records) if repeat else {}
    counted = []
    for record in records:
        if by_level is not None:
            price, per = by_level[record.level or "any"], 1
        else:
            price, per = per_unit * (record.quantity or 0), units
        weight = weight_of(fade, record.ended_on, today) if fade else FULL
        nth = 1
        if repeat:
            nth = places[record.key]
            price *= repeat.percent[min(nth, len(repeat.percent)) - 1]
            per *= 100
        points = sign * (price * weight[0] // (per * weight[1]))
        counted.append(_counted((record, points, 0, weight, nth, True)))
    return _keep_greatest(rule, records, counted)


def _weighed(rule: Rule, records: list[Record], on: date) -> list[Counted]:
    counted, fade, today = [], rule.fade, on.toordinal()
    for record in records:
        weight = weight_of(fade, record.ended_on, today) if fade else FULL
        quantity = (record.quantity or 0) * weight[0] // weight[1]
        counted.append(_counted((record, 0, quantity, weight, 1, True)))
    return _keep_greatest(rule, records, counted)


def _groups(rule: Rule, records: Iterable[Record]) -> list[str]:
    """For each record what the rule counts once: the record itself, its act, its item, or all."""
    if rule.one_per == "rule":
        return [rule.id for _ in records]
    if rule.one_per == "item":
        return [record.item for record in records]
    if rule.one_per == "act":
        return [record.act_key or record.key for record in records]
    return [record.key for record in records]


def _places(rule: Rule, repeat: Repeat, records: list[Record]) -> dict[str, int]:
    """Each record's place among the acts of the rule inside the repeat window that ends with it."""
    if len(records) == 1:
        return {records[0].key: 1}
    days = [record.occurred_on.toordinal() for record in records]
    keys = [record.key for record in records]
    ordered = sorted(zip(days, _groups(rule, records), keys, strict=True))
    window: dict[str, int] = {}
    places: dict[str, int] = {}
    first = 0
    for day, group, key in ordered:
        while ordered[first][0] < day - repeat.within_days:
            left = ordered[first][1]
            window[left] -= 1
            if not window[left]:
                del window[left]
            first += 1
        others = len(window) - (group in window)
        places[key] = others + 1
        window[group] = window.get(group, 0) + 1
    return places


def _keep_greatest(rule: Rule, records: list[Record], counted: list[Counted]) -> list[Counted]:
    """Of each group the entry of greatest effect; ties go to the first key."""
    if rule.one_per == "record" or len(counted) == 1:
        return counted
    groups = _groups(rule, records)
    if len(set(groups)) == len(counted):
        return counted
    best: dict[str, Counted] = {}
    for group, entry in zip(groups, counted, strict=True):
        kept = best.setdefault(group, entry)
        # Of points and quantity one is always nothing.
        if abs(entry.points) + entry.quantity > abs(kept.points) + kept.quantity:
            best[group] = entry
    return [
        entry
        if best[group] is entry
        else Counted(entry.record, 0, 0, entry.weight, entry.nth, counts=False)
        for group, entry in zip(groups, counted, strict=True)
    ]


def _year_caps(cap: int, counted: list[Counted]) -> list[Line]:
    years: dict[int, int] = {}
    for entry in counted:
        year = entry.record.occurred_on.year
        years[year] = years.get(year, 0) + entry.points
    return [
        Line("year_cap", _held(points, cap) - points, year)
        for year, points in sorted(years.items())
        if abs(points) > cap
    ]


def _sums(rule: Rule, pricing: Steps | Brackets, counted: list[Counted]) -> list[Line]:
    if rule.sum_over == "all":
        whole = sum([entry.quantity for entry in counted])
        return [_line(("sum", rule.sign * price_of_sum(pricing, whole), None))]
    sums: dict[int, int] = {}
    for entry in counted:
        year = entry.record.occurred_on.year
        sums[year] = sums.get(year, 0) + entry.quantity
    lines = []
    for year, quantity in sorted(sums.items()):
        points = rule.sign * price_of_sum(pricing, quantity)
        lines.append(Line("sum", points, year))
        if rule.year_cap is not None and abs(points) > rule.year_cap:
            lines.append(Line("year_cap", _held(points, rule.year_cap) - points, year))
    return lines


def price_of_sum(pricing: Steps | Brackets, quantity: int) -> int:
    """Thousandths for a summed quantity: the highest step reached, or the marginal rates added."""
    if isinstance(pricing, Steps):
        for step in reversed(pricing.steps):
            if quantity >= step.at:
                return step.points
        return 0
    points, top = 0, quantity
    for bracket in reversed(pricing.brackets):
        if top > bracket.at:
            points += (top - bracket.at) * bracket.points // bracket.per
            top = bracket.at
    return points


def _held(points: int, cap: int) -> int:
    return min(max(points, -cap), cap)
