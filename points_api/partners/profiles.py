"""The cities as their files describe them: ourselves, who we recognize, and on what agreement."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from interop import files
from interop.agreements import Agreement
from interop.cities import City
from interop.divisions import covers
from interop.files import Folder

VISITING: Final = "redemption"
"""What a host asks for: to let a scenario be used. Looking alone would be `eligibility`."""


@dataclass(frozen=True, slots=True)
class Profiles:
    """All profiles and agreements; `own` is this city, None where no file describes it."""

    folder: Folder
    own: City | None

    def city_of(self, division: str) -> City | None:
        """The city or county with this division, else the city in which it lies."""
        return self.folder.city_of(division)

    def today(self, division: str, on: date) -> str:
        """The code that stands for a division on a day: 420281 for 420221, which ended in 1994."""
        return self.folder.divisions.current(division, on) or division

    def agreements_with(self, here: str, there: str, on: date) -> Iterator[Agreement]:
        """The agreements of both that are in force on a day."""
        for one in self.folder.agreements.values():
            if one.term.includes(on) and _both(one, here, there):
                yield one

    def recognition(
        self, home: str, host: str, scenario: tuple[str, str] | None, purpose: str, on: date
    ) -> Agreement | None:
        """The agreement by which somebody of `home` is recognized at `host`, the widest first.

        `scenario` is its id and category, None for some that the host may name.
        """
        divisions = self.folder.divisions
        found = (
            one
            for one in self.folder.agreements.values()
            if one.recognition(home, host, scenario, purpose, on, divisions)
        )
        return max(found, key=lambda one: len(one.recognizes), default=None)

    def party_of(self, agreement: Agreement, division: str) -> str:
        """The code under which a division takes part."""
        parties = (one.division for one in agreement.parties)
        return next((one for one in parties if covers(one, division)), division)


@cache
def load_profiles(city: str, data_dir: Path | None = None) -> Profiles:
    """Read the files: those of the city's own folder where it has some, else the shipped ones."""
    own = data_dir / "interop" if data_dir else files.SHIPPED
    folder = files.load(own if own.is_dir() else files.SHIPPED)
    return Profiles(folder, folder.cities.get(city))


def _both(agreement: Agreement, here: str, there: str) -> bool:
    parties = [party.division for party in agreement.parties]
    ours = {one for one in parties if covers(one, here) or covers(here, one)}
    theirs = {one for one in parties if covers(one, there) or covers(there, one)} - ours
    return bool(ours and theirs)
