"""Against trying codes and people out: caps that only failing or repeated questions meet.

- One key may present so many *different* failing codes a minute. The same code again is a retry
  and costs nothing. While nothing fails, the guard is one look into a dictionary.
- One person may be asked about so often an hour, by all merchants together, where no code of
  theirs is shown (`PERSON`). Count by what the caller named, and before looking whether that is
  anybody, so that a refusal does not tell who exists.
"""

from datetime import datetime, timedelta
from typing import Final

from points_api import clock
from points_api.problem import RateLimited
from points_api.ratelimit import Limits, Policy, Verdict

FAILING_CODES: Final = Policy("failing-codes", quota=30, seconds=60, alone=10)
PERSON: Final = Policy("person", quota=60, seconds=3600, alone=20)
_SAME_CODE: Final = Policy("failing-code", quota=1, seconds=60, alone=1)
_MOST: Final = 10_000


class CodeGuard:
    """Who has presented too many failing codes. One per process.

    A process learns that a key is barred when a failing code of that key comes to it. So with k
    processes a key may try up to k - 1 codes more than the quota in the first minute.
    """

    def __init__(self, limits: Limits, policy: Policy = FAILING_CODES) -> None:
        self._limits = limits
        self._policy = policy
        self._barred: dict[str, datetime] = {}

    def require(self, client_id: str) -> None:
        """Return if the key may present a code, else raise 429."""
        until = self._barred.get(client_id)
        if until is None:
            return
        left = (until - clock.now()).total_seconds()
        if left > 0:
            raise RateLimited(max(1, round(left)), limit=self._policy.name)
        del self._barred[client_id]

    async def failed(self, client_id: str, mark: bytes) -> Verdict | None:
        """Count a failing code, by its digest; None if it was counted before."""
        once = await self._limits.take(_SAME_CODE, f"{client_id}/{mark.hex()}")
        if not once.allowed:
            return None
        verdict = await self._limits.take(self._policy, client_id)
        if not verdict.remaining:
            if len(self._barred) >= _MOST:
                self._barred.clear()
            self._barred[client_id] = clock.now() + timedelta(seconds=verdict.reset_seconds)
        return verdict
