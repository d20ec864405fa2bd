"""Whose key is this, does it still stand, and for what? Asked on each call of a merchant's program.

Merchants call often, so an answer is remembered in the process for two seconds: a key that is
revoked, a staff member who left, a merchant who is suspended and a scenario that they no longer
serve are refused everywhere within that.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

from points_api import clock
from points_api.auth.merchants import CallingMerchant, StaffRole
from points_api.db.config import Dialect
from points_api.db.transaction import connection, dialect

KIND: Final = "merchant"
REMEMBERED: Final = timedelta(seconds=2)
_MOST: Final = 10_000
_FIND: Final = """
SELECT m.id AS merchant_id, s.id AS staff_id, s.role, m.sandbox, o.scenario_id
FROM api_client c
JOIN merchant m ON m.id = c.merchant_id AND m.state = 'active'
JOIN merchant_staff s ON s.id = c.staff_id AND s.left_at IS NULL
LEFT JOIN merchant_scenario o ON o.merchant_id = m.id AND o.until IS NULL AND o.since <= $1
WHERE c.id = $2 AND c.kind = $3 AND c.revoked_at IS NULL
"""
_READ: Final[dict[Dialect, str]] = {
    "postgres": _FIND,
    "sqlite": re.sub(r"\$\d", "?", _FIND),
}


class Standing:
    """Remembers callers by client id. One per process."""

    def __init__(self, now: Callable[[], datetime] = clock.now) -> None:
        self._now = now
        self._known: dict[str, tuple[datetime, CallingMerchant | None]] = {}

    async def merchant_of(self, client_id: str) -> CallingMerchant | None:
        """The caller whose key this is; None if it is unknown, revoked, or no longer stands."""
        known = self._known.get(client_id)
        now = self._now()
        if known is not None and known[0] > now:
            return known[1]
        found = await _read(client_id, now)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[client_id] = (now + REMEMBERED, found)
        return found


async def _read(client_id: str, now: datetime) -> CallingMerchant | None:
    _, rows = await connection().execute_query(_READ[dialect()], [now, client_id, KIND])
    if not rows:
        return None
    row = rows[0]  # the others differ in the scenario
    merchant_id, staff_id = (UUID(str(row[name])) for name in ("merchant_id", "staff_id"))
    role = cast(StaffRole, row["role"])
    serves = frozenset(one["scenario_id"] for one in rows if one["scenario_id"])
    return CallingMerchant(client_id, merchant_id, staff_id, role, bool(row["sandbox"]), serves)
