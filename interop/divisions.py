"""Division codes (GB/T 2260) with the years in which each held, and what followed an old one.

An identity number or an old agreement may carry a code that is no longer one: 420221 was Daye
county until 1994, 420281 is Daye city since.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from interop.words import Words


@dataclass(frozen=True, slots=True)
class Division:
    """A code and its name in the years `since` to `until`, both included; None is open."""

    code: str
    name: Words
    since: int | None = None
    until: int | None = None
    successor: str | None = None

    def held_on(self, day: date) -> bool:
        """True while the code was in force."""
        return (self.since or 0) <= day.year <= (self.until or 9999)


@dataclass(frozen=True, slots=True)
class Divisions:
    """All divisions that agreements name, by code."""

    by_code: Mapping[str, Division]

    def current(self, code: str, on: date) -> str | None:
        """The code that stands for this one on a day; None where it is not known or ended.

        >>> old, new = Words("大冶县", "Daye County"), Words("大冶市", "Daye City")
        >>> county = Division("420221", old, until=1994, successor="420281")
        >>> both = Divisions({"420221": county, "420281": Division("420281", new, since=1994)})
        >>> both.current("420221", date(2026, 1, 1)), both.current("420221", date(1990, 1, 1))
        ('420281', '420221')
        """
        division = self.by_code.get(code)
        while division is not None and not division.held_on(on):
            if division.since is not None and on.year < division.since:
                return None
            division = self.by_code.get(division.successor or "")
        return division.code if division else None


def covers(area: str, code: str) -> bool:
    """Whether a division lies in an area: a province, a prefecture or itself.

    >>> covers("420200", "420281"), covers("120000", "120116"), covers("420281", "420222")
    (True, True, False)
    """
    return code.startswith(area[:2] if area.endswith("0000") else area.removesuffix("00"))
