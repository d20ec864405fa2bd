"""Work through the blocks of a table on several threads, and hand the results out in order.

Parsing and judging leave the interpreter free most of the time, so three threads fill two cores:
of two, one would often wait for it. No more blocks are in memory than there are threads, and the
one that was handed out.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import local
from typing import Generic, TypeVar

from points_api.deliveries.blocks import Block

T = TypeVar("T")
Work = Callable[[Block], T]

THREADS = 3


class _Workers(Generic[T]):
    """Each thread makes its own work once, because it learns from block to block."""

    def __init__(self, make: Callable[[], Work[T]]) -> None:
        self._make = make
        self._own = local()

    def __call__(self, block: Block) -> T:
        if not hasattr(self._own, "work"):
            self._own.work = self._make()
        result: T = self._own.work(block)
        return result


def in_order(
    blocks: Iterator[Block], make: Callable[[], Work[T]], threads: int = THREADS
) -> Generator[T, None, None]:
    """Apply the work that `make` makes to each block. Raises what reading or the work raises."""
    workers = _Workers(make)
    with ThreadPoolExecutor(threads, thread_name_prefix="delivery") as pool:
        waiting: deque[Future[T]] = deque()
        try:
            for block in blocks:
                waiting.append(pool.submit(workers, block))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
