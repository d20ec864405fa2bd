"""Standings in Redis, so that the usual question of a merchant costs one trip and no query.

A remembered standing is a guess with a number: whoever decides by it compares the revision with
that of the person in the statement that writes the decision down, and where they differ asks for a
`fresh` one. So Redis may be empty, old or gone, and no answer changes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from pydantic_core import from_json

from points_api import clock
from points_api.cache import Cache
from points_api.eligibility.standing import Standing, Standings
from scenarios.facts import Facts

TTL_SECONDS: Final = 600
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_encode = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(slots=True)
class Remembered:
    """Standings of today: from Redis, or from the database and then in Redis."""

    standings: Standings
    cache: Cache
    _hour: int = -1
    _suffix: str = ""

    async def of(self, resident_id: UUID, now: datetime) -> Standing:
        """What is remembered, at best; what the database says, else."""
        [known] = await self.known([resident_id], now)
        return known or await self.fresh(resident_id, now)

    async def known(self, resident_ids: Sequence[UUID], now: datetime) -> list[Standing | None]:
        """What is remembered of each, by one trip."""
        values = await self.cache.get_many([self._key(one, now) for one in resident_ids])
        return [read(value, now) for value in values]

    async def fresh(self, resident_id: UUID, now: datetime) -> Standing:
        """What the database says, remembered from now on."""
        standing = await self.standings.of(resident_id, now)
        # What was read last is kept. That is not always the newest, which is only a detour.
        read_at = (clock.now() - _EPOCH) // timedelta(microseconds=1)
        value = value_of(standing)
        self.cache.put_soon(self._key(resident_id, now), read_at, value, TTL_SECONDS)
        return standing

    def _key(self, resident_id: UUID, now: datetime) -> str:
        hour = int(now.timestamp()) // 3600  # legal days begin with an hour
        if hour != self._hour:
            day = clock.day_of(now)
            # Another notice in force is another question.
            notice = self.standings.notices.current(day).version
            self._hour, self._suffix = hour, f":{day.isoformat()}:{notice}"
        return f"standing:{resident_id}{self._suffix}"


def value_of(standing: Standing) -> bytes:
    """A standing as it is kept."""
    facts, until = standing.facts, standing.until
    said = None if facts is None else [
        facts.score, facts.age, facts.division, dict(facts.dimensions), sorted(facts.items),
        sorted(facts.overdue),
    ]  # fmt: skip
    ends = None if until is None else until.timestamp()
    return _encode([standing.why, standing.revision, ends, said]).encode()


def read(value: bytes | None, now: datetime) -> Standing | None:
    """A kept standing; None where there is none, or the consent that it rests on has ended."""
    if value is None:
        return None
    why, revision, ends, said = from_json(value)
    if ends is not None and ends <= now.timestamp():
        return None
    return Standing(why, None if said is None else _facts(*said), revision)


def _facts(
    score: int,
    age: int,
    division: str,
    dimensions: dict[str, int],
    items: list[Any],
    overdue: list[Any],
) -> Facts:
    return Facts(score, age, division, dimensions, frozenset(items), frozenset(overdue))
