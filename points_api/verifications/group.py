"""Group commit: whatever is waiting goes into one statement, and everybody is answered after it.

What Redis knows of their residents is asked for in one trip, too. While one group is written the
next makes its trip, and who comes then gathers. So a quiet process answers at once, and a busy one
pays for a trip and a commit once per dozens of questions.

Statements of a process follow one another. Several at once would share PostgreSQL's processor and
all end late and together, and the process would idle first and have everything to do at once then.
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
from points_api.db.transaction import inside, one_connection, transactional
from points_api.ids import new_driver_ids
from points_api.problem import Busy
from points_api.verifications.statement import Ask, Cause, Expected, Row, used, write

MOST: Final = 64
"""In one statement: few enough that others are seen to while PostgreSQL writes these."""
AT_ONCE: Final = 2
"""Groups under way: one is written, one asks Redis."""
ENOUGH: Final = 16
_ATTEMPTS: Final = 3
_REST_SECONDS: Final = 0.1
"""A line is given back that long after the last question: taking one costs as much as some rows."""


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
        self._resting: list[asyncio.Future[bool]] = []
        self._writing = asyncio.Lock()
        self._coming = 0  # who was called and has not taken its questions yet

    def ask(self, ask: Ask, expected: Expected | None = None) -> asyncio.Future[Outcome]:
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
        if self._is_worth_it(len(self._tasks) - len(self._resting)):
            self._call()
        return answer

    def _is_worth_it(self, under_way: int) -> bool:
        """One group at once, and a second one as soon as it is worth its price."""
        left = len(self._waiting) - MOST * self._coming
        return left >= (ENOUGH if under_way else 1) and under_way < AT_ONCE

    def _call(self) -> None:
        self._coming += 1
        if self._resting:
            self._resting.pop().set_result(True)
        else:
            assert self._loop is not None
            self._tasks.add(self._loop.create_task(self._work()))

    async def _work(self) -> None:
        try:
            await asyncio.sleep(0)  # the others of this turn
            self._coming -= 1
            while batch := self._take():
                await self._settle(batch)
        finally:
            self._tasks.discard(cast(asyncio.Task[None], asyncio.current_task()))

    def _take(self) -> list[_Waiting]:
        """The next ones; none where a statement for them would not be worth it."""
        if not self._is_worth_it(len(self._tasks) - len(self._resting) - 1):
            return []
        batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        return batch

    async def _settle(self, batch: list[_Waiting]) -> None:
        """Answer these and who comes after them, by one line to the database until it breaks.

        Where it does, all who are not answered yet get the same refusal.
        """
        try:
            async with one_connection():
                while batch:
                    await self._answer(batch)
                    batch = self._take() or await self._rest()
        except asyncio.CancelledError:
            for _, _, answer in batch:
                answer.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - it is raised where each of them waits
            for _, _, answer in batch:
                if not answer.done():
                    answer.set_exception(error)

    async def _rest(self) -> list[_Waiting]:
        """The next ones, waited for a little with the line in hand; none if nobody comes."""
        assert self._loop is not None
        called: asyncio.Future[bool] = self._loop.create_future()
        self._resting.append(called)
        end = self._loop.call_later(_REST_SECONDS, self._end_rest, called)
        try:
            if not await called:
                return []
        finally:
            end.cancel()
        self._coming -= 1
        return self._take()

    def _end_rest(self, called: asyncio.Future[bool]) -> None:
        if called in self._resting:
            self._resting.remove(called)
            called.set_result(False)

    async def _answer(self, batch: Sequence[_Waiting]) -> None:
        """Write these and answer them: who is written at once, for that is committed."""
        now = clock.now()
        asks = [ask for ask, _, _ in batch]
        expected = [known for _, known, _ in batch]
        if None in expected:
            found = await self._remembered(asks, now)
            expected = [known or other for known, other in zip(expected, found, strict=True)]
        ids = new_driver_ids(len(batch))
        rows: list[Row] = [
            (id_, *ask, *known)
            for id_, ask, known in zip(ids, asks, expected, strict=True)
            if known is not None
        ]
        async with self._writing:
            written = await _written(rows, now) if rows else {}
        left = []
        for id_, one in zip(ids, batch, strict=True):
            if (cause := written.get(id_)) is None:
                left.append(one)
            else:
                _tell(one, Written(id_, cause, now))
        marks = [ask.mark for ask, _, _ in left if ask.mark]
        taken = await used(marks) if marks else set()
        for one in left:
            _tell(one, _USED if one[0].mark in taken else _OVERTAKEN)


def _tell(one: _Waiting, outcome: Outcome) -> None:
    answer = one[2]
    if not answer.done():  # a caller who left has been written down all the same
        answer.set_result(outcome)


async def _written(rows: Sequence[Row], now: datetime) -> Mapping[UUID, Cause]:
    if dialect_of() == "sqlite":  # where writers wait for each other
        return await transactional(write)(rows, now)
    for _ in range(_ATTEMPTS):
        try:
            return await write(rows, now)
        except CONFLICTS:
            continue
    raise Busy
