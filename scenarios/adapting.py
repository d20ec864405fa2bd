"""Scenarios of one city as those of another: its division, its bands, its names, its thresholds.

For cities whose own scenarios are not known: what comes out is a reference that says so, never
something the other city is said to have published.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

Document = dict[str, Any]
Anchors = Sequence[tuple[int, int]]
"""Scores here and the scores there that stand for the same, ascending, in thousandths."""


@dataclass(frozen=True, slots=True)
class Home:
    """The other city. `words` replace texts, in this order; `bands` are its ids by those here."""

    id: str
    division: str
    words: Sequence[tuple[str, str]]
    bands: Mapping[str, str]
    anchors: Anchors
    legal_basis: str
    note: str


def adapted(scenario: Mapping[str, Any], home: Home, prefix: str) -> Document:
    """One `[[scenario]]` of a file, parsed with decimals, as the other city's.

    `prefix` is what ids of the city here begin with. Raises KeyError for a band without match.
    """
    made: Document = replaced(scenario, home.words)
    made["id"] = f"{home.id}-{scenario['id'].removeprefix(prefix)}"
    made["division"] = home.division
    made.pop("at", None)
    made["basis"] = made["provider"]["basis"] = made["agreement"]["basis"] = "reference"
    made["agreement"]["legal_basis"], made["note"] = home.legal_basis, home.note
    made["conditions"] = [_condition(one, home) for one in made["conditions"]]
    for example in made["example"]:
        example["division"] = home.division
        if "score" in example:
            example["score"] = _decimal(same(example["score"], home.anchors))
    return made


def same(score: Decimal, anchors: Anchors) -> int:
    """The score there that stands for one here: linear between anchors, down to a tenth.

    Rounded down, so what lies below an anchor here stays below it there.

    >>> same(Decimal("79.9"), [(60_000, 100_000), (80_000, 125_000), (90_000, 150_000)])
    124800
    """
    at = int(score * 1000)
    steps = list(pairwise(anchors))
    (low, below), (high, above) = next((one for one in steps if at < one[1][0]), steps[-1])
    return (below + (at - low) * (above - below) // (high - low)) // 100 * 100


def replaced(value: Any, words: Sequence[tuple[str, str]]) -> Any:
    """The value with the words replaced, one after the other, in every text of it."""
    if isinstance(value, str):
        for old, new in words:
            value = value.replace(old, new)
        return value
    if isinstance(value, Mapping):
        return {key: replaced(inner, words) for key, inner in value.items()}
    if isinstance(value, list):
        return [replaced(inner, words) for inner in value]
    return value


def _condition(condition: Document, home: Home) -> Document:
    if condition["type"] != "score":
        return condition
    if "band" in condition:
        return {**condition, "band": home.bands[condition["band"]]}
    return {**condition, "at_least": _decimal(same(condition["at_least"], home.anchors))}


def _decimal(thousandths: int) -> Decimal:
    return Decimal(thousandths) / 1000
