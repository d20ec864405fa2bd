"""A connection to SQLite whose statements run where they are asked for.

aiosqlite hands each statement to a thread and waits for it. Nearly all of ours take some ten
microseconds, and the way to the thread and back some hundred. Here

- a statement runs at once;
- who has held the event loop for long lets others in first, as a wait for a thread did;
- where another process is writing, SQLite is asked again after a little, and the event loop does
  not stand still meanwhile as it would in SQLite's own `busy_timeout`.

A statement that takes long holds everything up. That is SQLite's part here: one process that shows,
tests, or tries the system out. PostgreSQL serves a city.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from pathlib import Path
from time import perf_counter
from typing import Any, Final, ParamSpec, TypeVar

import aiosqlite

P = ParamSpec("P")
T = TypeVar("T")
# SQLITE_BUSY and SQLITE_LOCKED; the low byte of the extended codes.
_WAITED_IN_VAIN: Final = {5, 6}
_TURN_SECONDS: Final = 0.0005
"""So short that who only looks something up is not kept waiting by who writes a lot."""
_PAUSE_SECONDS: Final = 0.002


def is_locked(error: BaseException) -> bool:
    """Tell whether another writer was in the way."""
    code = error.sqlite_errorcode if isinstance(error, sqlite3.OperationalError) else 0
    return code & 0xFF in _WAITED_IN_VAIN


class Connection(aiosqlite.Connection):
    """In place of aiosqlite's. `patience`: seconds to wait for another writer."""

    def __init__(self, file: str | Path, patience: float) -> None:
        super().__init__(
            lambda: sqlite3.connect(file, 0, isolation_level=None, cached_statements=1024), 64
        )
        self._patience = patience
        self._since = 0.0  # the first statement of this turn of the event loop; 0: none yet

    def __await__(self) -> Generator[Any, None, "Connection"]:
        return self._open().__await__()

    async def _open(self) -> "Connection":
        self._connection = self._connector()
        self._loop = asyncio.get_running_loop()
        return self

    async def _execute(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._since and perf_counter() - self._since > _TURN_SECONDS:
            await asyncio.sleep(0)
        if not self._since:
            self._since = perf_counter()
            self._loop.call_soon(self._turn_over)
        until = None
        while True:
            try:
                return fn(*args, **kwargs)
            except sqlite3.OperationalError as error:
                until = until or perf_counter() + self._patience
                if not is_locked(error) or perf_counter() > until:
                    raise
            await asyncio.sleep(_PAUSE_SECONDS)

    def _turn_over(self) -> None:
        self._since = 0.0

    async def rollback(self) -> None:
        """Roll back at once: who is canceled on the way would leave the transaction to others."""
        self._conn.rollback()

    def stop(self) -> None:
        """Close it; there is no thread to be stopped."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def close(self) -> None:
        """Close it; twice is once."""
        self.stop()
