"""Works that carry out events of the outbox, each kind by what is due for it.

Each such work takes care of topics of its own, so that none has to wait for another. What fails is
tried again later; what is carried out twice is borne by whoever it concerns.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from points_api import log
from points_api.db import outbox
from points_api.jobs.rounds import again_and_again
from points_api.problem import Problem

BATCH: Final = 20
IDLE_SECONDS: Final = 0.5
Handler = Callable[[outbox.Event], Awaitable[object]]
_log = log.get("handling")


class Handling:
    """Carries events out by topic; each round is a method, for tests.

    `one_of_each` names a field of the payload whose values take turns: one event of each a round.
    """

    def __init__(self, handlers: Mapping[str, Handler], one_of_each: str = "") -> None:
        self._handlers = handlers
        self._one_of_each = one_of_each

    async def run(self) -> None:
        """Work until canceled; what fails is tried again later."""
        await again_and_again("handling", IDLE_SECONDS, self.once)

    async def once(self) -> int:
        """Carry out what is due now, and return how many events that were."""
        events = await outbox.claim(BATCH, topics=self._handlers, one_of_each=self._one_of_each)
        done = []
        for event in events:
            try:
                await self._handlers[event.topic](event)
                done.append(event.id)
            except Problem as problem:  # of a partner, which is asked again, or of the database
                _log.info("handling.later", topic=event.topic, slug=problem.slug)
                await outbox.retry(event)
            except Exception:  # noqa: BLE001 - one event must not hold up the others
                _log.exception("handling.event_failed", topic=event.topic)
                await outbox.retry(event)
        await outbox.done(done)
        return len(events)
