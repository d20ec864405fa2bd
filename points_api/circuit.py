"""The way to Redis: open to commands while it answers, and to none, at once, while it is gone.

The first failure breaks the circuit, and a probe in the background mends it. So nobody waits for a
dead Redis but those whose command was under way, and they at most a second.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

from redis.exceptions import RedisClusterException, RedisError, ResponseError

from points_api import cancellation, log, metrics

_CONNECTIONS: Final = 32
_PROBE_SECONDS: Final = (0.05, 2.0)  # first pause and longest pause between probes
# The cluster client has an error of its own, outside the family.
_GONE = (RedisError, RedisClusterException, OSError)
_T = TypeVar("_T")
_log = log.get("cache")


class Circuit:
    """Runs the commands of one client, and none while it is `broken`.

    `start` runs the probe in the background, until the owner closes.
    """

    def __init__(
        self, client: Any, start: Callable[[Callable[[], Coroutine[Any, Any, None]]], None]
    ) -> None:
        self.broken = False
        self._client, self._start = client, start
        self._turns = asyncio.Semaphore(_CONNECTIONS)
        self._refusals: set[str] = set()

    async def attempt(
        self, operation: str, command: Callable[[], Awaitable[_T]]
    ) -> tuple[bool, _T | None]:
        """Run one command, at most `_CONNECTIONS` at once; (False, None) if Redis did not do it."""
        # The library's own waiting for a free connection is unfair and, at its limit, looks like
        # an outage; this queue is in order, and whoever leaves it after an outage began goes free.
        async with self._turns:
            if self.broken:
                return False, None
            return await self._try(operation, command)

    async def _try(
        self, operation: str, command: Callable[[], Awaitable[_T]]
    ) -> tuple[bool, _T | None]:
        try:
            with cancellation.kept():
                return True, await command()
        except ResponseError as error:  # it answered: full, loading, read-only
            if operation not in self._refusals:  # once is enough; the counter tells how often
                self._refusals.add(operation)
                _log.warning("cache.refused", operation=operation, error=type(error).__name__)
        except _GONE as error:
            self._break(error)
        return False, None

    def _break(self, error: Exception) -> None:
        if not self.broken:
            self.broken = True
            metrics.CACHE_OUTAGES.inc()
            _log.warning("cache.lost", error=type(error).__name__)
            self._start(self._probe)

    async def _probe(self) -> None:
        pause, longest = _PROBE_SECONDS
        while self.broken:
            await asyncio.sleep(pause)
            pause = min(pause * 2, longest)
            try:
                with cancellation.kept():
                    await self._client.ping()
            except _GONE:
                continue
            self.broken = False
            self._refusals.clear()
            _log.info("cache.back")
