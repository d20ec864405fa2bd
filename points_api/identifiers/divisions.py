"""Administrative divisions by code (GB/T 2260), with the years in which each name held.

Only what the program names: Huangshi with its history, the county pilots, the partner cities. An
ID number keeps the code of its first registration, so abolished codes (420221 Daye county) stay
readable. Economic zones such as 新港园区 have no code and are organisations, not divisions.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

SHIPPED: Final = Path(__file__).with_name("divisions.csv")


@dataclass(frozen=True, slots=True)
class Division:
    """A code and its name in the years from `since` to `until`, both included; None: open."""

    code: str
    name: str
    since: int | None
    until: int | None

    def held_in(self, year: int) -> bool:
        return (self.since or 0) <= year <= (self.until or 9999)


@cache
def shipped() -> tuple[Division, ...]:
    """Return all divisions known, by code and year."""
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        return tuple(
            Division(
                row["code"],
                row["name"],
                int(row["since"]) if row["since"] else None,
                int(row["until"]) if row["until"] else None,
            )
            for row in csv.DictReader(file)
        )


def name_of(code: str, year: int) -> str | None:
    """Return the name that the code had in a year; None if it did not exist or is not known."""
    return next((d.name for d in shipped() if d.code == code and d.held_in(year)), None)


def inside(prefecture: str, year: int) -> tuple[Division, ...]:
    """Return the districts, cities and counties of a prefecture (`420200`) in a year."""
    return tuple(
        division
        for division in shipped()
        if division.code[:4] == prefecture[:4]
        and division.code[4:] not in {"00", "01"}
        and division.held_in(year)
    )
