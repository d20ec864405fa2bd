"""One city on this machine: its folder, port, secrets, and the settings it is started with.

<folder>/<city>/data/       its data files; the shipped city needs none
<folder>/<city>/points.db   its database
<folder>/<city>/demo/       agencies' files and the merchant's key
<folder>/<city>/city.env    its settings, secrets included: for its owner's eyes
<folder>/<city>/made.json   what was made: residents to sign in as, officer, merchant
<folder>/<city>/log         what it says while it runs
"""

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from shlex import quote
from typing import Final

from interop.cities import City
from points_api.crypto.keyring import Keyring
from points_api.federation import data
from points_api.settings import PREFIX, parse_keys

LOOPBACK: Final = "127.0.0.1"
SECRET_BYTES: Final = 32


def _secret_keys() -> str:
    secret = base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    return f"{secrets.token_hex(4)}:{secret}"


@dataclass(frozen=True)
class Place:
    """A city, where it lives, and on which port it answers. Its secrets are drawn by lot."""

    city: City
    shared: Path
    """The folder of the federation, which holds the directory and the tables."""
    port: int
    seed: int
    """Of its made-up residents: other people in each city."""
    listed: int | None = None
    """The port that the directory lists, where somebody stands in front of the city."""
    secret_keys: str = field(repr=False, default_factory=_secret_keys)

    @property
    def folder(self) -> Path:
        return self.shared / self.city.id

    @property
    def address(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def listed_address(self) -> str:
        """Where other cities reach it."""
        return f"http://{LOOPBACK}:{self.listed or self.port}"

    @cached_property
    def keyring(self) -> Keyring:
        return Keyring(parse_keys(self.secret_keys))

    @property
    def settings(self) -> dict[str, str]:
        """The variables it is started with, by their full names."""
        folder = self.folder
        chosen = {
            "CITY": self.city.id,
            "DATABASE_URL": f"sqlite://{folder / 'points.db'}",
            "REDIS_URL": "memory://",
            "SECRET_KEYS": self.secret_keys,
            "SNAPSHOT_DIR": str(folder / "snapshot"),
            "WEBHOOK_LOOPBACK": "true",
            "PARTNERS_DIRECTORY": str(self.shared / "directory.json"),
        }
        if self.city.id != data.HOME:
            chosen["DATA_DIR"] = str(folder / "data")
        return {f"{PREFIX}{name}": value for name, value in chosen.items()}

    def environment(self, around: Mapping[str, str]) -> dict[str, str]:
        """The environment of its process: of what is around, no setting of this program."""
        kept = {name: value for name, value in around.items() if not name.startswith(PREFIX)}
        return kept | self.settings

    def prepare(self) -> None:
        """Make the folder with the city's data and its settings."""
        self.folder.mkdir(parents=True)
        if self.city.id != data.HOME:
            data.write(self.folder / "data", self.city.id)
        lines = "".join(f"{name}={quote(value)}\n" for name, value in self.settings.items())
        file = os.open(self.folder / "city.env", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            stream.write(lines)


def places(folder: Path, count: int, base_port: int, counties: int = 0) -> list[Place]:
    """The first cities of the agreement, the shipped one in front, on one port after another.

    After them so many counties of the pilots, one of each pilot in turn. What is in the middle of a
    pilot lies in the shipped city, which speaks for it.
    """
    chosen = [*_parties()[:count], *_counties()[:counties]]
    return [
        Place(city, folder.absolute(), base_port + n, seed=n + 1) for n, city in enumerate(chosen)
    ]


def _parties() -> list[City]:
    known = data.cities()
    (ladder,) = [one for one in known.agreements.values() if not one.by_scenario]
    return [city for one in ladder.parties if (city := known.city_of(one.division))]


def _counties() -> list[City]:
    known = data.cities()
    pilots = [
        [known.city_of(party.division) for party in one.parties if party.division != one.center]
        for one in known.agreements.values()
        if one.by_scenario
    ]
    return [city for turn in zip_longest(*pilots) for city in turn if city]
