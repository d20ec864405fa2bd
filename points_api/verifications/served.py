"""Which scenarios a merchant serves, remembered in the process for two seconds.

As `merchants.standing` does for the caller: what is ended there is over everywhere within that.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from points_api import clock
from points_api.merchants.models import MerchantScenario

REMEMBERED: Final = timedelta(seconds=2)
_MOST: Final = 10_000
_Known = tuple[datetime, frozenset[str]]


class Served:
    """Remembers by merchant. One per process."""

    def __init__(self, now: Callable[[], datetime] = clock.now) -> None:
        self._now = now
        self._known: dict[UUID, _Known] = {}

    async def by(self, merchant_id: UUID) -> frozenset[str]:
        """The ids of the scenarios that the merchant serves."""
        now, known = self._now(), self._known.get(merchant_id)
        if known is not None and known[0] > now:
            return known[1]
        rows = MerchantScenario.filter(merchant_id=merchant_id, until=None, since__lte=now)
        found = frozenset([row.scenario_id for row in await rows])
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[merchant_id] = (now + REMEMBERED, found)
        return found
