"""Group commit: whatever is waiting goes into one statement, and everybody is answered after it.

While one statement is under way the next ones gather. So a quiet process answers at once, and a
busy one pays for a commit once per dozens of questions.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from points_api.db.postgres import CONFLICTS
from points_api.db.transaction import dialect as dialect_of
from points_api.db.transaction import inside, transactional
from points_api.problem import Busy
from points_api.verifications.statement import Ask, Cause, used, write

MOST: Final = 200
_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True)
class Written:
    """The row is committed."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Nothing was written: the person is no longer as they were known."""


@dataclass(frozen=True, slots=True)
class Used:
    """Nothing was written: the mark was there before."""


Outcome = Written | Overtaken | Used
_Waiting = tuple[Ask, asyncio.Future[Outcome]]


class Group:
    """The questions of this process. Belongs to the event loop that first asks one."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def ask(self, ask: Ask) -> Outcome:
        """Write one question down, together with whichever others wait. May raise `Busy`."""
        if inside():
            raise RuntimeError("a verification is committed by itself, not in a transaction")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Outcome] = loop.create_future()
        self._waiting.append((ask, answer))
        if self._task is None:
            self._task = loop.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        try:
            await asyncio.sleep(0)  # the others of this turn
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await _settle(batch)
        finally:
            self._task = None


async def _settle(batch: Sequence[_Waiting]) -> None:
    """Answer each, also when the statement fails: then all by the same refusal."""
    try:
        outcomes = await _outcomes([ask for ask, _ in batch])
    except asyncio.CancelledError:
        for _, answer in batch:
            answer.cancel()
        raise
    except Exception as error:  # noqa: BLE001 - it is raised where each of them waits
        for _, answer in batch:
            if not answer.done():
                answer.set_exception(error)
        return
    for (_, answer), outcome in zip(batch, outcomes, strict=True):
        if not answer.done():  # a caller who left has been written down all the same
            answer.set_result(outcome)


async def _outcomes(asks: Sequence[Ask]) -> list[Outcome]:
    written = await _written(asks)
    marks = [ask.mark for ask in asks if ask.id not in written and ask.mark is not None]
    taken = await used(marks) if marks else set()
    return [
        Written(cause)
        if (cause := written.get(ask.id)) is not None
        else (Used() if ask.mark in taken else Overtaken())
        for ask in asks
    ]


async def _written(asks: Sequence[Ask]) -> dict[UUID, Cause]:
    if dialect_of() == "sqlite":  # where writers wait for each other
        return await transactional(write)(asks)
    for _ in range(_ATTEMPTS):
        try:
            return await write(asks)
        except CONFLICTS:
            continue
    raise Busy
