"""The city's rules: catalog and scorecards from its data folder, read and checked once at start."""

from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path

from interop import files as interop_files
from interop.cities import City as Profile
from scenarios.facts import Band
from scenarios.files import Known
from scoring import scorecard_files
from scoring.catalog import Catalog, Item
from scoring.catalog_files import load_catalog, shipped_catalog
from scoring.scorecard import Scorecard


@dataclass(frozen=True)
class City:
    """What is data rather than code: another city runs the same program with another folder."""

    catalog: Catalog
    scorecards: tuple[Scorecard, ...]

    def scorecard(self, on: date) -> Scorecard:
        """The scorecard in force on a day."""
        return scorecard_files.in_force(self.scorecards, on)

    def scorecard_named(self, version: str) -> Scorecard:
        """A scorecard by its version. LookupError if the city never published it."""
        for card in self.scorecards:
            if card.version == version:
                return card
        raise LookupError(f"scorecard {version} is not among the published ones")

    def known(self, on: date) -> Known:
        """What the conditions of scenarios may name on a day: bands, dimensions, items."""
        card = self.scorecard(on)
        bands = {one.id: Band(one.id, one.name, one.name_en, one.floor) for one in card.bands}
        items = frozenset(item.code for item in self.catalog.items)
        return Known(bands, frozenset(one.id for one in card.dimensions), items)

    @cached_property
    def profile(self) -> Profile:
        """The city as its partners know it. LookupError without one."""
        return profile_of(self.scorecards[-1].city)

    @property
    def division(self) -> str:
        """The code of the city. LookupError without a profile."""
        return self.profile.division

    def next_scorecard(self, after: date) -> Scorecard | None:
        """The scorecard that takes effect next after a day."""
        return next((card for card in self.scorecards if card.effective_from > after), None)

    def item(self, code: str, on: date) -> Item | None:
        """A catalog item as in force on a day, or the latest version there was."""
        versions = [item for item in self.catalog.items if item.code == code]
        in_force = [item for item in versions if item.in_force(on)] or versions
        return in_force[-1] if in_force else None


@cache
def load_city(data_dir: Path | None = None) -> City:
    """Read the city's rules. Raises CatalogError or ScorecardError, which name file and mend."""
    if data_dir is None:
        return City(shipped_catalog(), scorecard_files.shipped_scorecards())
    catalog = load_catalog(data_dir)
    return City(catalog, scorecard_files.load_folder(data_dir / "scorecards", catalog))


def profile_of(city: str) -> Profile:
    """A city of this id as its partners know it. LookupError where nobody has written that down."""
    return _profiles().cities[city]


@cache
def _profiles() -> interop_files.Folder:
    return interop_files.load()
