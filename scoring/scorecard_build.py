"""From a scorecard file's keys to the calculator's integers; everything mistaken is told at once.

What a file could say but the score's promises could not keep is refused here: a rule's points have
one sign, more never counts less, an item is priced once, a yearly cap never depends on which report
of an act is kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from scoring import scorecard as shape
from scoring.catalog import Catalog, Item
from scoring.scorecard_shapes import File, FileRule


def _thousandths(value: Decimal, where: str, faults: list[str]) -> int:
    scaled = value * 1000
    if scaled != int(scaled):
        faults.append(f"{where}: {value} is finer than a thousandth of a point: round it")
    return int(scaled)


def build_scorecard(
    file: File, catalog: Catalog, digest: str, faults: list[str]
) -> shape.Scorecard:
    """The scorecard in integers; appends every mistake to `faults`: then it must not be used."""
    head = file.scorecard

    def tenths(value: Decimal, where: str) -> int:
        points = _thousandths(value, where, faults)
        if points % shape.TENTH:
            faults.append(f"{where}: {value} is finer than a tenth of a point: round it")
        return points

    items = catalog.in_force(head.effective_from)
    rules = tuple(_rule(rule, items, faults) for rule in file.rule)
    card = shape.Scorecard(
        city=head.city,
        version=head.version,
        effective_from=head.effective_from,
        basis=head.basis,
        note=head.note,
        minimum=tenths(head.minimum, "scorecard.minimum"),
        maximum=tenths(head.maximum, "scorecard.maximum"),
        base=tenths(head.base, "scorecard.base"),
        bands=tuple(
            shape.Band(b.id, b.name, b.name_en, tenths(b.floor, f"band {b.id}")) for b in file.band
        ),
        dimensions=tuple(
            shape.Dimension(
                d.id, d.name, d.name_en,
                tenths(d.floor, f"dimension {d.id}"), tenths(d.ceiling, f"dimension {d.id}"),
            )
            for d in file.dimension
        ),
        rules=rules,
        retention_months={
            code: item.retention_months
            for code, item in items.items()
            if item.retention_months is not None
        },
        examples=tuple(
            shape.Example(
                e.rule, e.name, e.on, tuple(r.model_dump() for r in e.records),
                _thousandths(e.points, f"example «{e.name}»", faults),
            )
            for e in file.example
        ),
        digest=digest,
    )  # fmt: skip
    faults += _card_faults(card, items)
    return card


def _card_faults(card: shape.Scorecard, items: Mapping[str, Item]) -> Iterator[str]:
    if not card.minimum <= card.base <= card.maximum:
        yield "scorecard.base: lies outside minimum and maximum: move it inside"
    floors = [band.floor for band in card.bands]
    if floors != sorted(set(floors)) or floors[0] != card.minimum:
        yield "band: the first starts at the minimum and each next one higher: mend `from`"
    yield from _twice("band", [band.id for band in card.bands])
    yield from _twice("dimension", [dimension.id for dimension in card.dimensions])
    yield from _twice("rule", [rule.id for rule in card.rules])
    for dimension in card.dimensions:
        if not dimension.floor <= 0 <= dimension.ceiling:
            yield f"dimension {dimension.id}: no record gives 0, so floor <= 0 <= ceiling: mend it"
    known = {dimension.id for dimension in card.dimensions}
    for rule in card.rules:
        if rule.dimension not in known:
            yield f"rule {rule.id}: no dimension {rule.dimension}: one of {sorted(known)}"
    yield from _item_faults(card, items)


def _twice(name: str, ids: list[str]) -> Iterator[str]:
    for twice in sorted({i for i in ids if ids.count(i) > 1}):
        yield f"{name} {twice}: stands twice: remove one"


def _item_faults(card: shape.Scorecard, items: Mapping[str, Item]) -> Iterator[str]:
    owners: dict[str, str] = {}
    for rule in card.rules:
        for code in rule.items:
            if code in owners:
                yield f"rule {rule.id}: item {code} is already priced by {owners[code]}: remove one"
            owners.setdefault(code, rule.id)
    for code, item in items.items():
        if item.nature != "neutral" and code not in owners:
            yield f"item {code}: no rule prices it: add a rule, or make the item neutral"


def _rule(raw: FileRule, items: Mapping[str, Item], faults: list[str]) -> shape.Rule:
    where = f"rule {raw.id}"
    known = [items[code] for code in raw.items if code in items]
    faults += [
        f"{where}: item {code} is not in the catalog in force: mend the code"
        for code in raw.items
        if code not in items
    ]
    faults += [
        f"{where}: item {item.code} is neutral and may not be scored: remove it"
        for item in known
        if item.nature == "neutral"
    ]
    units = {(item.unit, item.unit_en, item.scale) for item in known}
    if raw.levels is None and len(units) > 1:
        faults.append(f"{where}: its items count in different units: split the rule")
    unit = min(units, default=("", "", 1))
    if raw.levels is None and known and not unit[0]:
        faults.append(f"{where}: item {known[0].code} has no quantity: price it by `levels`")
    sign = _sign(raw, known, faults)
    pricing = _pricing(raw, known, unit[2], faults)
    faults += _combination_faults(raw)

    def cap(value: Decimal | None) -> int | None:
        return None if value is None else _thousandths(value, f"{where}.cap", faults)

    return shape.Rule(
        id=raw.id, dimension=raw.dimension, title=raw.title, title_en=raw.title_en,
        items=raw.items, legal_basis=raw.legal_basis, sign=sign, pricing=pricing,
        sum_over=raw.sum_over, one_per=raw.one_per,
        repeat=shape.Repeat(raw.repeat.within_days, raw.repeat.percent) if raw.repeat else None,
        fade=shape.Fade(raw.fade.hold_days, raw.fade.end_days) if raw.fade else None,
        year_cap=cap(raw.cap.year), total_cap=cap(raw.cap.total),
        unit=unit[0], unit_en=unit[1], scale=unit[2],
        advice=raw.advice, advice_en=raw.advice_en,
    )  # fmt: skip


def _prices(raw: FileRule) -> list[Decimal]:
    single = [raw.per_unit.points] if raw.per_unit else []
    return [
        *(raw.levels or {}).values(),
        *single,
        *(step.points for step in raw.steps or ()),
        *(bracket.points for bracket in raw.brackets or ()),
    ]


def _sign(raw: FileRule, known: list[Item], faults: list[str]) -> Literal[1, -1]:
    prices = _prices(raw)
    sign: Literal[1, -1] = -1 if any(price < 0 for price in prices) else 1
    if any(price * sign < 0 for price in prices):
        faults.append(f"rule {raw.id}: points of both signs: split the rule")
    wanted = "positive" if sign > 0 else "adverse"
    faults += [
        f"rule {raw.id}: item {item.code} is {item.nature}: turn the sign"
        for item in known
        if item.nature not in (wanted, "neutral")
    ]
    return sign


def _pricing(raw: FileRule, known: list[Item], scale: int, faults: list[str]) -> shape.Pricing:
    where = f"rule {raw.id}"

    def points(value: Decimal) -> int:
        return abs(_thousandths(value, where, faults))

    def units(value: Decimal) -> int:
        if value * scale != int(value * scale):
            faults.append(f"{where}: {value} is finer than the catalog's unit: round it")
        return int(value * scale)

    if raw.per_unit:
        return shape.PerUnit(points(raw.per_unit.points), units(raw.per_unit.per))
    if raw.steps:
        steps = tuple(shape.Step(units(s.at), points(s.points)) for s in raw.steps)
        faults += _order_faults(f"{where}.steps", steps)
        return shape.Steps(steps)
    if raw.brackets:
        brackets = tuple(
            shape.Bracket(units(b.at), units(b.per), points(b.points)) for b in raw.brackets
        )
        faults += _order_faults(f"{where}.brackets", brackets)
        return shape.Brackets(brackets)
    levels = {level: points(value) for level, value in (raw.levels or {}).items()}
    faults += _level_faults(where, levels, known)
    return shape.Levels(levels)


def _order_faults(where: str, rows: Sequence[shape.Step | shape.Bracket]) -> Iterator[str]:
    for low, high in pairwise(rows):
        less = isinstance(high, shape.Step) and low.points > high.points
        if low.at >= high.at or less:
            yield f"{where}: `from`, and the points of steps, must rise: sort them"


def _level_faults(where: str, levels: Mapping[str, int], known: list[Item]) -> Iterator[str]:
    for item in known:
        ids = [level.id for level in item.levels] or ["any"]
        missing = [level for level in ids if level not in levels]
        if missing:
            yield f"{where}.levels: item {item.code} also has {missing}: price them"
        elif [levels[i] for i in ids] != sorted(levels[i] for i in ids):
            yield f"{where}.levels: a higher level of {item.code} must not weigh less: sort them"
    named = {level.id for item in known for level in item.levels or ()}
    named |= {"any"} if any(not item.levels for item in known) else set()
    for level in sorted(set(levels) - named):
        yield f"{where}.levels.{level}: no item of the rule has that level: remove it"


def _combination_faults(raw: FileRule) -> list[str]:
    forms = (raw.levels, raw.per_unit, raw.steps, raw.brackets)
    on_sums = raw.steps is not None or raw.brackets is not None
    yearly = raw.cap.year is not None or raw.sum_over == "year"
    repeat, fade = raw.repeat, raw.fade
    percent = list(repeat.percent) if repeat else []
    # Which year a group counts in depends on which of its reports is kept, so with a yearly cap a
    # further record could lower the score.
    refused = [
        (
            sum(form is not None for form in forms) != 1,
            "levels, per_unit, steps, brackets: exactly one of them: keep one",
        ),
        (on_sums and repeat, "repeat: a summed quantity has no n-th act: remove it"),
        (not on_sums and raw.sum_over != "all", "sum_over: only for steps and brackets: remove it"),
        (
            on_sums and raw.cap.year is not None and raw.sum_over != "year",
            'cap.year: a sum over all years has no yearly cap: set sum_over = "year"',
        ),
        (
            raw.one_per != "record" and yearly,
            "one_per: cannot go with a yearly cap or sum: use cap.total",
        ),
        (repeat and raw.one_per in ("item", "rule"), "repeat: needs one_per = record or act"),
        (percent != sorted(percent), "repeat.percent: a later act must not weigh less: sort it"),
        (
            repeat and any(price > 0 for price in _prices(raw)),
            "repeat: only adverse acts weigh more when repeated: remove it",
        ),
        (
            fade and fade.end_days <= fade.hold_days,
            "fade: end_days must lie after hold_days: raise it",
        ),
    ]
    return [f"rule {raw.id}.{fault}" for wrong, fault in refused if wrong]
