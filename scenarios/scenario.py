"""A scenario: one perk of one provider at one place, for whom, how often, and on what basis.

`ordinary` says what everybody gets there without any score. Nothing in a scenario can change it:
`service` returns it for everybody, and the benefit only to whoever is eligible. So the service
without a score equals the service with the lowest score, by construction and by test.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from scenarios.benefits import Benefit, Period
from scenarios.conditions import Condition
from scenarios.words import Words

Basis = Literal["published", "reference"]
"""`published`: the fact stands in a published source, named beside it. `reference`: our model."""

Verification = Literal["code", "wall", "server", "list", "counter"]
"""How a merchant learns that somebody is eligible.

`code`: the resident's one-time code, scanned by staff. `wall`: the merchant's code on the wall,
scanned by the resident. `server`: a call of the merchant's system under a consent. `list`: changes
pushed to the system that keeps a list. `counter`: a staff page where the resident says a number.
"""

Disclosed = Literal["eligible", "benefit", "valid_until", "pseudonym", "member_hash"]
"""What a merchant is told, and nothing else. `member_hash`: the keyed hash of a number that the
resident gave for this very list, such as a library card or a plate."""

Settlement = Literal["none", "per_use", "by_benefit"]
"""What the city pays the provider: nothing, a fixed sum a use, or a share of the benefit."""


@dataclass(frozen=True, slots=True)
class Category:
    """A field of perks as cities name them (信易阅, 信易行 …), one data file each."""

    id: str
    name: Words
    about: Words
    basis: Basis


@dataclass(frozen=True, slots=True)
class Quota:
    """How often and how much; `None` is no limit.

    `per_person` uses by one person in each `period`; `per_day` uses by all on a day; `total` uses
    in all; `budget_fen` the sum of what the benefit is worth, in all.
    """

    per_person: int | None = None
    period: Period = "ever"
    per_day: int | None = None
    total: int | None = None
    budget_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """How a use is settled with the provider."""

    mode: Settlement
    fen: int = 0
    percent: int = 0

    def owed_fen(self, benefit_fen: int) -> int:
        """What the city owes for one use whose benefit is worth so much, rounded toward zero.

        >>> Settled("by_benefit", percent=50).owed_fen(299), Settled("per_use", fen=200).owed_fen(0)
        (149, 200)
        """
        if self.mode == "per_use":
            return self.fen
        return benefit_fen * self.percent // 100 if self.mode == "by_benefit" else 0


@dataclass(frozen=True, slots=True)
class Provider:
    """Who gives the benefit. `basis` says whether the provider itself is named in a source."""

    name: Words
    kind: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Place:
    """Where: a division of GB/T 2260, and the point from which distances are measured.

    `latitude` and `longitude` are degrees, WGS 84; those of a division's seat are approximate.
    """

    division: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """On what the scenario rests: a legal basis, a document between owner and provider."""

    legal_basis: str
    document: str
    basis: Basis
    owner: Words


@dataclass(frozen=True, slots=True)
class Scenario:
    """One perk. `digest` names this very version of it."""

    id: str
    version: int
    category: str
    title: Words
    provider: Provider
    place: Place
    ordinary: Words
    benefit: Benefit
    conditions: tuple[Condition, ...]
    verification: tuple[Verification, ...]
    quota: Quota
    settlement: Settled
    discloses: tuple[Disclosed, ...]
    valid_from: date
    valid_until: date
    visitors: bool
    agreement: Agreement
    basis: Basis
    note: str
    digest: str

    def open_on(self, day: date) -> bool:
        """True from the first day to the last, both included."""
        return self.valid_from <= day <= self.valid_until


@dataclass(frozen=True, slots=True)
class Service:
    """What somebody gets at a provider."""

    ordinary: Words
    benefit: Benefit | None


def service(scenario: Scenario, *, eligible: bool) -> Service:
    """What the provider gives: the ordinary service always, and the benefit where eligible."""
    return Service(scenario.ordinary, scenario.benefit if eligible else None)
