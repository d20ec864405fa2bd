"""Whose key is this, and does it still stand? Asked on each call of a merchant's program.

Merchants call often, so an answer is remembered in the process for two seconds: a key that is
revoked, a staff member who left or a merchant who is suspended is refused everywhere within that.
"""

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
SELECT m.id AS merchant_id, s.id AS staff_id, s.role, m.sandbox
FROM api_client c
JOIN merchant m ON m.id = c.merchant_id AND m.state = 'active'
JOIN merchant_staff s ON s.id = c.staff_id AND s.left_at IS NULL
WHERE c.id = $1 AND c.kind = $2 AND c.revoked_at IS NULL
"""
_READ: Final[dict[Dialect, str]] = {
    "postgres": _FIND,
    "sqlite": _FIND.replace("$1", "?").replace("$2", "?"),
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
        found = await _read(client_id)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[client_id] = (now + REMEMBERED, found)
        return found


async def _read(client_id: str) -> CallingMerchant | None:
    _, rows = await connection().execute_query(_READ[dialect()], [client_id, KIND])
    if not rows:
        return None
    [row] = rows
    merchant_id, staff_id = (UUID(str(row[name])) for name in ("merchant_id", "staff_id"))
    role = cast(StaffRole, row["role"])
    return CallingMerchant(client_id, merchant_id, staff_id, role, bool(row["sandbox"]))
