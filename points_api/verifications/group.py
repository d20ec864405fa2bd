"""Group commit: whatever is waiting goes into one statement, and everybody is answered after it.

What Redis knows of their residents is asked for in one trip, too. While trip and statement are
under way the next ones gather. So a quiet process answers at once, and a busy one pays for a trip
and a commit once per dozens of questions.
"""

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, cast
from uuid import UUID

from points_api import clock
from points_api.db.postgres import CONFLICTS
from points_api.db.transaction import dialect as dialect_of
from points_api.db.transaction import inside, transactional
from points_api.ids import new_driver_ids
from points_api.problem import Busy
from points_api.verifications.statement import Ask, Cause, Expected, Row, used, write

MOST: Final = 32
"""In one statement: few enough that others are seen to while PostgreSQL writes these."""
AT_ONCE: Final = 2
ENOUGH: Final = 16
_ATTEMPTS: Final = 3


class Written(NamedTuple):
    """The row is committed, as of an instant."""

    id: UUID
    cause: Cause
    at: datetime


class Overtaken:
    """Nothing was written: the person is not known, or no longer as they were."""


class Used:
    """Nothing was written: the mark was there before."""


Outcome = Written | Overtaken | Used
Remembered = Callable[[Sequence[Ask], datetime], Awaitable[list[Expected | None]]]
_Waiting = tuple[Ask, Expected | None, asyncio.Future[Outcome]]
_OVERTAKEN: Final = Overtaken()
_USED: Final = Used()


class Group:
    """The questions of this process. Belongs to the event loop that first asks one."""

    def __init__(self, remembered: Remembered) -> None:
        self._remembered = remembered
        self._waiting: list[_Waiting] = []
        self._loop: AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, ask: Ask, expected: Expected | None = None) -> Outcome:
        """Write one question down, together with whichever others wait. May raise `Busy`.

        Without an expected answer it is the one that is remembered.
        """
        if inside():
            raise RuntimeError("a verification is committed by itself, not in a transaction")
        if not self._tasks or self._loop is None:
            # Once a group: before Python 3.12 asking for the loop is a call of the kernel.
            self._loop = asyncio.get_running_loop()
        answer: asyncio.Future[Outcome] = self._loop.create_future()
        self._waiting.append((ask, expected, answer))
        if self._may_begin():
            self._tasks.add(self._loop.create_task(self._work()))
        return await answer

    def _may_begin(self) -> bool:
        """One statement at once, and a second one as soon as it is worth its price."""
        under_way = len(self._tasks)
        return not under_way or (under_way < AT_ONCE and len(self._waiting) >= ENOUGH)

    async def _work(self) -> None:
        try:
            await asyncio.sleep(0)  # the others of this turn
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._settle(batch)
                if len(self._tasks) > 1 and len(self._waiting) < ENOUGH:
                    break
        finally:
            self._tasks.discard(cast(asyncio.Task[None], asyncio.current_task()))

    async def _settle(self, batch: Sequence[_Waiting]) -> None:
        """Answer each, also when the statement fails: then all by the same refusal."""
        try:
            outcomes = await self._outcomes(batch)
        except asyncio.CancelledError:
            for _, _, answer in batch:
                answer.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - it is raised where each of them waits
            for _, _, answer in batch:
                if not answer.done():
                    answer.set_exception(error)
            return
        for (_, _, answer), outcome in zip(batch, outcomes, strict=True):
            if not answer.done():  # a caller who left has been written down all the same
                answer.set_result(outcome)

    async def _outcomes(self, batch: Sequence[_Waiting]) -> list[Outcome]:
        now = clock.now()
        asks = [ask for ask, _, _ in batch]
        expected = [known for _, known, _ in batch]
        if None in expected:
            found = await self._remembered(asks, now)
            expected = [known or other for known, other in zip(expected, found, strict=True)]
        ids = new_driver_ids(len(batch))
        rows = [
            Row(id_, ask, known)
            for id_, ask, known in zip(ids, asks, expected, strict=True)
            if known is not None
        ]
        written = await _written(rows, now) if rows else {}
        marks = [ask.mark for id_, ask, _ in rows if id_ not in written and ask.mark]
        taken = await used(marks) if marks else set()
        return [
            Written(id_, cause, now)
            if (cause := written.get(id_)) is not None
            else (_USED if ask.mark in taken else _OVERTAKEN)
            for id_, ask in zip(ids, asks, strict=True)
        ]


async def _written(rows: Sequence[Row], now: datetime) -> Mapping[UUID, Cause]:
    if dialect_of() == "sqlite":  # where writers wait for each other
        return await transactional(write)(rows, now)
    for _ in range(_ATTEMPTS):
        try:
            return await write(rows, now)
        except CONFLICTS:
            continue
    raise Busy
