"""What other cities have to be told: statements that hold no more, and uses by their residents.

A work of its own beside relay and push, so that a partner that is slow keeps nobody else waiting.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from uuid import UUID

from points_api import cancellation, clock, log
from points_api.consents.service import RECALLED
from points_api.db import outbox
from points_api.partners.service import Exchange
from points_api.problem import Problem
from points_api.recognitions import recalls, usage
from points_api.redemptions.moves import VISITOR_USED

TOPICS: Final = frozenset({RECALLED, recalls.TELL, VISITOR_USED})
"""Of the events of these topics nobody else takes care."""
BATCH: Final = 20
IDLE_SECONDS: Final = 0.5
_log = log.get("exchange")


class Telling:
    """Tells partners; each round is a method, for tests."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._handlers: Mapping[str, Callable[[outbox.Event], Awaitable[object]]] = {
            RECALLED: self._recalled,
            recalls.TELL: self._tell,
            VISITOR_USED: self._used,
        }

    async def run(self) -> None:
        """Work until canceled; what fails is tried again later."""
        while True:
            with cancellation.kept():
                busy = await self._tried()
            if not busy:
                await asyncio.sleep(IDLE_SECONDS)

    async def once(self) -> int:
        """Carry out what is due now, and return how many events that were."""
        events = await outbox.claim(BATCH, topics=TOPICS)
        done = []
        for event in events:
            try:
                await self._handlers[event.topic](event)
                done.append(event.id)
            except Problem as problem:  # logged by the client; the partner is asked again
                _log.info("exchange.later", topic=event.topic, slug=problem.slug)
                await outbox.retry(event)
            except Exception:  # noqa: BLE001 - one event must not hold up the others
                _log.exception("exchange.event_failed", topic=event.topic)
                await outbox.retry(event)
        await outbox.done(done)
        return len(events)

    async def _tried(self) -> int:
        try:
            return await self.once()
        except Exception:  # noqa: BLE001 - the rows are still there, the next round tries again
            _log.exception("exchange.failed")
            return 0

    async def _recalled(self, event: outbox.Event) -> None:
        said = event.payload
        resident_id = UUID(said["resident_id"])
        await recalls.begin(resident_id, said["host"], said["why"], clock.now())

    async def _tell(self, event: outbox.Event) -> None:
        await recalls.tell(self._exchange, UUID(event.subject.removeprefix("recall:")))

    async def _used(self, event: outbox.Event) -> None:
        await usage.tell(self._exchange, event.payload)
