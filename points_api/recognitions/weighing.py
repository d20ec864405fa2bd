"""Host: what home's statement is on our scale, by a table that both have signed, or by bands.

Nothing is made up: without a table there are the bands of the agreement, without those a statement
is worth nothing here. A score that home gives counts only through a table that lets scores count.
Where counties recognize scenarios, bands are not compared: who reaches the agreed rung at home
meets whatever such a scenario asks of the score, and nothing else of what it asks.

While an old table and the one after it run side by side, the old one decides, and what the new one
says is kept for the report of who will move.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from interop.agreements import Agreement, agreed_bands
from interop.cities import City
from interop.mapping import map_score
from interop.statement import Statement
from interop.tables import Mapped, Table
from points_api.city import City as OwnRules
from scenarios.conditions import OLDEST
from scenarios.eligibility import Index
from scenarios.facts import Facts

ADULT = 18
"""Who has joined anywhere is of age; how old a visitor is, home does not say."""


@dataclass(frozen=True, slots=True)
class Scales:
    """Both ends of a visit. `table` decides, None: the agreed bands; `beside` follows it."""

    agreement: Agreement
    home: City | None
    host: City | None
    table: Table | None
    beside: Table | None = None

    @property
    def version(self) -> str:
        """How the table is called that decides."""
        return self.table.header.version if self.table else bands_version(self.agreement)

    @property
    def wants_score(self) -> bool:
        """Whether the score itself would be of use."""
        return self.table is not None and self.table.header.use == "table"

    def by(self, table: Table | None) -> "Scales":
        """The same by another table alone, or by the agreed bands."""
        return replace(self, table=table, beside=None)


def bands_version(agreement: Agreement) -> str:
    """How the agreed table of bands is called where a mapping table has its version."""
    return f"bands-{agreement.id}"


def weigh(said: Statement, scales: Scales) -> Mapped | None:
    """What the statement is here; None where nothing was agreed by which it could be anything."""
    table, home, host = scales.table, scales.home, scales.host
    if table is not None and (mapped := weigh_by(table, said, home)) is not None:
        return mapped
    if home is None or host is None or not scales.agreement.grades:
        return None
    band = agreed_bands(scales.agreement, home, host)[said.band]
    told = None if scales.agreement.by_scenario else band
    return Mapped(bands_version(scales.agreement), band is not None, told)


def weigh_by(table: Table, said: Statement, home: City | None) -> Mapped | None:
    """What a table makes of the statement; None of a band where it is a table of scores.

    Any score of a band stands for it in a table that tells no more than bands.
    """
    if said.score is not None:
        return map_score(table, int(Decimal(said.score) * 1000))
    if home is None or table.header.use == "table":
        return None
    floor = next(band.floor for band in home.bands if band.id == said.band)
    return map_score(table, floor)


def score_of(
    mapped: Mapped, agreement: Agreement, host: City, rules: OwnRules, on: date
) -> int | None:
    """The score that decides: the mapped one, or with a band alone the least of that band.

    Where scenarios are recognized by themselves it is the highest, which every scenario is open to.
    """
    if agreement.by_scenario:
        return host.scale.covered if mapped.recognized else None
    if mapped.value is not None:
        return mapped.value
    if mapped.band is None:
        return None
    known = rules.known(on).bands.get(mapped.band)
    if known is not None:
        return known.floor
    return next((band.floor for band in host.bands if band.id == mapped.band), None)


def is_open(
    index: Index, scenario_id: str, score: int, division: str, overdue: frozenset[str]
) -> bool:
    """Whether a scenario is open to a visitor of this score, whatever their age may be.

    Of dimensions and memberships nothing is known, so a scenario that asks for them is closed.
    """
    return all(
        index.is_open(Facts(score, age, division, overdue=overdue), scenario_id)
        for age in (ADULT, OLDEST)
    )
