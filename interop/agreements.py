"""What was agreed: between whom, on what document, for how long, what is recognized and what for.

An agreement between cities recognizes a visitor by the score of the city they are from, all parties
each other. A pilot between counties has a `center`: it and each other party recognize each other,
the others not among themselves, and only named scenarios: whoever reaches its rung at home meets
what such a scenario asks of the score.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Literal

from interop.cities import Basis, City, Signatory, shown
from interop.divisions import Divisions, covers
from interop.words import Words

Recognized = Literal["band", "score", "scenario"]
"""What of the other city counts: its band, its score through a table, its use of a scenario."""
Purpose = Literal["eligibility", "redemption", "repair_notice", "usage_report"]
"""What a statement may be asked for; anything else is refused."""


@dataclass(frozen=True, slots=True)
class Party:
    """A division that takes part, and whether a source names it as one.

    `bare_name` is for matching; people are shown `name`.
    """

    division: str
    bare_name: Words
    signatory: Signatory

    @property
    def name(self) -> Words:
        """The name as it is shown: with the mark where it is not known that the division signed."""
        return shown(self.bare_name, self.signatory)


@dataclass(frozen=True, slots=True)
class Grade:
    """A rung of the common ladder: the band of each city from which somebody stands on it."""

    id: str
    name: Words
    first_bands: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Term:
    """From the first to the last day, both included."""

    since: date
    until: date
    basis: Basis

    def includes(self, day: date) -> bool:
        """True on its days."""
        return self.since <= day <= self.until


@dataclass(frozen=True, slots=True)
class Agreement:
    """One agreement. `scenarios` and `categories` are ids; where both are empty, all are meant."""

    id: str
    title: Words
    document: str
    basis: Basis
    parties: tuple[Party, ...]
    center: str | None
    term: Term
    recognizes: frozenset[Recognized]
    scenarios: frozenset[str]
    categories: frozenset[str]
    purposes: frozenset[Purpose]
    grades: tuple[Grade, ...]
    grades_basis: Basis
    note: str

    @property
    def codes(self) -> frozenset[str]:
        """The divisions of its parties."""
        return frozenset(party.division for party in self.parties)

    @property
    def by_scenario(self) -> bool:
        """Whether to reach a rung at home is enough at the host, whose bands are not compared."""
        return "scenario" in self.recognizes and "band" not in self.recognizes

    def recognition(
        self, home: str, host: str, scenario: tuple[str, str] | None, purpose: str, on: date,
        divisions: Divisions,
    ) -> bool:  # fmt: skip
        """Whether somebody of one division is recognized in another, for a scenario on a day.

        `home` and `host` are division codes, old ones included; `scenario` its id and category,
        None for whoever knows neither and asks whether there is any.
        """
        places = (divisions.current(home, on) or home, divisions.current(host, on) or host)
        here, there = (self._party_of(code) for code in places)
        if here is None or there is None or not self.joins(here, there):
            return False
        in_time = self.term.includes(on) and purpose in self.purposes
        return in_time and (scenario is None or self._names(*scenario))

    def joins(self, one: Party, other: Party) -> bool:
        """Whether two of the parties recognize each other: all do, or each does the center."""
        meets = self.center is None or self.center in {one.division, other.division}
        return meets and one is not other

    def _names(self, scenario: str, category: str) -> bool:
        everything = not self.scenarios and not self.categories
        return everything or scenario in self.scenarios or category in self.categories

    def _party_of(self, code: str) -> Party | None:
        return next((party for party in self.parties if covers(party.division, code)), None)


def agreed_bands(agreement: Agreement, source: City, target: City) -> dict[str, str | None]:
    """The agreed band table: for each band of the source the band of the target, None below all.

    A visitor stands on the highest rung that the home band reaches and gets the first band of that
    rung at the host. Each direction is its own table: reading one backwards is not the other.
    """
    ids = [band.id for band in source.bands]

    def reached(band: str) -> list[Grade]:
        place = ids.index(band)
        grades = agreement.grades
        return list(takewhile(lambda one: ids.index(one.first_bands[source.id]) <= place, grades))

    return {
        band: (rungs[-1].first_bands[target.id] if (rungs := reached(band)) else None)
        for band in ids
    }
