"""What stands for what between the city of the shipped data and another: bands, scores, names.

A county of a pilot, which compares no bands, is assumed to have just those of the shipped city.
"""

from dataclasses import dataclass
from fractions import Fraction

from interop.agreements import Agreement
from interop.cities import City
from interop.words import Words, points


@dataclass(frozen=True, slots=True)
class Matched:
    """The shipped city, another one, and their agreement, whose ladder names bands of both."""

    shipped: City
    other: City
    agreement: Agreement

    @property
    def bands(self) -> dict[str, str]:
        """Bands of the other city by those of the shipped one, rung by rung; the lowest below."""
        if self.agreement.by_scenario:
            both = zip(self.shipped.bands, self.other.bands, strict=True)
            return {here.id: there.id for here, there in both}
        rungs = {
            grade.first_bands[self.shipped.id]: grade.first_bands[self.other.id]
            for grade in self.agreement.grades
        }
        return {self.shipped.bands[0].id: self.other.bands[0].id, **rungs}

    @property
    def anchors(self) -> list[tuple[int, int]]:
        """Scores that stand for the same: the floors of those bands, and the tops of the scales."""
        there = {band.id: band.floor for band in self.other.bands}
        floors = [
            (band.floor, there[self.bands[band.id]])
            for band in self.shipped.bands
            if band.id in self.bands
        ]
        return [*floors, (self.shipped.scale.covered, self.other.scale.covered)]

    @property
    def base(self) -> int:
        """Where everybody starts: as the city says, else where the lowest rung begins."""
        told = self.other.scale.base
        return told.value if told else self.anchors[1][1]

    @property
    def stretch(self) -> Fraction:
        """From the base to the highest rung: how many points there for one here."""
        start = self.shipped.scale.base
        here, there = self.anchors[-2]
        return Fraction(there - self.base, here - (start.value if start else 0))

    @property
    def range(self) -> Words:
        """The scale in words of a notice."""
        low, top = points(self.other.scale.minimum.value), self.other.scale.maximum
        if top is None:
            return Words(f"{low} 分起、上不封顶的分数", f"points from {low} with no upper end")
        return Words(f"{low}—{points(top.value)} 分", f"{low}–{points(top.value)} points")
