"""The score as `GET /v1/me/score` gives it: one rendering for the route and the hot path alike.

What is stored is language-free and holds until `stale_on`; names come from the scorecard, and the
day shown is the day of reading, because up to `stale_on` nothing in it differs.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from points_api.language import Language
from scoring.scorecard import Scorecard, points_text


@dataclass(frozen=True, slots=True)
class StoredScore:
    """A computed score without names: points in thousandths, dimensions by id."""

    value: int
    base: int
    dimensions: Mapping[str, int]
    scorecard: str
    as_of: date
    stale_on: date | None
    next_change_on: date | None
    records_digest: str
    version: int

    def holds_on(self, day: date) -> bool:
        """True when recomputing on `day` would give the same document."""
        return self.as_of <= day and (self.stale_on is None or day < self.stale_on)


def render(stored: StoredScore, card: Scorecard, language: Language, day: date) -> bytes:
    """The JSON document of the contract, in UTF-8; points are decimal strings."""
    band = card.band_of(stored.value)
    zh = language == "zh"
    document = {
        "city": card.city,
        "score": points_text(stored.value),
        "band": {"id": band.id, "name": band.name if zh else band.name_en},
        "as_of": day.isoformat(),
        "scorecard": card.version,
        "base": points_text(stored.base),
        "dimensions": [
            {
                "id": dimension.id,
                "name": dimension.name if zh else dimension.name_en,
                "points": points_text(stored.dimensions[dimension.id]),
                "floor": points_text(dimension.floor),
                "ceiling": points_text(dimension.ceiling),
            }
            for dimension in card.dimensions
        ],
        "next_change_on": stored.next_change_on and stored.next_change_on.isoformat(),
        "records_digest": stored.records_digest,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
