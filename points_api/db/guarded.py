"""A change in two trips: read, decide, and write only if nobody has changed it in between.

    async def decide(hold: bool) -> Decision[str]:
        seen = await look(person_id, hold=hold)
        return Decision("accepted", [Insert(…)], guard=seen.guard)

    outcome = await change(decide)

A transaction that locks what it reads takes five trips: begin, lock, read, write, commit. Here one
statement reads, with the number that counts the changes of the guarding row, and one statement
writes if that number is still the same; each is a transaction of its own. Who was overtaken decides
again. After a second time, and within a caller's transaction, the row is held first. See decision
0014 for who has to count.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tortoise.exceptions import IntegrityError

from points_api.db.postgres import CONFLICTS
from points_api.db.sqlite import is_locked
from points_api.db.transaction import (
    Callback,
    after_commit,
    call_all,
    inside,
    one_connection,
    transactional,
)
from points_api.db.writes import Overtaken, Update, Write, write_all
from points_api.problem import Busy

T = TypeVar("T")

ATTEMPTS = 2  # before holding


@dataclass(frozen=True, slots=True)
class Decision(Generic[T]):
    """What to answer, and what to write for it unless `guard` finds that something has changed.

    `then` follows the commit in this process, as what `after_commit` is given does.
    """

    answer: T
    writes: Sequence[Write] = ()
    guard: Update | None = None
    then: Sequence[Callback] = ()


Decide = Callable[[bool], Awaitable[Decision[T]]]
"""Reads and decides, and changes nothing. Told True it first holds what it reads, to the commit."""


async def change(decide: Decide[T]) -> T:
    """Write what is decided, in the caller's transaction if there is one; return the answer."""
    decision = None if inside() else await _unheld(decide)
    if decision is None:
        return await _held(decide)
    await call_all(decision.then)
    return decision.answer


async def _unheld(decide: Decide[T]) -> Decision[T] | None:
    """Decide and write without holding; None where that could not be done."""
    for _ in range(ATTEMPTS):
        async with one_connection():
            try:
                decision = await decide(False)
            except Busy:
                return None  # perhaps a line that died in the pool; a transaction takes another
            if await _written(decision):
                return decision
    return None


async def _written(decision: Decision[T]) -> bool:
    """Write; False where somebody came first.

    A constraint may have been met only because of them. Where not, holding will tell.
    """
    try:
        if decision.writes:
            await write_all(decision.writes, decision.guard)
    except (Overtaken, IntegrityError, *CONFLICTS):
        return False
    except Exception as error:
        if not is_locked(error):
            raise
        return False
    return True


@transactional
async def _held(decide: Decide[T]) -> T:
    decision = await decide(True)
    if decision.writes:
        await write_all(decision.writes, decision.guard)
    for callback in decision.then:
        after_commit(callback)
    return decision.answer
