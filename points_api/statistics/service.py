"""How many people are in which band, by division: counted by the nightly run, told to the office.

Fewer than `LEAST` people are told as none in particular, so that nobody can be recognized.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from points_api.db.transaction import transactional
from points_api.db.writes import Insert, write_all
from points_api.statistics.models import BandCount

LEAST: Final = 10


@dataclass(frozen=True, slots=True)
class Count:
    """People of a division in a band; None: some, but fewer than `LEAST`."""

    division: str
    band: str
    people: int | None


@transactional
async def replace(day: date, scorecard: str, people: Mapping[tuple[str, str], int]) -> None:
    """Store a day's counts by (division, band) in place of what was counted for it before."""
    await BandCount.filter(day=day).delete()
    rows = [
        {"day": day, "division": division, "scorecard": scorecard, "band": band, "people": number}
        for (division, band), number in sorted(people.items())
    ]
    await write_all([Insert(BandCount, rows)])


async def latest() -> tuple[date, list[Count]] | None:
    """The last day that was counted, and its counts; None: none ever was."""
    last = await BandCount.all().order_by("-day").first()
    if last is None:
        return None
    rows = await BandCount.filter(day=last.day).order_by("division", "band")
    counts = [Count(r.division, r.band, r.people if r.people >= LEAST else None) for r in rows]
    return last.day, counts
