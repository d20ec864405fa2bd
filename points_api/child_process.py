"""Processes that this one has started."""

import asyncio
from asyncio.subprocess import Process


async def ended(process: Process, seconds: float) -> None:
    """Return when it has ended; kill it where that takes longer."""
    try:
        async with asyncio.timeout(seconds):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
