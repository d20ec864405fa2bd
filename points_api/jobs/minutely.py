"""What is bound to a term of minutes or hours: done every minute, by any number of processes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

from points_api import cancellation, clock, log
from points_api.conduct import service as conduct
from points_api.partners import service as partners
from points_api.recognitions import batches, ending
from points_api.redemptions import expiry

PAUSE_SECONDS: Final = 60.0
_log = log.get("jobs")


async def every_minute() -> None:
    """Work until canceled."""
    while True:
        with cancellation.kept():
            await this_minute()
        await asyncio.sleep(PAUSE_SECONDS)


async def this_minute() -> Mapping[str, int]:
    """Do each step by itself; return by name how many it met, without what failed."""
    steps: Mapping[str, Callable[[], Awaitable[int]]] = {
        "reservations": expiry.expire_all,
        "conduct": partial(conduct.stand, clock.now()),
        "nonces": partial(partners.purge, clock.now()),
        "batches": partial(batches.purge, clock.now()),
        "visitor_notices": partial(ending.purge, clock.now()),
    }
    counts = {}
    for name, work in steps.items():
        try:
            counts[name] = await work()
        except Exception:  # noqa: BLE001 - one step must not hold up the others
            _log.exception("minutely.failed", task=name)
    return counts
