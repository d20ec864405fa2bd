"""PostgreSQL as an engine of the ORM, with what it does not do by itself.

- When BEGIN fails or is canceled, the connection goes back to the pool; the ORM would lose it.
- When the server is gone, the error that ended the transaction is raised, not that of the ROLLBACK.
- Giving a connection back costs no round trip. asyncpg would send RESET ALL and others each time;
  nothing here outlives its transaction: locks and settings are the transaction's (`xact`, LOCAL).
"""

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


async def _leave_as_it_is(_connection: asyncpg.Connection) -> None:
    """Stand in for asyncpg's reset; an open transaction was rolled back before."""


class _TransactionContext(TransactionContextPooled):
    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        client = self.client
        pool = client._parent._pool  # noqa: SLF001 - as the class above does
        client._connection = await pool.acquire()  # noqa: SLF001
        try:
            await client.begin()
        except BaseException:
            await pool.release(client._connection)  # noqa: SLF001
            raise
        self.token = get_connections().set(self.connection_name, client)
        return client

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await super().__aexit__(kind, error, trace)
        except (asyncpg.InterfaceError, *UNREACHABLE):
            if error is None:
                raise


class Client(orm.AsyncpgDBClient):
    async def create_pool(self, **options: Any) -> asyncpg.Pool:
        return await super().create_pool(reset=_leave_as_it_is, **options)

    def _in_transaction(self) -> TransactionContext:
        return _TransactionContext(orm.TransactionWrapper(self), self._pool_init_lock)


client_class = Client
