"""Being told to stop: SIGTERM and Ctrl-C end the work at hand, close what is open and exit with 0.

What was begun is rolled back and done again by the next process; nothing depends on being finished.
"""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def until_stopped() -> Iterator[None]:
    """Run the block; where the process is told to stop, end it as if it were done."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    told = False

    def stop() -> None:
        nonlocal told
        if not told:  # a second signal must not cut the closing short
            told = True
            task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        yield
    except asyncio.CancelledError:
        if not told:
            raise
        task.uncancel()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
