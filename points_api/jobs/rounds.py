"""Works that are done over and over, as long as there is something to do without a pause."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn

from points_api import cancellation, log

Work = Callable[[], Awaitable[int]]
"""A round; returns how much it has found to do."""


async def again_and_again(name: str, idle_seconds: float, *works: Work) -> NoReturn:
    """Do these one after another until canceled, with a pause where none finds anything to do.

    What fails is logged as `{name}.failed`, keeps no other from its turn, and is tried again.
    """
    while True:
        with cancellation.kept():
            found = [await _tried(name, work) for work in works]
        if not any(found):
            await asyncio.sleep(idle_seconds)


async def _tried(name: str, work: Work) -> int:
    try:
        return await work()
    except Exception:  # noqa: BLE001 - the rows are still there, the next round tries again
        log.get(name).exception(f"{name}.failed")
        return 0
