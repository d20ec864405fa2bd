"""Cancellations that a library forgets.

Before Python 3.12 `asyncio.wait_for` returns as if nothing were when its task is canceled in the
very turn in which what it waits for is done (python/cpython#86296), and redis-py sends every
command by it. Work in a loop would then go on for ever, and whoever waits for its end as well: the
server on SQLite did not stop about once in thirty times that it was told to while the relay worked.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept() -> Iterator[None]:
    """End the block canceled where its task was canceled in it, whatever came of that."""
    task = asyncio.current_task()
    assert task is not None
    before = task.cancelling()
    try:
        yield
    except Exception as error:
        if task.cancelling() > before:
            raise asyncio.CancelledError from error
        raise
    if task.cancelling() > before:  # a timeout that ran out inside has taken its own back
        raise asyncio.CancelledError
