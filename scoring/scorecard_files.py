"""Read scorecards from TOML and refuse what is mistaken, with file, key and the mend.

What a file cannot say is refused here, so that the promises of the score hold for every scorecard
that loads: a rule's points have one sign, more never counts less, an item is priced once, a year's
cap never depends on which report of an act is kept.
"""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError

from scoring import scorecard as shape
from scoring.catalog import Catalog, Item
from scoring.catalog_files import shipped_catalog
from scoring.engine import apply_rule, select
from scoring.records import Record, Status
from scoring.scorecard import points_text

SHIPPED = Path(__file__).parent / "data" / "scorecards"

Text = Annotated[str, Field(min_length=1)]


class ScorecardError(Exception):
    """A scorecard file is mistaken: every fault as «file: key: what: mend»."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class _Head(_Part):
    city: Text
    version: Text
    effective_from: date
    basis: Literal["published", "reference", "assumption"]
    note: Text
    minimum: Decimal
    maximum: Decimal
    base: Decimal


class _Band(_Part):
    id: Text
    name: Text
    name_en: Text
    floor: Decimal = Field(alias="from")


class _Dimension(_Part):
    id: Text
    name: Text
    name_en: Text
    floor: Decimal
    ceiling: Decimal


class _PerUnit(_Part):
    points: Decimal
    per: Decimal = Field(gt=0)


class _Step(_Part):
    at: Decimal = Field(alias="from", ge=0)
    points: Decimal


class _Bracket(_Step):
    per: Decimal = Field(gt=0)


class _Repeat(_Part):
    within_days: PositiveInt
    percent: tuple[Annotated[int, Field(ge=100)], ...] = Field(min_length=1)


class _Fade(_Part):
    hold_days: int = Field(ge=0)
    end_days: PositiveInt


class _Cap(_Part):
    year: Decimal | None = Field(default=None, gt=0)
    total: Decimal | None = Field(default=None, gt=0)


class _Rule(_Part):
    id: Text
    dimension: Text
    title: Text
    title_en: Text
    items: tuple[Text, ...] = Field(min_length=1)
    legal_basis: Text
    levels: dict[str, Decimal] | None = Field(default=None, min_length=1)
    per_unit: _PerUnit | None = None
    steps: tuple[_Step, ...] | None = Field(default=None, min_length=1)
    brackets: tuple[_Bracket, ...] | None = Field(default=None, min_length=1)
    sum_over: shape.SumOver = "all"
    one_per: shape.OnePer = "record"
    repeat: _Repeat | None = None
    fade: _Fade | None = None
    cap: _Cap = _Cap()
    advice: str = ""
    advice_en: str = ""


class ExampleRecord(_Part):
    """A record as a person writes it beside a rule: quantity in the catalog's units."""

    item: Text
    occurred_on: date
    ended_on: date | None = None
    level: str | None = None
    quantity: Decimal | None = None
    act: str = ""
    valid_until: date | None = None
    status: Status = "active"
    document_no: str = ""


class _Example(_Part):
    rule: Text
    name: Text
    name_en: str = ""
    on: date
    records: tuple[ExampleRecord, ...] = ()
    points: Decimal


class _File(_Part):
    scorecard: _Head
    band: tuple[_Band, ...] = Field(min_length=1)
    dimension: tuple[_Dimension, ...] = Field(min_length=1)
    rule: tuple[_Rule, ...] = Field(min_length=1)
    example: tuple[_Example, ...] = ()


