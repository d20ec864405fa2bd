"""`score-one`: one person, 20 records, the whole scorecard with reasons, against a bare loop.

The ceiling only sums, fades and caps the same records by hand: no acts, no repeats, no steps, no
explanation, nothing checked.
"""

import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import polars as pl

from benchmarks.rows import Row, interleaved, row
from points_api.generate import generate
from scoring.engine import score
from scoring.reasons import reasons
from scoring.records import Record
from scoring.scorecard import Levels, PerUnit, Rule, Scorecard
from scoring.scorecard_files import in_force, shipped_scorecards

RECORDS = 20
DAY = date(2026, 11, 1)


def run(small: bool) -> list[Row]:
    """Measure on all people of a synthetic city who have 20 records that can be scored."""
    card = in_force(shipped_scorecards(), DAY)
    people = _people(card, 800 if small else 3000)
    by_hand = _hand_loop(card)

    def whole() -> None:
        for person in people:
            reasons(score(person, card, DAY))

    def bare() -> None:
        for person in people:
            by_hand(person)

    taken = interleaved({"whole": whole, "bare": bare}, rounds=9 if small else 25, calls=3)
    micros = {name: seconds / len(people) * 1e6 for name, seconds in taken.items()}
    note = f"{len(people)} people"
    return [row("score-one", micros["whole"], "µs/person", micros["bare"], at_most=8, note=note)]


def _people(card: Scorecard, population: int) -> list[list[Record]]:
    with tempfile.TemporaryDirectory(prefix="points-bench-") as name:
        generate(Path(name) / "city", population, seed=3, format="parquet", as_of=DAY)
        rows = pl.read_parquet(Path(name) / "city" / "*.parquet").rows(named=True)
    people: dict[int, list[Record]] = {}
    for n, fact in enumerate(r for r in rows if r["item"] in card.rule_of):
        record = Record(
            key=f"{fact['item']}|11420200MB1234567X|黄文〔2025〕{n:07d}号",
            item=fact["item"],
            occurred_on=fact["occurred_on"],
            ended_on=fact["ended_on"],
            level=fact["level"],
            quantity=fact["quantity"],
            act_key=fact["act"] or "",
            valid_until=fact["valid_until"],
        )
        people.setdefault(fact["person"], []).append(record)
    return [person for person in people.values() if len(person) == RECORDS]


def _hand_loop(card: Scorecard) -> Callable[[list[Record]], int]:
    """Points, fades and caps of the same scorecard in plain dictionaries."""
    worth = {(item, level): points for item, level, points in _fixed_points(card)}
    per_unit = {item: price for rule in card.rules for item, price in _unit_prices(rule)}
    names = {item: rule.id for rule in card.rules for item in rule.items}
    caps = {rule.id: rule.total_cap or 1_000_000 for rule in card.rules}
    fades = {
        item: (rule.fade.hold_days, rule.fade.end_days) if rule.fade else None
        for rule in card.rules
        for item in rule.items
    }
    today, base = DAY, card.base

    def loop(records: list[Record]) -> int:
        sums: dict[str, int] = {}
        for record in records:
            item = record.item
            if item in per_unit:
                points, per = per_unit[item]
                points = points * (record.quantity or 0) // per
            else:
                points = worth[item, record.level]
            fade = fades[item]
            if fade is not None and record.ended_on is not None:
                age = (today - record.ended_on).days
                if age >= fade[1]:
                    continue
                if age > fade[0]:
                    points = points * (fade[1] - age) // (fade[1] - fade[0])
            name = names[item]
            sums[name] = sums.get(name, 0) + points
        total = base
        for name, points in sums.items():
            cap = caps[name]
            total += -cap if points < -cap else min(points, cap)
        return total

    return loop


def _fixed_points(card: Scorecard) -> Iterator[tuple[str, str | None, int]]:
    for rule in card.rules:
        if isinstance(rule.pricing, Levels):
            for item in rule.items:
                for level, points in rule.pricing.points.items():
                    yield item, None if level == "any" else level, rule.sign * points


def _unit_prices(rule: Rule) -> Iterator[tuple[str, tuple[int, int]]]:
    if isinstance(rule.pricing, Levels):
        return
    for item in rule.items:
        if isinstance(rule.pricing, PerUnit):
            yield item, (rule.sign * rule.pricing.points, rule.pricing.per)
        else:
            yield item, (rule.sign * 100, rule.scale)
