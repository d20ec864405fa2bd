"""A published scorecard as JSON: points are decimal strings, quantities in the catalog's units."""

import json
from typing import Any

from scoring.scorecard import Brackets, Levels, PerUnit, Rule, Scorecard, Steps, points_text


def scorecard_document(card: Scorecard) -> bytes:
    """The whole scorecard with its examples, in UTF-8."""
    document = {
        "city": card.city,
        "version": card.version,
        "effective_from": card.effective_from.isoformat(),
        "basis": card.basis,
        "note": card.note,
        "digest": card.digest,
        "minimum": points_text(card.minimum),
        "maximum": points_text(card.maximum),
        "base": points_text(card.base),
        "bands": [
            {"id": b.id, "name": b.name, "name_en": b.name_en, "from": points_text(b.floor)}
            for b in card.bands
        ],
        "dimensions": [
            {
                "id": d.id, "name": d.name, "name_en": d.name_en,
                "floor": points_text(d.floor), "ceiling": points_text(d.ceiling),
            }
            for d in card.dimensions
        ],
        "rules": [_rule(rule) for rule in card.rules],
        "examples": [
            {
                "rule": e.rule, "name": e.name, "on": e.on.isoformat(),
                "records": [{k: str(v) for k, v in r.items() if v} for r in e.records],
                "points": points_text(e.points),
            }
            for e in card.examples
        ],
    }  # fmt: skip
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "dimension": rule.dimension,
        "title": rule.title,
        "title_en": rule.title_en,
        "items": list(rule.items),
        "legal_basis": rule.legal_basis,
        "pricing": _pricing(rule),
        "one_per": rule.one_per,
        "sum_over": rule.sum_over,
        "repeat": rule.repeat
        and {"within_days": rule.repeat.within_days, "percent": list(rule.repeat.percent)},
        "fade": rule.fade and {"hold_days": rule.fade.hold_days, "end_days": rule.fade.end_days},
        "cap": {"year": _points(rule.year_cap), "total": _points(rule.total_cap)},
        "advice": rule.advice,
        "advice_en": rule.advice_en,
    }


def _pricing(rule: Rule) -> dict[str, Any]:
    sign, scale = rule.sign, rule.scale

    def units(smallest: int) -> str:
        return f"{smallest / scale:g} {rule.unit}"

    match rule.pricing:
        case Levels(points):
            return {"levels": {k: points_text(sign * v, 3) for k, v in points.items()}}
        case PerUnit(points, per):
            return {"per_unit": {"points": points_text(sign * points, 3), "per": units(per)}}
        case Steps(steps):
            return {
                "steps": [
                    {"from": units(s.at), "points": points_text(sign * s.points, 3)} for s in steps
                ]
            }
        case Brackets(brackets):
            return {
                "brackets": [
                    {
                        "from": units(b.at),
                        "per": units(b.per),
                        "points": points_text(sign * b.points, 3),
                    }
                    for b in brackets
                ]
            }


def _points(value: int | None) -> str | None:
    return None if value is None else points_text(value, 3)
