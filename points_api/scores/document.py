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
    version: int = 0  # that of the row; 0: it is not stored

    def holds_on(self, day: date) -> bool:
        """True when recomputing on `day` would give the same document."""
        return self.as_of <= day and (self.stale_on is None or day < self.stale_on)


def render(stored: StoredScore, card: Scorecard, language: Language, day: date) -> bytes:
    """The JSON document of the contract, in UTF-8; points are decimal strings."""
    frame = _frames.get((card.digest, language))
    if frame is None:
        frame = _frames[card.digest, language] = _Frame(card, language)
    return frame.fill(stored, day)


class _Frame:
    """What stands in every document of a scorecard and language, written out once."""

    def __init__(self, card: Scorecard, language: Language) -> None:
        zh = language == "zh"
        self._card = card
        self._head = f'{{"city":{_json(card.city)},"score":"'
        self._bands = {
            band.id: f'","band":{_json({"id": band.id, "name": band.name if zh else band.name_en})}'
            for band in card.bands
        }
        self._card_part = f'","scorecard":{_json(card.version)},"base":"'
        self._dimensions = [
            (
                d.id,
                f'{{"id":{_json(d.id)},"name":{_json(d.name if zh else d.name_en)},"points":"',
                f'","floor":"{points_text(d.floor)}","ceiling":"{points_text(d.ceiling)}"}}',
            )
            for d in card.dimensions
        ]

    def fill(self, stored: StoredScore, day: date) -> bytes:
        """Write one document: names and floors stand ready, points and days are put between."""
        points = stored.dimensions
        dimensions = ",".join(
            [f"{before}{points_text(points[i])}{after}" for i, before, after in self._dimensions]
        )
        change = f'"{stored.next_change_on.isoformat()}"' if stored.next_change_on else "null"
        return (
            f"{self._head}{points_text(stored.value)}"
            f"{self._bands[self._card.band_of(stored.value).id]}"
            f',"as_of":"{day.isoformat()}{self._card_part}{points_text(stored.base)}'
            f'","dimensions":[{dimensions}],"next_change_on":{change}'
            f',"records_digest":{_json(stored.records_digest)}}}'
        ).encode()


_frames: dict[tuple[str, Language], _Frame] = {}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
