"""What is done between cities beside the requests: partners are told, and batches answered.

Two works beside relay and push, so that a partner that is slow to be told keeps nobody waiting for
the answers of a batch. The others that have to be told wait for it three times, and then it rests
(`partners/breaker.py`).
"""

from typing import Final
from uuid import UUID

from points_api import clock
from points_api.consents.service import RECALLED
from points_api.db import outbox
from points_api.jobs.handling import Handling
from points_api.partners.service import Exchange
from points_api.recognitions import batches, recalls, usage
from points_api.recognitions.batches import Batches
from points_api.recognitions.models import RecognitionBatch
from points_api.redemptions.moves import VISITOR_USED

TOLD: Final = frozenset({RECALLED, recalls.TELL, VISITOR_USED})
"""Statements that hold no more, and uses by another city's residents."""
TOPICS: Final = TOLD | {batches.ANSWER}
"""Of the events of these topics nobody else takes care."""


class Telling(Handling):
    """Tells partners what they have to know."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        super().__init__(
            {RECALLED: self._recalled, recalls.TELL: self._tell, VISITOR_USED: self._used}
        )

    async def _recalled(self, event: outbox.Event) -> None:
        said = event.payload
        resident_id = UUID(said["resident_id"])
        await recalls.begin(resident_id, said["host"], said["why"], clock.now())

    async def _tell(self, event: outbox.Event) -> None:
        await recalls.tell(self._exchange, UUID(event.subject.removeprefix("recall:")))

    async def _used(self, event: outbox.Event) -> None:
        await usage.tell(self._exchange, event.payload)


class Answering(Handling):
    """Answers batches that are to be fetched later, one of each partner's in turn."""

    def __init__(self, service: Batches) -> None:
        self._service = service
        super().__init__({batches.ANSWER: self._answer}, one_of_each="host")

    async def _answer(self, event: outbox.Event) -> None:
        number = UUID(event.subject.removeprefix("batch:"))
        batch = await RecognitionBatch.get_or_none(id=number)
        if batch is not None:  # else it was too late for it by far, and it was forgotten
            await self._service.complete(batch)
