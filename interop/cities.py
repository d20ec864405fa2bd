"""A city as its partners know it: its scale and bands, its people's scores, its keys and address.

Scores are integers, thousandths of a point of the city's own scale. Every figure carries its basis:
`published` stands in a public source named in the file's note, `assumption` is ours until the city
says otherwise. A city that no source names as a signatory is never shown without saying so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from interop.words import Words, points

Basis = Literal["published", "assumption"]
Signatory = Literal["named", "unconfirmed"]
"""`named`: the work plan of 2023 names the city. `unconfirmed`: no source says that it signed."""
KeyUse = Literal["statement", "message"]
"""`statement` signs what is said of a visitor, `message` a request or an answer between cities."""

UNCONFIRMED = Words("（是否签约未证实）", " (signatory unconfirmed)")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of thousandths and where it is from."""

    value: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class Scale:
    """The scores there are. `maximum` is None where the scale is open above.

    `base` is where everybody starts. Tables have a row for each `step` from the minimum to
    `covered`, the maximum or, on an open scale, the last score that gets a row of its own.
    """

    minimum: Figure
    maximum: Figure | None
    open_basis: Basis
    base: Figure | None
    step: Figure
    covered: int

    @property
    def points(self) -> int:
        """How many score points tables have."""
        return (self.covered - self.minimum.value) // self.step.value + 1

    def at(self, place: int) -> int:
        """The score so many steps above the minimum."""
        return self.minimum.value + place * self.step.value

    def __str__(self) -> str:
        top = points(self.maximum.value) if self.maximum else "…"
        return f"{points(self.minimum.value)}–{top}"

    @property
    def basis(self) -> Basis:
        """`published` only where both ends are."""
        ends = {self.minimum.basis, self.maximum.basis if self.maximum else self.open_basis}
        return "published" if ends == {"published"} else "assumption"


@dataclass(frozen=True, slots=True)
class Band:
    """A grade of the city; it begins at `floor` and ends where the next begins."""

    id: str
    name: Words
    floor: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class Distribution:
    """How many of a million people lie in each bin of `width` from `lowest` on.

    `people` is how many were counted, on the day `as_of`.
    """

    lowest: int
    width: int
    shares_ppm: tuple[int, ...]
    people: int
    as_of: date
    basis: Basis


@dataclass(frozen=True, slots=True)
class Key:
    """A place for a public key, from one day to another; `public` is empty until delivered."""

    id: str
    use: KeyUse
    algorithm: str
    since: date
    until: date
    public: str | None


@dataclass(frozen=True, slots=True)
class City:
    """One city. `bare_name` is for sorting and matching; people are shown `name`."""

    id: str
    bare_name: Words
    division: str
    signatory: Signatory
    score_name: Words
    score_basis: Basis
    scale: Scale
    bands: tuple[Band, ...]
    distribution: Distribution
    address: str
    address_basis: Basis
    keys: tuple[Key, ...]
    note: str

    @property
    def name(self) -> Words:
        """The name as it is shown: with the mark where it is not known that the city signed."""
        return shown(self.bare_name, self.signatory)

    def band_of(self, score: int) -> Band:
        """The band of a score; the lowest one for a score below all."""
        reached = [band for band in self.bands if band.floor <= score]
        return reached[-1] if reached else self.bands[0]

    def counts(self) -> list[int]:
        """People at each point of the scale, the people of a bin spread evenly over its points.

        What is left over goes to the first points of a bin, so that nobody is lost.
        """
        counts = [0] * self.scale.points
        told = self.distribution
        per_bin = told.width // self.scale.step.value
        first = (told.lowest - self.scale.minimum.value) // self.scale.step.value
        for n, people in enumerate(_whole(told.shares_ppm, told.people)):
            within = range(first + n * per_bin, min(first + (n + 1) * per_bin, len(counts)))
            each, left = divmod(people, len(within))
            for k, place in enumerate(within):
                counts[place] += each + (k < left)
        return counts

    def narrowest_band(self) -> int:
        """The width of the narrowest band between two others."""
        inner = self.bands[1:]
        return min((b.floor - a.floor for a, b in pairwise(inner)), default=self.scale.covered)


def shown(bare_name: Words, signatory: Signatory) -> Words:
    """A name as people see it: with the mark where no source says that the division signed."""
    if signatory == "named":
        return bare_name
    return Words(bare_name.zh + UNCONFIRMED.zh, bare_name.en + UNCONFIRMED.en)


def _whole(shares_ppm: tuple[int, ...], people: int) -> Iterator[int]:
    """Shares of a million as whole people that add up to all of them."""
    summed = before = 0
    for share in shares_ppm:
        summed += share
        until = summed * people // 1_000_000
        yield until - before
        before = until
