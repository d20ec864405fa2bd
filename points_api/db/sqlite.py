"""SQLite as an engine of the ORM, with what it does not do by itself.

- A transaction begins with BEGIN IMMEDIATE. The ORM's deferred BEGIN lets a reader that turns
  writer fail at once (SQLITE_BUSY_SNAPSHOT) when another process has written in between; the
  immediate one waits its turn, up to `busy_timeout`.
- When BEGIN or COMMIT fails or is canceled, nothing stays begun and the lock of the connection is
  given back; the ORM would keep it for ever.
- Who only reads, and outside a transaction, waits for none that is under way, and sees what was
  committed before: there is a connection for it. The ORM lets all wait for one another.
- Instants are stored in UTC with six decimals, so that comparing them as text compares times. The
  ORM stores whatever offset came, and leaves the decimals out where they are zero.
"""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from asyncpg.pgproto import pgproto
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


# For the whole process, in place of the ORM's. UUIDs come from our own SQL, of either kind.
sqlite3.register_adapter(datetime, _instant)
sqlite3.register_adapter(date, date.isoformat)
sqlite3.register_adapter(UUID, str)
sqlite3.register_adapter(pgproto.UUID, str)


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
    _reading: Connection | None = None

    async def create_connection(self, with_db: bool) -> None:
        del with_db  # a file that is not there is made
        if self._connection:
            return
        self._connection = await self._opened()
        if self.filename != ":memory:":  # which would be another database
            self._reading = await self._opened()
            await self._reading.execute("PRAGMA query_only = ON")

    async def close(self) -> None:
        if self._reading is not None:
            await self._reading.close()
            self._reading = None
        await super().close()

    @orm.translate_exceptions
    async def execute_query(
        self, query: str, values: list[Any] | None = None
    ) -> tuple[int, Sequence[Any]]:
        if self._connection is None:
            async with self.acquire_connection():
                pass
        if self._reading is None or not _only_reads(query):
            found: tuple[int, Sequence[Any]] = await super().execute_query(query, values)
            return found
        rows = list(await self._reading.execute_fetchall(query, values))
        return len(rows), rows

    async def execute_query_dict(
        self, query: str, values: list[Any] | None = None
    ) -> list[dict[str, Any]]:
        return [dict(row) for row in (await self.execute_query(query, values))[1]]

    def _in_transaction(self) -> TransactionContext:
        return _TransactionContext(_Transaction(self), self._lock)

    async def _opened(self) -> Connection:
        pragmas = dict(self.pragmas)
        opened = await Connection(self.filename, int(pragmas.pop("busy_timeout")) / 1000)
        opened.row_factory = sqlite3.Row
        for pragma, value in pragmas.items():
            await opened.execute(f"PRAGMA {pragma}={value}")
        return opened


def _only_reads(query: str) -> bool:
    """Whether a statement may go to the reading connection. No guess: False is always safe.

    In SQLite's grammar what begins with SELECT cannot write, and that connection would refuse it.
    The ORM reads and writes by one call. Its own switch, a router, wants a connection of another
    name, and its models' SQL hangs on the name.
    """
    return query.lstrip()[:6].upper() == "SELECT"


client_class = Client
