"""What many ask for within one turn of the event loop, fetched by one call for all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextvars import Context
from typing import Generic, TypeVar

from points_api import log

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
_Waiting = tuple[Sequence[K], asyncio.Future[list[V | None]]]
_log = log.get("turns")


class Turns(Generic[K, V]):
    """`fetch` gets the distinct keys of a turn, in the order in which they were asked for.

    Whoever asks for what it does not give gets None, and so does everybody if it fails or is
    canceled. It runs in a context of its own, free of whatever transaction a caller is in.
    """

    def __init__(self, fetch: Callable[[list[K]], Awaitable[Mapping[K, V]]]) -> None:
        self._fetch = fetch
        self._waiting: list[_Waiting[K, V]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, keys: Sequence[K]) -> list[V | None]:
        """Return what there is for each of the keys."""
        if not self._waiting:
            # Once a turn: before Python 3.12 asking for the loop is a call of the kernel.
            self._loop = asyncio.get_running_loop()
            self._loop.call_soon(self._begin)
        answer: asyncio.Future[list[V | None]] = self._loop.create_future()
        self._waiting.append((keys, answer))
        return await answer

    async def aclose(self) -> None:
        """Let nobody wait any longer."""
        late, self._waiting = self._waiting, []
        _answer(late, {})
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self) -> None:
        if not self._waiting:  # closed in between
            return
        task = self._loop.create_task(self._turn(), context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _turn(self) -> None:
        batch, self._waiting = self._waiting, []
        found: Mapping[K, V] = {}
        try:
            found = await self._fetch(list({key: None for keys, _ in batch for key in keys}))
        except Exception:  # noqa: BLE001 - whatever it is, those who wait do without
            _log.exception("turn.failed")
        finally:
            _answer(batch, found)


def _answer(batch: list[_Waiting[K, V]], found: Mapping[K, V]) -> None:
    """Give each caller its values; one who was canceled has gone."""
    for keys, answer in batch:
        if not answer.done():
            answer.set_result([found.get(key) for key in keys])
