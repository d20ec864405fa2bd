"""The score document in Redis: ready bytes per resident and day, never older than known.

Both languages lie under one key, so telling Redis is one trip. A value carries the version of its
stored score, so a slow reader cannot put back what a writer has replaced. Losing everything here
costs one read of the database per resident.
"""

from datetime import date
from typing import Final
from uuid import UUID

from points_api.cache import Cache
from points_api.city import City
from points_api.language import Language
from points_api.scores.document import StoredScore, render

TTL_SECONDS: Final = 600
_BETWEEN: Final = b"\n"  # stands in no JSON document of ours: they are written without blanks


def key_of(resident_id: UUID | str, day: date) -> str:
    """The key of one resident; the day is part of it because the documents show it."""
    return f"score:{resident_id}:{day.isoformat()}"


def read(value: bytes | None, language: Language) -> bytes | None:
    """The document in a language; None where Redis knows nothing, or that there is none."""
    if not value:
        return None
    zh, _, en = value.partition(_BETWEEN)
    return zh if language == "zh" else en


def value_of(stored: StoredScore, city: City, day: date) -> bytes:
    """The documents of a stored score in both languages, as they are kept."""
    card = city.scorecard_named(stored.scorecard)
    return render(stored, card, "zh", day) + _BETWEEN + render(stored, card, "en", day)


async def remember(
    cache: Cache, city: City, resident_id: UUID, stored: StoredScore, day: date
) -> None:
    """Put the documents of a stored score, unless newer ones are known."""
    value = value_of(stored, city, day)
    await cache.put(key_of(resident_id, day), stored.version, value, TTL_SECONDS)


async def forget(cache: Cache, resident_id: UUID, version: int, day: date) -> None:
    """Leave nothing to read that is older than the version, nor let it come back."""
    await cache.forget(key_of(resident_id, day), version, TTL_SECONDS)


def forget_soon(cache: Cache, resident_id: UUID, version: int, day: date) -> None:
    """`forget` without waiting, in one trip with the others of the turn."""
    cache.forget_soon(key_of(resident_id, day), version, TTL_SECONDS)
