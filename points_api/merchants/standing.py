"""Whose key is this, and does it still stand? Asked on each call of a merchant's program.

Merchants call often, so an answer is remembered in the process for two seconds: a key that is
revoked, a staff member who left or a merchant who is suspended is refused everywhere within that.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, cast

from points_api import clock
from points_api.auth.merchants import CallingMerchant, StaffRole
from points_api.auth.models import ApiClient
from points_api.merchants.models import Merchant, MerchantStaff

KIND: Final = "merchant"
REMEMBERED: Final = timedelta(seconds=2)
_MOST: Final = 10_000


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
    client = await ApiClient.get_or_none(id=client_id, kind=KIND, revoked_at=None)
    if client is None or client.merchant_id is None or client.staff_id is None:
        return None
    staff = await MerchantStaff.get_or_none(id=client.staff_id, left_at=None)
    merchant = await Merchant.get_or_none(id=client.merchant_id, state="active")
    if staff is None or merchant is None:
        return None
    role = cast(StaffRole, staff.role)
    return CallingMerchant(client.id, merchant.id, staff.id, role, merchant.sandbox)
