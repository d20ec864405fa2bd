"""Reservations whose time is over give back what they held.

By a job, a few at a time; earlier where somebody touches one, or where its room is needed.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from points_api import log
from points_api.db import time
from points_api.db.reads import select
from points_api.db.transaction import transactional
from points_api.db.writes import write_all
from points_api.redemptions import counters
from points_api.redemptions.models import Redemption
from points_api.redemptions.moves import SYSTEM, changed, moved
from points_api.redemptions.view import View

BATCH: Final = 100
_log = log.get("redemptions")


async def expire_all() -> int:
    """Expire all that have lapsed; return how many. Several processes may be at it."""
    done = 0
    while expired := await expire_lapsed(BATCH):
        done += expired
    return done


async def expire_lapsed(most: int, scenario_id: str | None = None) -> int:
    """Expire up to so many, the longest lapsed first, of one scenario or of all."""
    [row] = await select(Redemption, f"SELECT {time.column()}")
    lapsed = Redemption.filter(expires_at__lte=time.told(row), state="reserved")
    if scenario_id is not None:
        lapsed = lapsed.filter(scenario_id=scenario_id)
    rows = await lapsed.order_by("expires_at").limit(most)
    # Each by itself, so that no counter is held while others are waited for.
    return sum([await _tried(one.id) for one in rows])


async def _tried(redemption_id: UUID) -> bool:
    try:
        return await _expire_one(redemption_id)
    except Exception:  # noqa: BLE001 - one that cannot expire must not hold up the others
        _log.exception("redemptions.expiry_failed")
        return False


@transactional
async def _expire_one(redemption_id: UUID) -> bool:
    """Expire it, unless somebody has moved it or is about to."""
    held = Redemption.filter(id=redemption_id, state="reserved")
    row = await held.select_for_update(skip_locked=True).first()
    if row is None:
        return False
    [told] = await select(Redemption, f"SELECT {time.column()}")
    await expire(View.of(row), time.told(told))
    return True


async def expire(view: View, now: datetime) -> View:
    """Expire a reservation that the transaction holds and whose time is over."""
    expired = replace(view, state="expired", changed_at=now, expires_at=None, taken={})
    writes = [changed(expired, ()), *moved(expired, "expire", SYSTEM, now)]
    await write_all(writes, last=counters.giving_back(view.scenario_id, view.taken))
    return expired
