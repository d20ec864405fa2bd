"""A resident's looks at their own data: counted in memory, written once a second.

A row per read would cost more than the read. So reads are counted per resident, day and thing, and
each second the counts become one statement that adds them to the day's entries. A process that is
killed loses the counts of its last second, of the resident's own looks and of nothing else: looks
by others are rows of the very transaction that showed the data (`service.record_look`).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from fastapi import Request

from points_api import clock, log
from points_api.access_log.service import Look, add

FLUSH_SECONDS: Final = 1.0
ROWS_PER_STATEMENT: Final = 500
_log = log.get("access_log")
_Key = tuple[str, date, str]  # text, for the hash of a UUID costs more than the counting


@dataclass(slots=True)
class _Count:
    times: int
    first_at: datetime
    last_at: datetime


class OwnLooks:
    """The counts of this process. `running()` writes them for as long as the application runs."""

    def __init__(self) -> None:
        self._counts: dict[_Key, _Count] = {}

    def note(
        self,
        resident_id: UUID | str,
        what: str,
        now: datetime | None = None,
        day: date | None = None,
    ) -> None:
        """Count one look; `what` is a short name of ours, such as `score`.

        Who knows the instant, and the legal day of it, may say so.
        """
        now = now or clock.now()
        self._count((str(resident_id), day or clock.day_of(now), what), 1, now, now)

    async def flush(self) -> int:
        """Write what was counted, and return how many entries that were.

        Counts that could not be written are kept for the next time.
        """
        counts, self._counts = self._counts, {}
        looks = [_look(key, count) for key, count in counts.items()]
        written = 0
        try:
            for start in range(0, len(looks), ROWS_PER_STATEMENT):
                part = looks[start : start + ROWS_PER_STATEMENT]
                await add(part)
                written += len(part)
        finally:
            for key, count in list(counts.items())[written:]:
                self._count(key, count.times, count.first_at, count.last_at)
        return written

    @asynccontextmanager
    async def running(self) -> AsyncIterator["OwnLooks"]:
        """Write every second, and once more at the end."""
        stop = asyncio.Event()
        # A context of its own: it must not inherit a transaction that whoever starts it is in.
        beat = asyncio.get_running_loop().create_task(self._beat(stop), context=Context())
        try:
            yield self
        finally:
            stop.set()
            await beat

    async def _beat(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), FLUSH_SECONDS)
            await self._try_flush()

    async def _try_flush(self) -> None:
        try:
            await self.flush()
        except Exception:  # noqa: BLE001 - the counts are kept, the next second tries again
            _log.exception("own_looks.not_written", count=len(self._counts))

    def _count(self, key: _Key, times: int, first_at: datetime, last_at: datetime) -> None:
        known = self._counts.get(key)
        if known is None:
            self._counts[key] = _Count(times, first_at, last_at)
        else:
            known.times += times
            known.first_at = min(known.first_at, first_at)
            known.last_at = max(known.last_at, last_at)


def note_look(request: Request, resident_id: UUID, what: str) -> None:
    """Count that the caller looked at something of their own."""
    looks: OwnLooks = request.app.state.own_looks
    looks.note(resident_id, what)


def _look(key: _Key, count: _Count) -> Look:
    resident_id, day, what = key
    return Look(
        resident_id=UUID(resident_id),
        day=day,
        actor_kind="resident",
        actor="self",
        purpose="self",
        what=what,
        times=count.times,
        first_at=count.first_at,
        last_at=count.last_at,
    )
