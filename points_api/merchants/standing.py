"""Whose key is this, does it still stand, and for what? Asked on each call of a merchant's program.

Merchants call often, so an answer is remembered in the process for two seconds: a key that is
revoked, a staff member who left, a merchant who is suspended and a scenario that they no longer
serve are refused everywhere within that.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, cast
from uuid import UUID

from points_api import clock
from points_api.auth.merchants import CallingMerchant, StaffRole
from points_api.db.transaction import connection, dialect
from points_api.turns import Turns

KIND: Final = "merchant"
REMEMBERED: Final = timedelta(seconds=2)
_MOST: Final = 10_000
_FIND: Final = """
SELECT c.id AS client_id, m.id AS merchant_id, s.id AS staff_id, s.role, m.sandbox, o.scenario_id
FROM api_client c
JOIN merchant m ON m.id = c.merchant_id AND m.state = 'active'
JOIN merchant_staff s ON s.id = c.staff_id AND s.left_at IS NULL
LEFT JOIN merchant_scenario o ON o.merchant_id = m.id AND o.until IS NULL AND o.since <= {now}
WHERE c.kind = {kind} AND c.revoked_at IS NULL AND c.id {among}
"""
_POSTGRES: Final = _FIND.format(now="$1", kind="$2", among="= ANY($3::text[])")


class _Found(NamedTuple):
    """What a look has found: nobody, too, is an answer."""

    caller: CallingMerchant | None


class Standing:
    """Remembers callers by client id. One per process.

    Those whose time is over at once, as after a busy second, are looked up by one statement.
    """

    def __init__(self, now: Callable[[], datetime] = clock.now) -> None:
        self._now = now
        self._known: dict[str, tuple[datetime, CallingMerchant | None]] = {}
        self._looks = Turns(self._look)

    def remembered(self, client_id: str, now: datetime) -> CallingMerchant | None:
        """The caller, where that is known without a look; None says nothing."""
        known = self._known.get(client_id)
        return known[1] if known is not None and known[0] > now else None

    async def merchant_of(self, client_id: str) -> CallingMerchant | None:
        """The caller whose key this is; None if it is unknown, revoked, or no longer stands."""
        known = self._known.get(client_id)
        now = self._now()
        if known is not None and known[0] > now:
            return known[1]
        [found] = await self._looks.ask([client_id])
        if found is None:  # the look has failed, and why is told to who asks alone
            found = (await self._look([client_id]))[client_id]
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[client_id] = (now + REMEMBERED, found.caller)
        return found.caller

    async def _look(self, client_ids: Sequence[str]) -> Mapping[str, _Found]:
        rows: dict[str, list[Mapping[str, Any]]] = {one: [] for one in client_ids}
        for row in await _rows(client_ids, self._now()):
            rows[row["client_id"]].append(row)
        return {one: _Found(_caller(one, its)) for one, its in rows.items()}


async def _rows(client_ids: Sequence[str], now: datetime) -> Sequence[Mapping[str, Any]]:
    sql, values = _POSTGRES, [now, KIND, [*client_ids]]
    if dialect() == "sqlite":
        places = ", ".join("?" * len(client_ids))
        sql = _FIND.format(now="?", kind="?", among=f"IN ({places})")
        values = [now, KIND, *client_ids]
    _, rows = await connection().execute_query(sql, values)
    found: Sequence[Mapping[str, Any]] = rows
    return found


def _caller(client_id: str, rows: Sequence[Mapping[str, Any]]) -> CallingMerchant | None:
    if not rows:
        return None
    row = rows[0]  # the others differ in the scenario
    merchant_id, staff_id = _uuid(row["merchant_id"]), _uuid(row["staff_id"])
    role = cast(StaffRole, row["role"])
    serves = frozenset(one["scenario_id"] for one in rows if one["scenario_id"])
    return CallingMerchant(client_id, merchant_id, staff_id, role, bool(row["sandbox"]), serves)


def _uuid(value: object) -> UUID:
    """An id; PostgreSQL's stays of its driver's kind, which is written in a tenth of the time."""
    return value if isinstance(value, UUID) else UUID(str(value))
