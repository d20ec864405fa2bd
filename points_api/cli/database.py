"""Run one piece of work with the database open, from a command."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


def in_database(url: str, work: Callable[[], Awaitable[T]]) -> T:
    """Open the database, do the work, close it, and return what the work returned."""

    async def run() -> T:
        from points_api.db import config

        async with config.open(url):
            return await work()

    return asyncio.run(run())
