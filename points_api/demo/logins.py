"""Whom to sign in as: one resident of each band, and one who has not joined and may.

Resident 1 stands for their band: the README begins with them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from points_api.generate import person
from points_api.identifiers import id_number
from points_api.residents.service import ADULT_YEARS
from scoring.scorecard import points_text

FIRST: Final = 1


@dataclass(frozen=True, slots=True)
class Login:
    """Sign in with `code`. Name and test number are given only for trying to join."""

    code: str
    state: str
    score: str | None = None
    band: str | None = None
    name: str | None = None
    id_number: str | None = None


@dataclass(frozen=True, slots=True)
class Crowd:
    """The made-up people of a city: how many, of which seed, with numbers of which division."""

    people: int
    seed: int
    division: str


def logins(joined: Mapping[int, Mapping[str, Any]], crowd: Crowd, today: date) -> list[Login]:
    """One of each band, best band first, then somebody who has not joined."""
    found: dict[str, Login] = {}
    for n, row in sorted(joined.items(), key=lambda entry: (entry[1]["value"], entry[0])):
        one = Login(f"demo:{n}", "joined", points_text(row["value"]), row["band"])
        if n == FIRST or row["band"] not in found:
            found[row["band"]] = one
    others = (n for n in range(1, crowd.people + 1) if n not in joined)
    return [*reversed(found.values()), *_may_join(others, crowd, today)]


def _may_join(others: Any, crowd: Crowd, today: date) -> list[Login]:
    for n in others:
        name, number = person(crowd.seed, n - 1, crowd.division)
        if id_number.age_on(number, today) >= ADULT_YEARS:
            return [Login(f"demo:{n}", "not_joined", name=name, id_number=number)]
    return []
