"""The score document in Redis: ready bytes per resident, language and day, never older than known.

A body carries the version of its stored score, so a slow reader cannot put back what a writer has
replaced. Losing everything here costs one read of the database per resident.
"""

from datetime import date
from uuid import UUID

from points_api.cache import Cache
from points_api.city import City
from points_api.language import Language
from points_api.scores.document import StoredScore, render

TTL_SECONDS = 600
LANGUAGES: tuple[Language, Language] = ("zh", "en")


def key_of(resident_id: UUID | str, language: Language, day: date) -> str:
    """The key of one body; the day is part of it because the body shows it."""
    return f"score:{resident_id}:{language}:{day.isoformat()}"


async def remember(
    cache: Cache, city: City, resident_id: UUID, stored: StoredScore, day: date
) -> None:
    """Put the bodies of a stored score, unless a newer one is known."""
    card = city.scorecard_named(stored.scorecard)
    for language in LANGUAGES:
        body = render(stored, card, language, day)
        await cache.put(key_of(resident_id, language, day), stored.version, body, TTL_SECONDS)


async def forget(cache: Cache, resident_id: UUID, version: int, day: date) -> None:
    """Leave nothing to read of a resident who left; `version` is the last one stored."""
    for language in LANGUAGES:
        await cache.forget(key_of(resident_id, language, day), version + 1, TTL_SECONDS)