def load_scorecard(path: Path, catalog: Catalog | None = None) -> shape.Scorecard:
    """Read one file. Raises `ScorecardError` with every fault found, `OSError` if unreadable."""
    catalog = catalog or shipped_catalog()
    content = path.read_bytes()
    try:
        parsed = tomllib.loads(content.decode("utf-8"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        raise ScorecardError([f"{path.name}: byte {error.start}: not UTF-8: save as UTF-8"]) from None
    except tomllib.TOMLDecodeError as error:
        raise ScorecardError([f"{path.name}: {error}: mend the TOML there"]) from None
    try:
        file = _File.model_validate(parsed)
    except ValidationError as error:
        raise ScorecardError(list(_shape_faults(path.name, parsed, error))) from None
    faults: list[str] = []
    card = _build(file, catalog, "sha256:" + sha256(content).hexdigest(), faults)
    faults += [] if faults else check_examples(card, catalog)
    if faults:
        raise ScorecardError([f"{path.name}: {fault}" for fault in faults])
    return card


@cache
def shipped_scorecards() -> tuple[shape.Scorecard, ...]:
    """The scorecards that come with the program, the earliest first."""
    return load_folder(SHIPPED)


def load_folder(folder: Path, catalog: Catalog | None = None) -> tuple[shape.Scorecard, ...]:
    """All scorecards of a folder, by the day they take effect. Raises `ScorecardError`."""
    cards = [load_scorecard(path, catalog) for path in sorted(folder.glob("*.toml"))]
    return tuple(sorted(cards, key=lambda card: card.effective_from))


def in_force(cards: tuple[shape.Scorecard, ...], on: date) -> shape.Scorecard:
    """The scorecard in force on a day: the last to have taken effect. LookupError before the first."""
    for card in reversed(cards):
        if card.effective_from <= on:
            return card
    raise LookupError(f"no scorecard is in force on {on.isoformat()}")


def check_examples(card: shape.Scorecard, catalog: Catalog) -> list[str]:
    """Run every worked example; return a fault for each that does not come out as written."""
    rules = {rule.id: rule for rule in card.rules}
    faults = [
        f"rule {rule.id}: has no worked example: add an [[example]]"
        for rule in card.rules
        if not any(example.rule == rule.id for example in card.examples)
    ]
    for example in card.examples:
        if example.rule not in rules:
            faults.append(f"example «{example.name}»: rule {example.rule} does not exist")
            continue
        records = [
            record_of(ExampleRecord.model_validate(dict(row)), catalog, example.on, f"example-{n}")
            for n, row in enumerate(example.records)
        ]
        chosen = select(records, card, example.on).get(example.rule)
        points = apply_rule(*chosen, example.on).points if chosen else 0
        if points != example.points:
            faults.append(
                f"example «{example.name}»: the rule gives {points_text(points)}, the file says "
                f"{points_text(example.points, 3)}: mend the rule or the example"
            )
    return faults


def record_of(row: ExampleRecord, catalog: Catalog, on: date, key: str) -> Record:
    """A record written by hand as the calculator takes it. ValueError names a wrong key."""
    items = {**catalog.in_force(row.occurred_on), **catalog.in_force(on)}
    item = items.get(row.item)
    if item is None:
        raise ValueError(f"item {row.item} is not in the catalog")
    known = [level.id for level in item.levels]
    level = row.level or item.fixed_level
    if (level is None) != (not known) or (level is not None and level not in known):
        raise ValueError(f"level of {row.item}: one of {known or 'none'}")
    quantity = None if row.quantity is None else row.quantity * item.scale
    if quantity is not None and quantity != int(quantity):
        raise ValueError(f"quantity of {row.item}: at most {item.scale} parts of a {item.unit}")
    ended = row.ended_on if row.ended_on or item.continuing else row.occurred_on
    return Record(
        key=row.document_no or key, item=row.item, occurred_on=row.occurred_on, ended_on=ended,
        level=level, quantity=None if quantity is None else int(quantity), act_key=row.act,
        valid_until=row.valid_until, status=row.status, document_no=row.document_no,
        agency=item.agency,
    )  # fmt: skip


def _shape_faults(name: str, parsed: Mapping[str, Any], error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_input=False, include_url=False):
        where: list[str] = []
        node: Any = parsed
        for key in fault["loc"]:
            try:
                node = node[key]
            except (KeyError, IndexError, TypeError):
                node = None
            named = isinstance(key, int) and isinstance(node, dict)
            label = node.get("id") or node.get("name") if named else None
            where.append(f"{key}«{label}»" if label else str(key))
        mend = {
            "extra_forbidden": "remove the key or mend its spelling",
            "missing": "add the key",
        }.get(fault["type"], "mend the value")
        yield f"{name}: {'.'.join(where)}: {fault['msg']}: {mend}"


def _thousandths(value: Decimal, where: str, faults: list[str]) -> int:
    scaled = value * 1000
    if scaled != int(scaled):
        faults.append(f"{where}: {value} is finer than a thousandth of a point: round it")
    return int(scaled)


def _build(file: _File, catalog: Catalog, digest: str, faults: list[str]) -> shape.Scorecard:
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
    for name, ids in {
        "band": [b.id for b in card.bands],
        "dimension": [d.id for d in card.dimensions],
        "rule": [r.id for r in card.rules],
    }.items():
        for twice in sorted({i for i in ids if ids.count(i) > 1}):
            yield f"{name} {twice}: stands twice: remove one"
    for dimension in card.dimensions:
        if not dimension.floor <= 0 <= dimension.ceiling:
            yield f"dimension {dimension.id}: floor <= 0 <= ceiling is needed, so that no record gives 0"
    known = {dimension.id for dimension in card.dimensions}
    owners: dict[str, str] = {}
    for rule in card.rules:
        if rule.dimension not in known:
            yield f"rule {rule.id}: dimension {rule.dimension} does not exist: one of {sorted(known)}"
        for code in rule.items:
            if code in owners:
                yield f"rule {rule.id}: item {code} is already priced by {owners[code]}: remove one"
            owners.setdefault(code, rule.id)
    for code, item in items.items():
        if item.nature != "neutral" and code not in owners:
            yield f"item {code}: no rule prices it: add a rule, or make the item neutral"


def _rule(raw: _Rule, items: Mapping[str, Item], faults: list[str]) -> shape.Rule:
    where = f"rule {raw.id}"
    known = [items[code] for code in raw.items if code in items]
    for code in raw.items:
        if code not in items:
            faults.append(f"{where}: item {code} is not in the catalog in force: mend the code")
    for item in known:
        if item.nature == "neutral":
            faults.append(f"{where}: item {item.code} is neutral and may not be scored: remove it")
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
        repeat=raw.repeat and shape.Repeat(raw.repeat.within_days, raw.repeat.percent),
        fade=raw.fade and shape.Fade(raw.fade.hold_days, raw.fade.end_days),
        year_cap=cap(raw.cap.year), total_cap=cap(raw.cap.total),
        unit=unit[0], unit_en=unit[1], scale=unit[2],
        advice=raw.advice, advice_en=raw.advice_en,
    )  # fmt: skip


def _prices(raw: _Rule) -> list[Decimal]:
    single = [raw.per_unit.points] if raw.per_unit else []
    return [
        *(raw.levels or {}).values(),
        *single,
        *(step.points for step in raw.steps or ()),
        *(bracket.points for bracket in raw.brackets or ()),
    ]


def _sign(raw: _Rule, known: list[Item], faults: list[str]) -> Literal[1, -1]:
    prices = _prices(raw)
    sign: Literal[1, -1] = -1 if any(price < 0 for price in prices) else 1
    if any(price * sign < 0 for price in prices):
        faults.append(f"rule {raw.id}: points of both signs: split the rule")
    wanted = "positive" if sign > 0 else "adverse"
    for item in known:
        if item.nature not in (wanted, "neutral"):
            faults.append(f"rule {raw.id}: item {item.code} is {item.nature}: turn the sign")
    return sign


def _pricing(raw: _Rule, known: list[Item], scale: int, faults: list[str]) -> shape.Pricing:
    where = f"rule {raw.id}"
    given = [n for n in ("levels", "per_unit", "steps", "brackets") if getattr(raw, n) is not None]
    if len(given) != 1:
        faults.append(f"{where}: exactly one of levels, per_unit, steps, brackets: has {given}")

    def points(value: Decimal) -> int:
        return abs(_thousandths(value, where, faults))

    def units(value: Decimal) -> int:
        if value * scale != int(value * scale):
            faults.append(f"{where}: {value} is finer than the catalog's unit: round it")
        return max(int(value * scale), 0)

    if raw.per_unit:
        return shape.PerUnit(points(raw.per_unit.points), units(raw.per_unit.per))
    if raw.steps:
        steps = tuple(shape.Step(units(s.at), points(s.points)) for s in raw.steps)
        if list(steps) != sorted(steps, key=lambda s: (s.at, s.points)) or any(
            a.points > b.points or a.at == b.at for a, b in zip(steps, steps[1:], strict=False)
        ):
            faults.append(f"{where}.steps: `from` and points must rise from step to step")
        return shape.Steps(steps)
    if raw.brackets:
        brackets = tuple(
            shape.Bracket(units(b.at), units(b.per), points(b.points)) for b in raw.brackets
        )
        if any(a.at >= b.at for a, b in zip(brackets, brackets[1:], strict=False)):
            faults.append(f"{where}.brackets: `from` must rise from bracket to bracket")
        return shape.Brackets(brackets)
    levels = {level: points(value) for level, value in (raw.levels or {}).items()}
    for item in known:
        ids = [level.id for level in item.levels] or ["any"]
        missing = [level for level in ids if level not in levels]
        if missing:
            faults.append(f"{where}.levels: item {item.code} also has {missing}: price them")
        elif [levels[i] for i in ids] != sorted(levels[i] for i in ids):
            faults.append(f"{where}.levels: a higher level of {item.code} must not weigh less")
    named = {level.id for item in known for level in item.levels} | {"any"}
    for level in sorted(set(levels) - named):
        faults.append(f"{where}.levels.{level}: no item of the rule has that level: remove it")
    return shape.Levels(levels)


def _combination_faults(raw: _Rule) -> Iterator[str]:
    where = f"rule {raw.id}"
    on_sums = raw.steps is not None or raw.brackets is not None
    if on_sums and raw.repeat:
        yield f"{where}.repeat: a summed quantity has no n-th act: remove it"
    if not on_sums and raw.sum_over != "all":
        yield f"{where}.sum_over: only for steps and brackets: remove it"
    if on_sums and raw.cap.year is not None and raw.sum_over != "year":
        yield f'{where}.cap.year: a sum over all years has no yearly cap: sum_over = "year"'
    if raw.one_per != "record" and (raw.cap.year is not None or raw.sum_over == "year"):
        # Which year a group counts in would depend on which of its reports is kept, so a further
        # record could lower the score.
        yield f"{where}.one_per: cannot go with a yearly cap or sum: use cap.total"
    if raw.repeat and raw.one_per in ("item", "rule"):
        yield f"{where}.repeat: needs one_per = record or act"
    if raw.repeat and list(raw.repeat.percent) != sorted(raw.repeat.percent):
        yield f"{where}.repeat.percent: a later act must not weigh less: sort it"
    if raw.repeat and any(price > 0 for price in _prices(raw)):
        yield f"{where}.repeat: only adverse acts weigh more when repeated: remove it"
    if raw.fade and raw.fade.end_days <= raw.fade.hold_days:
        yield f"{where}.fade: end_days must lie after hold_days"
