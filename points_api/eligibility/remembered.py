"""Standings in Redis, so that the usual question of a merchant costs one trip and no query.

A remembered standing is a guess with a number: whoever decides by it compares the revision with
that of the person in the statement that writes the decision down, and where they differ asks for a
`fresh` one. So Redis may be empty, old or gone, and no answer changes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from pydantic_core import from_json

from points_api import clock
from points_api.cache import Cache
from points_api.eligibility.standing import Standing, Standings
from scenarios.facts import Facts

TTL_SECONDS: Final = 600
_PREFIX: Final = "standing:"
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
        suffix, at = self._suffix_at(now), now.timestamp()
        values = await self.cache.get_many([f"{_PREFIX}{one}{suffix}" for one in resident_ids])
        return [read(value, at) for value in values]

    async def fresh(self, resident_id: UUID, now: datetime) -> Standing:
        """What the database says, remembered from now on."""
        standing = await self.standings.of(resident_id, now)
        # What was read last is kept. That is not always the newest, which is only a detour.
        read_at = (clock.now() - _EPOCH) // timedelta(microseconds=1)
        value = value_of(standing)
        self.cache.put_soon(self._key(resident_id, now), read_at, value, TTL_SECONDS)
        return standing

    def _key(self, resident_id: UUID, now: datetime) -> str:
        return f"{_PREFIX}{resident_id}{self._suffix_at(now)}"

    def _suffix_at(self, now: datetime) -> str:
        hour = int(now.timestamp()) // 3600  # legal days begin with an hour
        if hour != self._hour:
            day = clock.day_of(now)
            # Another notice in force is another question.
            notice = self.standings.notices.current(day).version
            self._hour, self._suffix = hour, f":{day.isoformat()}:{notice}"
        return self._suffix


def value_of(standing: Standing) -> bytes:
    """A standing as it is kept."""
    facts, until = standing.facts, standing.until
    said = None if facts is None else [
        facts.score, facts.age, facts.division, dict(facts.dimensions), sorted(facts.items),
        sorted(facts.overdue),
    ]  # fmt: skip
    ends = None if until is None else until.timestamp()
    return _encode([standing.why, standing.revision, ends, said]).encode()


def read(value: bytes | None, at: float) -> Standing | None:
    """A kept standing; None where there is none, or the consent that it rests on has ended.

    `at` is in seconds since 1970.
    """
    if value is None:
        return None
    why, revision, ends, said = from_json(value)
    if ends is not None and ends <= at:
        return None
    if said is None:
        return Standing(why, None, revision)
    score, age, division, dimensions, items, overdue = said
    facts = Facts(score, age, division, dimensions, frozenset(items), frozenset(overdue))
    return Standing(why, facts, revision)
