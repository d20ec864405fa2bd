"""PostgreSQL as an engine of the ORM, with what it does not do by itself.

- When BEGIN fails or is canceled, the connection goes back to the pool; the ORM would lose it.
- When the line to the server breaks, that is said, whatever asyncpg made of it on the way; what the
  business refused in the meantime stays what it was. The ORM would raise what ROLLBACK stumbled on.
- A query that finds no server is refused as `Busy`, in a transaction or outside. A server that lets
  in and never greets is one that is not found.
- Giving a connection back costs no round trip. asyncpg would send RESET ALL and others each time;
  nothing here outlives its transaction: locks and settings are the transaction's (`xact`, LOCAL).
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any

import asyncpg
from tortoise.backends.asyncpg import client as orm
from tortoise.backends.base.client import (
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections
from tortoise.exceptions import DBConnectionError

from points_api.problem import Busy

# Another transaction came first; doing it all again is right.
CONFLICTS = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
# The server cannot be reached, is going down, or has no more connections to give.
UNREACHABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
    DBConnectionError,
    ConnectionError,
)
# What asyncpg raises on a line that has just broken, but also when it is used wrongly.
_PERHAPS_BROKEN = (
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    Busy,
    OSError,
    *UNREACHABLE,
)
# A restarted server leaves dead lines in the pool; before BEGIN nothing is lost by taking another.
_BEGINNINGS = 5


async def _connect(*args: Any, **options: Any) -> asyncpg.Connection:
    """Connect, or say that no server is there: what the socket raises may be any `OSError`."""
    try:
        return await asyncpg.connect(*args, **options)
    except OSError as error:  # also of patience, of a name that nobody knows, of several addresses
        raise ConnectionError("PostgreSQL cannot be reached") from error


async def _leave_as_it_is(_connection: asyncpg.Connection) -> None:
    """Stand in for asyncpg's reset; an open transaction was rolled back before."""


class _TransactionContext(TransactionContextPooled):
    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        for left in reversed(range(_BEGINNINGS)):
            self.client._connection = await self._pool.acquire()  # noqa: SLF001 - as the ORM does
            try:
                await self.client.begin()
                break
            except BaseException as error:
                await self._give_back()
                if not isinstance(error, _PERHAPS_BROKEN):
                    raise
                if not left:
                    raise ConnectionResetError("the line to PostgreSQL broke") from error
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        get_connections().reset(self.token)
        try:
            await (self.client.commit() if error is None else self.client.rollback())
        except _PERHAPS_BROKEN as failure:
            if error is None or isinstance(error, _PERHAPS_BROKEN):
                raise ConnectionResetError("the line to PostgreSQL broke") from (error or failure)
        finally:
            await self._give_back()

    async def _give_back(self) -> None:
        # A connection that cannot be given back has been closed by asyncpg, and its place is free.
        with suppress(*_PERHAPS_BROKEN):
            await self._pool.release(self.client._connection)  # noqa: SLF001 - as above

    @property
    def _pool(self) -> asyncpg.Pool:
        return self.client._parent._pool  # noqa: SLF001 - the ORM has no public way


class _Loan(_TransactionContext):
    """A connection for several statements, each a transaction of its own."""

    async def __aenter__(self) -> TransactionalDBClient:
        with _busy_when_gone():
            await self.ensure_connection()
            self.client._connection = await self._pool.acquire()  # noqa: SLF001 - as the ORM does
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        get_connections().reset(self.token)
        held = self.client._connection  # noqa: SLF001 - as the ORM does
        is_gone = isinstance(error, asyncpg.InterfaceError) and _is_gone(held)
        await self._give_back()
        if is_gone:
            raise Busy from error


def _is_gone(held: asyncpg.Connection) -> bool:
    """Whether the line broke; the pool has then taken the connection back by itself."""
    try:
        closed: bool = held.is_closed()
    except asyncpg.InterfaceError:
        return True
    return closed


@contextmanager
def _busy_when_gone() -> Iterator[None]:
    try:
        yield
    except (*UNREACHABLE, asyncpg.InternalClientError) as error:
        raise Busy from error


class _Transaction(orm.TransactionWrapper):
    async def _translate_exceptions(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        with _busy_when_gone():
            return await super()._translate_exceptions(func, *args, **kwargs)


class Client(orm.AsyncpgDBClient):
    async def _translate_exceptions(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        with _busy_when_gone():
            return await super()._translate_exceptions(func, *args, **kwargs)

    async def create_pool(self, **options: Any) -> asyncpg.Pool:
        return await super().create_pool(connect=_connect, reset=_leave_as_it_is, **options)

    def loan(self) -> TransactionContext:
        """Take a connection once for several statements: the pool costs more than some of them."""
        return _Loan(_Transaction(self), self._pool_init_lock)

    def _in_transaction(self) -> TransactionContext:
        return _TransactionContext(_Transaction(self), self._pool_init_lock)


client_class = Client
