"""Caps on how often a caller may do something, counted together by all processes.

`limits` counts in Redis: a sliding window of two counters, by the clock of Redis, so that neither
the number of processes nor a clock that is off changes the sum. Left to itself the library opens a
connection of its own, waits for a dead Redis as long as its client does (five seconds a call) and
then raises. So it is given the process's client and called through the cache's circuit: while
Redis is gone, nobody waits, and each process lets `Policy.alone` through by itself.

    verdict = await limits.take(CALLS, client_id)      # all processes together, two trips
    verdict = limits.take_here(CALLS, client_id)       # this process alone, no trip

Whoever was counted is told, also on success, in the headers of draft-ietf-httpapi-ratelimit:
`RateLimit-Policy: "calls";q=100;w=60` and `RateLimit: "calls";r=99;t=60`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from fastapi import Request
from limits.aio.storage import RedisStorage
from starlette.types import Message, Scope, Send

from points_api import clock
from points_api.cache import Cache
from points_api.problem import RateLimited

_NOTED: Final = "rate_limits"
_MOST_KEYS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Policy:
    """At most `quota` in any `seconds`.

    `alone` is what each process lets through in that time while Redis is gone. For a cap that
    protects the machine it may be the quota; for one that protects a secret it is a small part.
    """

    name: str
    quota: int
    seconds: int
    alone: int


class Verdict(NamedTuple):
    """`reset_seconds`: until more is let through; on success, until the window ends."""

    policy: str
    quota: int
    window_seconds: int
    allowed: bool
    remaining: int
    reset_seconds: int

    def refuse(self) -> None:
        """Raise the 429, if it is one."""
        if not self.allowed:
            raise RateLimited(max(1, self.reset_seconds), limit=self.policy)


class LocalCap:
    """A token bucket for each key, in this process alone.

    `quota` at once, and `quota` more evenly over `seconds`. Of k processes a caller so gets up to
    k times the quota: this protects the process, and promises nothing about the sum. It takes a
    microsecond, no trip, and no task.
    """

    def __init__(
        self,
        name: str,
        quota: int,
        seconds: int,
        now: Callable[[], datetime] = clock.now,
        most_keys: int = _MOST_KEYS,
    ) -> None:
        self._name, self._quota, self._seconds = name, quota, seconds
        self._rate = quota / seconds
        self._now = now
        self._most = most_keys
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, key: str, cost: int = 1, now: datetime | None = None) -> Verdict:
        """Take `cost` from the key's bucket, if it holds as much. A caller may tell the time."""
        at = (now or self._now()).timestamp()
        known = self._left.pop(key, None)
        left = float(self._quota)
        if known is not None:
            before, since = known
            left = min(left, before + max(0.0, at - since) * self._rate)
        elif len(self._left) >= self._most:
            del self._left[next(iter(self._left))]  # the one not seen for longest
        if may := cost <= left:
            left -= cost
        self._left[key] = (left, at)
        lacking = (self._quota if may else cost) - left
        reset = math.ceil(lacking / self._rate) if lacking > 0 else 0
        return Verdict(self._name, self._quota, self._seconds, may, int(left), reset)


class Limits:
    """The caps of this process. One per process, over its cache."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._shared = _SharedStorage(cache)
        self._alone: dict[Policy, LocalCap] = {}
        self._here: dict[str, LocalCap] = {}

    async def take(self, policy: Policy, key: str, cost: int = 1) -> Verdict:
        """Count `cost` for the key, in all processes together, unless that would be too much."""
        reached, verdict = await self._cache.attempt(
            "limit", lambda: self._counted(policy, f"{policy.name}/{key}", cost)
        )
        if reached and verdict is not None:
            return verdict
        if policy not in self._alone:
            self._alone[policy] = LocalCap(policy.name, policy.alone, policy.seconds)
        return self._alone[policy].take(key, cost)

    def take_here(
        self, policy: Policy, key: str, cost: int = 1, now: datetime | None = None
    ) -> Verdict:
        """Count by this process alone, the full quota in each; see `LocalCap`."""
        if (cap := self._here.get(policy.name)) is None:
            cap = self._here[policy.name] = LocalCap(policy.name, policy.quota, policy.seconds)
        return cap.take(key, cost, now)

    async def _counted(self, policy: Policy, key: str, cost: int) -> Verdict:
        quota, window = policy.quota, policy.seconds
        allowed = await self._shared.acquire_sliding_window_entry(key, quota, window, cost)
        before, before_left, count, count_left = await self._shared.get_sliding_window(key, window)
        # A counter lives for two windows: in the first it is the current one.
        left_now = max(0.0, count_left - window)
        used = math.floor(before * before_left / window) + count
        wait = left_now
        if not allowed and count + cost <= quota:  # what fades of the window before is enough
            wait = before_left - (quota - count - cost + 1) * window / max(before, 1)
        return Verdict(
            policy.name, quota, window, bool(allowed), max(0, quota - used), math.ceil(max(wait, 0))
        )


async def limit(request: Request, policy: Policy, key: str, cost: int = 1) -> None:
    """Count for the key, tell it in the headers, and refuse with 429 what is too much."""
    limits: Limits = request.app.state.limits
    verdict = await limits.take(policy, key, cost)
    note(request.scope, verdict)
    verdict.refuse()


def note(scope: Scope, verdict: Verdict) -> None:
    """Let the response tell this verdict, whatever else becomes of the request."""
    scope.setdefault("state", {}).setdefault(_NOTED, []).append(verdict)


def headers(verdicts: list[Verdict]) -> list[tuple[bytes, bytes]]:
    """The two headers, as ASGI has them; none where nothing was counted."""
    if not verdicts:
        return []
    policies, left = [], []
    for name, quota, window, _, remaining, reset in verdicts:
        policy, head = _policy(name, quota, window)
        policies.append(policy)
        left.append(b"%b;r=%d;t=%d" % (head, remaining, reset))
    return [(b"ratelimit-policy", b", ".join(policies)), (b"ratelimit", b", ".join(left))]


@lru_cache(maxsize=64)
def _policy(name: str, quota: int, seconds: int) -> tuple[bytes, bytes]:
    """A policy as it is told, and its name."""
    told = b'"%b"' % name.encode()
    return b"%b;q=%d;w=%d" % (told, quota, seconds), told


def noted(scope: Scope) -> list[tuple[bytes, bytes]]:
    """The headers of what was noted by now."""
    return headers(scope.get("state", {}).get(_NOTED, []))


def telling(scope: Scope, send: Send) -> Send:
    """Return a `send` that adds the headers of what was noted by then."""

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *noted(scope)]
        await send(message)

    return told


class _SharedStorage(RedisStorage):
    """The library's counting over the process's own client, a cluster's as well."""

    def __init__(self, cache: Cache) -> None:
        self._client: Any = cache.client
        prefix = f"{cache.prefix}limit"
        super().__init__("redis://", implementation="redispy", key_prefix=prefix)

    def configure_bridge(self) -> None:
        bridge: Any = self.bridge
        bridge.storage = self._client
        bridge.connection_getter = lambda _: self._client
