"""Redis, which only remembers what can be lost.

Three promises:
- **Cheap.** All reads of one event-loop turn go out as one MGET, a tenth of the cost of single
  GETs (`redis-py` spends more on a command than Redis does).
- **Never backwards.** `put` and `forget` carry the version of the row; a slow writer with an
  older version changes nothing. Every value is stored behind its version.
- **Never in the way.** When Redis is gone, reads say None and writes say False, at once: see
  `circuit.py`.

So None means «ask the database», never «there is none», and False means «not told to Redis»:
whoever must tell everybody has an outbox event to repeat it. Values live for a time at most.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextvars import Context
from functools import partial
from typing import Any, Final, TypeVar

from redis.asyncio import RedisCluster

from points_api import log, metrics
from points_api.circuit import Circuit
from points_api.redis_client import client_of
from points_api.turns import Turns

_KEYS_PER_COMMAND: Final = 512
_VERSION_DIGITS: Final = 16  # hexadecimal, so that Lua may compare them as text
# Redis runs a script as one step. GETRANGE of a missing key is the empty string.
_PUT: Final = """
local known = redis.call('GETRANGE', KEYS[1], 0, 15)
if known > ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2], 'PX', ARGV[3])
return 1
"""
_HIT = metrics.CACHE_READS.labels("hit")
_MISS = metrics.CACHE_READS.labels("miss")
_UNAVAILABLE = metrics.CACHE_READS.labels("unavailable")
_T = TypeVar("_T")
_log = log.get("cache")


class Cache:
    """The process's one connection to Redis. Belongs to the event loop that first uses it."""

    def __init__(self, client: Any, prefix: str = "") -> None:
        self._client = client
        self._prefix = prefix
        self._put_script = client.register_script(_PUT)
        self._is_cluster = isinstance(client, RedisCluster)
        self._reads = Turns(self._read)
        self._leaving: dict[str, Callable[[Any], Any]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._circuit = Circuit(client, self._start)

    @classmethod
    def from_url(cls, url: str, prefix: str = "") -> "Cache":
        """Make the cache of `redis://`, `rediss://`, `redis+cluster://` or `memory://`.

        Connects on first use. `prefix` keeps cities apart that share one Redis.
        """
        return cls(client_of(url), prefix)

    @property
    def available(self) -> bool:
        """Tell whether the last word from Redis was a good one."""
        return not self._circuit.broken

    @property
    def client(self) -> Any:
        """The client, for a library with commands of its own; use it only through `attempt`."""
        return self._client

    @property
    def prefix(self) -> str:
        return self._prefix

    async def attempt(
        self, operation: str, command: Callable[[], Awaitable[_T]]
    ) -> tuple[bool, _T | None]:
        """Run a command of such a library; (False, None), at once, while Redis is gone."""
        return await self._circuit.attempt(operation, command)

    async def get(self, key: str) -> bytes | None:
        """Return the value; None if there is none or Redis is gone."""
        return (await self.get_many((key,)))[0]

    async def get_many(self, keys: Sequence[str]) -> list[bytes | None]:
        """Return the values in the order of the keys; shares one MGET with this turn's others."""
        if self._circuit.broken or not keys:
            _UNAVAILABLE.inc(len(keys))
            return [None] * len(keys)
        return await self._reads.ask(keys)

    async def put(self, key: str, version: int, body: bytes, ttl_seconds: float) -> bool:
        """Store the body unless a newer version is known; False only if Redis was not reached."""
        head = f"{version:0{_VERSION_DIGITS}x}"
        return await self._write(
            "put",
            lambda: self._put_script(
                keys=[self._prefix + key], args=[head, body, _milliseconds(ttl_seconds)]
            ),
        )

    def put_soon(self, key: str, version: int, body: bytes, ttl_seconds: float) -> None:
        """`put` without waiting for it, together with this turn's others in one trip."""
        head = f"{version:0{_VERSION_DIGITS}x}"
        arguments = (self._prefix + key, head, body, _milliseconds(ttl_seconds))
        # The text itself: in a pipeline, asking whether the script is known would cost a trip.
        self._soon(key, lambda client: client.eval(_PUT, 1, *arguments))

    def set_if_absent_soon(self, key: str, value: bytes, ttl_seconds: float) -> None:
        """`set_if_absent` without waiting for it and without an answer."""
        stored, most = _UNVERSIONED + value, _milliseconds(ttl_seconds)
        self._soon(key, lambda client: client.set(self._prefix + key, stored, px=most, nx=True))

    async def forget(self, key: str, version: int, ttl_seconds: float) -> bool:
        """Leave nothing to read, and refuse bodies older than `version` for the time given.

        A plain `delete` would let a slow reader put back what it read before.
        """
        return await self.put(key, version, b"", ttl_seconds)

    def forget_soon(self, key: str, version: int, ttl_seconds: float) -> None:
        """`forget` without waiting for it, together with this turn's others in one trip."""
        self.put_soon(key, version, b"", ttl_seconds)

    async def set(self, key: str, value: bytes, ttl_seconds: float) -> bool:
        """Store a value that has no versions; False if Redis was not reached."""
        return await self._write(
            "set",
            lambda: self._client.set(
                self._prefix + key, _UNVERSIONED + value, px=_milliseconds(ttl_seconds)
            ),
        )

    async def set_if_absent(self, key: str, value: bytes, ttl_seconds: float) -> bool | None:
        """Store a value if the key is free: True stored, False taken, None Redis is gone.

        After a broken connection the command is sent again and may then find its own value:
        False is sure to prevent a second use, True is sure to be the first one.
        """
        reached, answer = await self._circuit.attempt(
            "set_if_absent",
            lambda: self._client.set(
                self._prefix + key, _UNVERSIONED + value, px=_milliseconds(ttl_seconds), nx=True
            ),
        )
        return bool(answer) if reached else None

    async def take(self, key: str) -> bytes | None:
        """Return the value and remove it, in one step: of many who take, one gets it."""
        _, answer = await self._circuit.attempt(
            "take", lambda: self._client.getdel(self._prefix + key)
        )
        return _body(answer)

    async def delete(self, *keys: str) -> bool:
        """Remove the keys; False if Redis was not reached."""
        if not keys:
            return True
        return await self._write(
            "delete", lambda: self._client.delete(*(self._prefix + key for key in keys))
        )

    async def ping(self) -> bool:
        """Tell whether Redis answers now; for readiness."""
        reached, _ = await self._circuit.attempt("ping", self._client.ping)
        return reached

    async def aclose(self) -> None:
        """Answer who still waits, stop the probe, close the connections."""
        self._circuit.broken = True  # so that no command begins any more
        await self._reads.aclose()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    def _start(self, job: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run a job of the cache's own, free of whatever transaction the caller is in."""
        task = asyncio.get_running_loop().create_task(job(), context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (mistake := task.exception()) is not None:
            _log.error("cache.failed", exc_info=mistake)

    async def _read(self, keys: list[str]) -> dict[str, bytes]:
        told = 0
        found: dict[str, bytes] = {}
        for start in range(0, len(keys), _KEYS_PER_COMMAND):
            part = keys[start : start + _KEYS_PER_COMMAND]
            values = await self._mget([self._prefix + key for key in part])
            if values is not None:
                told += len(part)
                for key, value in zip(part, values, strict=True):
                    if body := _body(value):
                        found[key] = body
        _HIT.inc(len(found))
        _MISS.inc(told - len(found))
        _UNAVAILABLE.inc(len(keys) - told)
        return found

    async def _mget(self, names: list[str]) -> list[bytes | None] | None:
        # In a cluster the keys live in many slots, so it is one MGET per slot.
        mget = self._client.mget_nonatomic if self._is_cluster else self._client.mget
        _, values = await self._circuit.attempt("get", lambda: mget(names))
        return values

    def _soon(self, key: str, command: Callable[[Any], Any]) -> None:
        """Leave a write to the end of the turn; of several for a key the last stands for all."""
        if self._circuit.broken:
            metrics.CACHE_DROPPED.labels("soon").inc()
            return
        self._leaving[key] = command
        if len(self._leaving) == 1:
            asyncio.get_running_loop().call_soon(self._start, self._send_off)

    async def _send_off(self) -> None:
        commands, self._leaving = list(self._leaving.values()), {}
        if self._is_cluster:  # the keys live in many slots
            for command in commands:
                await self._write("soon", partial(command, self._client))
            return
        pipeline = self._client.pipeline(transaction=False)
        for command in commands:
            command(pipeline)  # only queued
        await self._write("soon", pipeline.execute)

    async def _write(self, operation: str, command: Callable[[], Awaitable[Any]]) -> bool:
        reached, _ = await self._circuit.attempt(operation, command)
        if not reached:
            metrics.CACHE_DROPPED.labels(operation).inc()
        return reached


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))


_UNVERSIONED: Final = b"0" * _VERSION_DIGITS


def _body(stored: bytes | None) -> bytes | None:
    """Return what was stored without its version; nothing stands for forgotten."""
    return (stored[_VERSION_DIGITS:] or None) if stored else None
