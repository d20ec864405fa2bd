"""The same rules on another scale: every point times one rational factor, examples worked anew.

A city that has published its scale but not its weights can so be shown with weights of the same
proportions. The factor is one with which every point stays a whole thousandth and every limit of a
dimension a whole tenth, so nothing is rounded; what an example comes to is left to the engine.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, gcd
from typing import Any, Final

from scoring.catalog import Catalog
from scoring.engine import apply_rule, select
from scoring.scorecard import TENTH, Band, Scorecard
from scoring.scorecard_build import build_scorecard
from scoring.scorecard_files import ScorecardError, records_in
from scoring.scorecard_shapes import File

Document = dict[str, Any]
_LEAST: Final = Fraction(1, 1000)


@dataclass(frozen=True, slots=True)
class Scale:
    """The head of the new scorecard and its bands; points in thousandths, `bands` ascending."""

    city: str
    version: str
    note: str
    minimum: int
    maximum: int
    base: int
    bands: Sequence[Band]


def factor_from(least: Fraction, parsed: Mapping[str, Any]) -> Fraction:
    """The least factor, not below `least`, that keeps every point of a file exact.

    >>> parsed = {"dimension": [{"floor": Decimal(-40), "ceiling": Decimal("0.5")}],
    ...           "rule": [{"levels": {"any": Decimal("0.3")}}]}
    >>> factor_from(Fraction(5, 3), parsed)
    Fraction(9, 5)
    """
    limits = [_thousandths(one[end]) // TENTH for one in parsed["dimension"] for end in _ENDS]
    points = [_thousandths(value) for rule in parsed["rule"] for value in _points(rule)]
    grain = Fraction(1, gcd(*limits, *points))
    return ceil(least / grain) * grain


def rescaled(
    parsed: Mapping[str, Any], factor: Fraction, scale: Scale, catalog: Catalog
) -> Document:
    """A scorecard file, as parsed with decimals, on another scale. Raises `ScorecardError`."""
    document: Document = {
        "scorecard": _head(parsed["scorecard"], scale),
        "band": [
            {"id": b.id, "name": b.name, "name_en": b.name_en, "from": _decimal(b.floor)}
            for b in scale.bands
        ],
        "dimension": [
            {**one, **{end: _times(one[end], factor) for end in _ENDS}}
            for one in parsed["dimension"]
        ],
        "rule": [_rule(rule, factor) for rule in parsed["rule"]],
        "example": list(_examples(parsed)),
    }
    faults: list[str] = []
    card = build_scorecard(File.model_validate(document), catalog, "", faults)
    if faults:
        raise ScorecardError([f"{scale.version}: {fault}" for fault in faults])
    for row, points in zip(document["example"], _worked(card, catalog), strict=True):
        row["points"] = _decimal(points)
    return document


_ENDS: Final = ("floor", "ceiling")


def _head(head: Mapping[str, Any], scale: Scale) -> Document:
    ends = {name: _decimal(getattr(scale, name)) for name in ("minimum", "maximum", "base")}
    named = {"city": scale.city, "version": scale.version, "note": scale.note}
    return {**head, **named, "basis": "assumption", **ends}


def _rule(rule: Mapping[str, Any], factor: Fraction) -> Document:
    """A rule with every point of it multiplied; days, percents and quantities stand."""
    made = dict(rule)
    for name in ("levels", "cap"):
        if name in made:
            made[name] = {key: _times(value, factor) for key, value in made[name].items()}
    for name in ("steps", "brackets"):
        if name in made:
            made[name] = [{**row, "points": _times(row["points"], factor)} for row in made[name]]
    if "per_unit" in made:
        unit = made["per_unit"]
        made["per_unit"] = {**unit, "points": _times(unit["points"], factor)}
    return made


def _points(rule: Mapping[str, Any]) -> Iterator[Decimal]:
    for name in ("levels", "cap"):
        yield from rule.get(name, {}).values()
    for name in ("steps", "brackets"):
        yield from (row["points"] for row in rule.get(name, ()))
    if "per_unit" in rule:
        yield rule["per_unit"]["points"]


def _examples(parsed: Mapping[str, Any]) -> Iterator[Document]:
    """The examples under plain names: the old ones tell points of the old scale."""
    titles = {rule["id"]: (rule["title"], rule["title_en"]) for rule in parsed["rule"]}
    seen: dict[str, int] = {}
    for example in parsed["example"]:
        rule = example["rule"]
        n = seen[rule] = seen.get(rule, 0) + 1
        zh, en = titles[rule]
        yield {**example, "name": f"{zh}，算例 {n}", "name_en": f"{en}, worked example {n}"}


def _worked(card: Scorecard, catalog: Catalog) -> Iterator[int]:
    for example in card.examples:
        chosen = select(records_in(example, catalog), card, example.on).get(example.rule)
        yield apply_rule(*chosen, example.on).points if chosen else 0


def _times(value: Decimal, factor: Fraction) -> Decimal:
    scaled = Fraction(value) * factor / _LEAST
    if scaled.denominator != 1:
        raise ValueError(f"{value} times {factor} is finer than a thousandth of a point")
    return _decimal(int(scaled))


def _thousandths(value: Decimal) -> int:
    return int(value * 1000)


def _decimal(thousandths: int) -> Decimal:
    return Decimal(thousandths) / 1000
