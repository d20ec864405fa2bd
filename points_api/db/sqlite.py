"""SQLite as an engine of the ORM, with what it does not do by itself.

- A transaction begins with BEGIN IMMEDIATE. The ORM's deferred BEGIN lets a reader that turns
  writer fail at once (SQLITE_BUSY_SNAPSHOT) when another process has written in between; the
  immediate one waits its turn, up to `busy_timeout`.
- When BEGIN or COMMIT fails or is canceled, nothing stays begun and the lock of the connection is
  given back; the ORM would keep it for ever.
- Instants are stored in UTC with six decimals, so that comparing them as text compares times. The
  ORM stores whatever offset came, and leaves the decimals out where they are zero.
"""

import sqlite3
from datetime import UTC, date, datetime
from uuid import UUID

from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite import client as orm
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError

from points_api.db import sqlite_connection
from points_api.db.sqlite_connection import Connection


def _instant(at: datetime) -> str:
    if at.utcoffset() is None:
        raise ValueError("a naive datetime cannot be stored: add its zone")
    return at.astimezone(UTC).isoformat(" ", "microseconds")


# For the whole process, in place of the ORM's. UUIDs come from our own SQL.
sqlite3.register_adapter(datetime, _instant)
sqlite3.register_adapter(date, date.isoformat)
sqlite3.register_adapter(UUID, str)


def is_locked(error: BaseException) -> bool:
    """Tell whether SQLite gave up waiting for another writer."""
    cause = error.args[0] if isinstance(error, OperationalError) and error.args else error
    return sqlite_connection.is_locked(cause)


class _Transaction(orm.SqliteTransactionWrapper):
    async def begin(self) -> None:
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except BaseException as error:
            await self._abandon()
            if isinstance(error, sqlite3.OperationalError):
                raise OperationalError(error) from error
            raise

    async def commit(self) -> None:
        try:
            await super().commit()
        except BaseException:
            await self._abandon()
            raise

    async def _abandon(self) -> None:
        # Does nothing where nothing was begun.
        await self._connection.rollback()
        self._finalized = True


class _TransactionContext(orm.SqliteTransactionContext):
    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        client: TransactionalDBClient = self.connection
        return client


class Client(orm.SqliteClient):
    async def create_connection(self, with_db: bool) -> None:
        del with_db  # a file that is not there is made
        if self._connection:
            return
        milliseconds = int(self.pragmas.pop("busy_timeout"))
        opened = await Connection(self.filename, milliseconds / 1000)
        opened.row_factory = sqlite3.Row
        for pragma, value in self.pragmas.items():
            await opened.execute(f"PRAGMA {pragma}={value}")
        self._connection = opened

    def _in_transaction(self) -> TransactionContext:
        return _TransactionContext(_Transaction(self), self._lock)


client_class = Client
