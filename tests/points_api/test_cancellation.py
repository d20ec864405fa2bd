"""Who was canceled ends canceled, whatever a library made of it."""

import asyncio
from contextlib import suppress

import pytest

from points_api import cancellation


async def forgetful():
    """Be canceled, and go on as if nothing were: `asyncio.wait_for` does so before Python 3.12."""
    asyncio.current_task().cancel()  # type: ignore[union-attr]
    with suppress(asyncio.CancelledError):
        await asyncio.sleep(0)


async def ended(work):
    """How the work, canceled while it was forgetful, came to its end."""
    task = asyncio.get_running_loop().create_task(work())
    done, _ = await asyncio.wait([task], timeout=10)
    assert done
    return "canceled" if task.cancelled() else task.exception() or task.result()


async def test_a_cancellation_that_was_forgotten_is_raised():
    async def work():
        with cancellation.kept():
            await forgetful()

    assert await ended(work) == "canceled"


async def test_a_cancellation_that_became_another_error_is_raised():
    async def work():
        with cancellation.kept():
            await forgetful()
            raise LookupError

    assert await ended(work) == "canceled"


async def test_what_was_not_canceled_ends_as_it_did():
    async def work(error):
        with cancellation.kept():
            await asyncio.sleep(0)
            if error:
                raise error
            return "done"

    assert await work(None) == "done"
    with pytest.raises(LookupError):
        await work(LookupError())


async def test_a_timeout_stays_one_inside_of_the_block_and_around_it():
    async def inside():
        with cancellation.kept():
            async with asyncio.timeout(0.001):
                await asyncio.sleep(10)

    async def around():
        async with asyncio.timeout(0.001):
            with cancellation.kept():
                await asyncio.sleep(10)

    for slow in (inside, around):
        with pytest.raises(TimeoutError):
            await slow()


async def test_who_clears_up_after_a_cancellation_may_still_work():
    async def work():
        await forgetful()
        with cancellation.kept():
            await asyncio.sleep(0)
        return "cleared"

    assert await ended(work) == "cleared"
