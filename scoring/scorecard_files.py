"""Read scorecards from TOML and refuse what is mistaken, with file, key and the mend."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scoring.catalog import Catalog
from scoring.catalog_files import shipped_catalog
from scoring.engine import apply_rule, select
from scoring.records import Record
from scoring.scorecard import Example, Scorecard, points_text
from scoring.scorecard_build import build_scorecard
from scoring.scorecard_shapes import ExampleRecord, File

SHIPPED = Path(__file__).parent / "data" / "scorecards"


class ScorecardError(Exception):
    """A scorecard file is mistaken: every fault as «file: key: what: mend»."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class LevelError(ValueError):
    """A record has a level that its item does not know, or lacks one."""


class QuantityError(ValueError):
    """A record lacks the quantity that its item measures, or has one that it cannot."""


def load_scorecard(path: Path, catalog: Catalog | None = None) -> Scorecard:
    """Read one file. Raises `ScorecardError` with every fault found, `OSError` if unreadable."""
    catalog = catalog or shipped_catalog()
    content = path.read_bytes()
    try:
        parsed = tomllib.loads(content.decode("utf-8"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        raise ScorecardError(
            [f"{path.name}: byte {error.start}: not UTF-8: save as UTF-8"]
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ScorecardError([f"{path.name}: {error}: mend the TOML there"]) from None
    return read_scorecard(path.name, parsed, catalog, "sha256:" + sha256(content).hexdigest())


def read_scorecard(
    name: str, parsed: Mapping[str, Any], catalog: Catalog, digest: str = ""
) -> Scorecard:
    """A scorecard from parsed TOML; `name` stands in front of every fault of `ScorecardError`."""
    try:
        file = File.model_validate(parsed)
    except ValidationError as error:
        raise ScorecardError(list(_shape_faults(name, parsed, error))) from None
    faults: list[str] = []
    card = build_scorecard(file, catalog, digest, faults)
    faults += [] if faults else check_examples(card, catalog)
    if faults:
        raise ScorecardError([f"{name}: {fault}" for fault in faults])
    return card


@cache
def shipped_scorecards() -> tuple[Scorecard, ...]:
    """The scorecards that come with the program, the earliest first."""
    return load_folder(SHIPPED)


def load_folder(folder: Path, catalog: Catalog | None = None) -> tuple[Scorecard, ...]:
    """All scorecards of a folder, by the day they take effect. Raises `ScorecardError`."""
    cards = [load_scorecard(path, catalog) for path in sorted(folder.glob("*.toml"))]
    return tuple(sorted(cards, key=lambda card: card.effective_from))


def in_force(cards: tuple[Scorecard, ...], on: date) -> Scorecard:
    """The last scorecard to have taken effect on a day. LookupError before the first."""
    for card in reversed(cards):
        if card.effective_from <= on:
            return card
    raise LookupError(f"no scorecard is in force on {on.isoformat()}")


def check_examples(card: Scorecard, catalog: Catalog) -> list[str]:
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
        records = records_in(example, catalog)
        chosen = select(records, card, example.on).get(example.rule)
        points = apply_rule(*chosen, example.on).points if chosen else 0
        if points != example.points:
            faults.append(
                f"example «{example.name}»: the rule gives {points_text(points)}, the file says "
                f"{points_text(example.points, 3)}: mend the rule or the example"
            )
    return faults


def records_in(example: Example, catalog: Catalog) -> list[Record]:
    """The records of a worked example as the calculator takes them."""
    return [
        record_of(ExampleRecord.model_validate(dict(row)), catalog, example.on, f"example-{n}")
        for n, row in enumerate(example.records)
    ]


def record_of(row: ExampleRecord, catalog: Catalog, on: date, key: str) -> Record:
    """A record written by hand as the calculator takes it. ValueError names a wrong key."""
    items = {**catalog.in_force(row.occurred_on), **catalog.in_force(on)}
    item = items.get(row.item)
    if item is None:
        raise ValueError(f"item {row.item} is not in the catalog")
    known = [level.id for level in item.levels]
    level = row.level or item.fixed_level
    if (level is None) != (not known) or (level is not None and level not in known):
        raise LevelError(f"level of {row.item}: one of {known or 'none'}")
    if (row.quantity is None) != (not item.unit):
        needed = f"needed, in {item.unit_en}" if item.unit else "this item has none"
        raise QuantityError(f"quantity of {row.item}: {needed}")
    quantity = None if row.quantity is None else row.quantity * item.scale
    if quantity is not None and quantity != int(quantity):
        raise QuantityError(f"quantity of {row.item}: at most {item.scale} parts of a {item.unit}")
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
