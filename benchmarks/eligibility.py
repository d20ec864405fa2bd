"""`eligibility`: every shipped scenario decided for one person, against a bare loop.

The ceiling compares one number with as many floors as there are scenarios, in a Python loop: one
condition each instead of the two or three that scenarios have, and no reasons.
"""

import random
from collections.abc import Sequence

from benchmarks.rows import Row, interleaved, row
from points_api import clock
from points_api.city import load_city
from scenarios import files
from scenarios.eligibility import Index
from scenarios.facts import Facts

PEOPLE = 200


def run(small: bool) -> list[Row]:
    """Measure verdicts alone and with all reasons over people of every kind."""
    city = load_city()
    day = clock.today()
    known = city.known(day)
    index = Index(one for one in files.load(known).scenarios if one.open_on(day))
    people = _people(sorted(known.items), sorted(known.dimensions))
    floors = [random.Random(1).randrange(100_000) for _ in index.scenarios]

    def verdicts() -> None:
        for facts in people:
            index.mask(facts)

    def reasons() -> None:
        for facts in people:
            index.decide(facts)

    def bare() -> None:
        for facts in people:
            _loop(facts.score, floors)

    rounds = 15 if small else 60
    taken = interleaved({"verdicts": verdicts, "reasons": reasons, "bare": bare}, rounds, 3)
    micros = {name: seconds / PEOPLE * 1e6 for name, seconds in taken.items()}
    note = f"{len(index.scenarios)} scenarios"
    return [
        row("eligibility", micros["verdicts"], "µs/person", micros["bare"], at_most=1, note=note),
        row(
            "eligibility-reasons", micros["reasons"], "µs/person", micros["bare"],
            at_most=20, note=note,
        ),
    ]  # fmt: skip


def _loop(score: int, floors: Sequence[int]) -> int:
    found = 0
    for floor in floors:
        if score >= floor:
            found += 1
    return found


def _people(items: Sequence[str], dimensions: Sequence[str]) -> list[Facts]:
    chance = random.Random(2)
    return [
        Facts(
            score=chance.randrange(40_000, 100_001),
            age=chance.randrange(18, 95),
            division=chance.choice(("420202", "420203", "420204", "420205", "420222", "420281")),
            dimensions={name: chance.randrange(-5_000, 15_001) for name in dimensions},
            items=frozenset(chance.sample(items, chance.randrange(6))),
        )
        for _ in range(PEOPLE)
    ]
