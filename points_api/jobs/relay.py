"""Carries outbox events on: at least once, in the order in which they are due.

Events that are pushed to merchants, in order, are another work (`push`), and so is what other
cities have to be told (`exchange`).

After a commit the process that made it already told Redis what it could. The relay does it again
from the row, so a process that died in between leaves nothing stale behind.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final
from uuid import UUID

from points_api import clock, log
from points_api.audit import sealing
from points_api.auth.sessions import Sessions
from points_api.db import outbox
from points_api.db.writes import write_all
from points_api.entitlements import renewing
from points_api.jobs import exchange, push
from points_api.jobs.rounds import again_and_again
from points_api.recognitions import recalls
from points_api.scores.service import Scores

BATCH: Final = 200
IDLE_SECONDS: Final = 0.5
Handler = Callable[[outbox.Event], Awaitable[None]]
_log = log.get("relay")


class Unreachable(Exception):
    """Redis was not reached; the event comes back."""


class Relay:
    """What is to be done for each topic; events of other topics only have to be kept."""

    def __init__(self, scores: Scores) -> None:
        self._scores = scores
        self._handlers: Mapping[str, Handler] = {
            "score.changed": self._score_changed,
            "session.ended": self._session_ended,
        }

    async def run(self) -> None:
        """Work until canceled; a failure is logged and tried again later."""
        # Two works: events that cannot be claimed must not keep the chain from growing.
        seal = partial(sealing.seal, BATCH)
        await again_and_again("relay", IDLE_SECONDS, self.once, seal)

    async def once(self) -> int:
        """Carry out what is due now, and return how many events that were."""
        events = await outbox.claim(BATCH, but=push.TOPICS | exchange.TOPICS)
        carried = []
        for event in events:
            try:
                if handler := self._handlers.get(event.topic):
                    await handler(event)
                carried.append(event.id)
            except Exception:  # noqa: BLE001 - one event must not hold up the others
                _log.exception("relay.event_failed", topic=event.topic)
                await outbox.retry(event)
        await outbox.done(carried)
        return len(events)

    async def _score_changed(self, event: outbox.Event) -> None:
        resident_id = UUID(event.subject)
        day = clock.day_of(event.created_at)
        await self._scores.outdate(resident_id, int(event.payload["version"]), day)
        if event.payload.get("cause") == "records":  # not by the passing of days
            await recalls.score_changed(resident_id)
        if await renewing.is_concerned(resident_id):
            await write_all([renewing.due(resident_id)])

    async def _session_ended(self, event: outbox.Event) -> None:
        cache = self._scores.cache
        if cache is None:  # then no process holds a marker that could be wrong
            return
        ended = map(UUID, event.payload["sessions"])
        if not await Sessions(cache).ended(ended):
            raise Unreachable
