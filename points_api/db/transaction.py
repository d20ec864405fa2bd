"""One public service function is one transaction.

    @transactional
    async def withdraw(...): ...

opens one, or joins the caller's. In PostgreSQL it is READ COMMITTED; in SQLite writers wait for
each other from the start. When another transaction came first (deadlock, serialization, locked)
everything is rolled back and done again, up to five times, so the function must leave nothing
changed in memory; after that, and when the database is gone, the refusal is `Busy`.

What should follow a commit in this process is given to `after_commit`; what must follow it for
certain goes to the outbox. A task started inside would inherit the connection and outlive it.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import require_context
from tortoise.transactions import in_transaction

from points_api import log
from points_api.db.config import Dialect
from points_api.db.postgres import CONFLICTS, UNREACHABLE, Client
from points_api.db.sqlite import is_locked
from points_api.problem import Busy

P = ParamSpec("P")
T = TypeVar("T")
Callback = Callable[[], Awaitable[object]]
_Done = tuple[T, list[Callback]]

ATTEMPTS = 5
_FIRST_PAUSE_SECONDS = 0.005


@dataclass(slots=True)
class _Scope:
    callbacks: list[Callback] = field(default_factory=list)
    ended: bool = False


_scope: ContextVar[_Scope | None] = ContextVar("transaction", default=None)


def transactional(
    function: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]:
    """Run the function in one transaction: a new one, or the one already open."""

    @wraps(function)
    async def in_one(*args: P.args, **kwargs: P.kwargs) -> T:
        if inside():
            return await function(*args, **kwargs)
        result, callbacks = await _until_committed(lambda: function(*args, **kwargs))
        await call_all(callbacks)
        return result

    return in_one


def after_commit(callback: Callback) -> None:
    """Call this once the outermost transaction has been committed; forget it on rollback.

    What it raises is logged and not raised, for the commit stands.
    """
    scope = _scope.get()
    if scope is None or scope.ended:
        raise RuntimeError("after_commit: no transaction is open")
    scope.callbacks.append(callback)


def inside() -> bool:
    """Tell whether a transaction of ours is open in this task."""
    scope = _scope.get()
    if scope is not None and scope.ended:
        raise RuntimeError("this task outlives the transaction that it was started in")
    return scope is not None


def connection() -> BaseDBAsyncClient:
    """Return the client of the open transaction, or of the database where none is open."""
    return require_context().db()


def one_connection() -> AbstractAsyncContextManager[object]:
    """Let the statements of a block share a connection, as they do in a transaction anyway."""
    client = connection()
    return client.loan() if isinstance(client, Client) else nullcontext()


def dialect() -> Dialect:
    return cast(Dialect, connection().capabilities.dialect)


async def advisory_lock(name: str) -> None:
    """Wait until no other transaction holds the lock of this name, and hold it to the end.

    SQLite needs none: it lets only one transaction begin.
    """
    await _lock("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", name)


async def advisory_lock_if_free(name: str) -> bool:
    """Take the lock to the end of the transaction, or return False where another holds it."""
    rows = await _lock("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS mine", name)
    return all(row["mine"] for row in rows)


async def _lock(sql: str, name: str) -> list[dict[str, Any]]:
    if not inside():
        raise RuntimeError("a lock needs an open transaction, to the end of which it is held")
    if dialect() == "sqlite":
        return []
    return await connection().execute_query_dict(sql, [name])


async def _until_committed(function: Callable[[], Coroutine[Any, Any, T]]) -> _Done[T]:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return await _once(function)
        except UNREACHABLE as error:
            raise Busy from error
        except Exception as error:
            if not (isinstance(error, CONFLICTS) or is_locked(error)):
                raise
            if attempt == ATTEMPTS:
                raise Busy from error
        await _pause(attempt)
    raise AssertionError("the last attempt returns or raises")


async def _once(function: Callable[[], Coroutine[Any, Any, T]]) -> _Done[T]:
    scope = _Scope()
    token = _scope.set(scope)
    try:
        async with in_transaction():
            return await function(), scope.callbacks
    finally:
        scope.ended = True
        _scope.reset(token)


async def call_all(callbacks: Iterable[Callback]) -> None:
    """Call them in order after a commit; what one raises is logged and hinders no other."""
    for callback in callbacks:
        try:
            await callback()
        except Exception:  # noqa: BLE001 - whatever it is, the commit stands
            log.get("db").exception("after_commit.failed")


async def _pause(attempt: int) -> None:
    """Wait a little, longer each time, and never two alike."""
    spread = random.uniform(0.5, 1.5)  # noqa: S311 - no secret: it only parts who collided
    await asyncio.sleep(_FIRST_PAUSE_SECONDS * 2**attempt * spread)
