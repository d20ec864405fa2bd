"""Whoever asks, leaves, and whatever breaks: each question of a group is answered, and once."""

import asyncio
from contextlib import asynccontextmanager
from itertools import cycle
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from points_api.verifications import group
from points_api.verifications.group import Group, Overtaken, Used, Written
from points_api.verifications.statement import Ask, Expected

REST = group._REST_SECONDS
NOBODY = UUID(int=0)
KNOWN = Expected("eligible", 1)
# As long as a rest lasts, a little less, a little more: so that all meets all in one turn.
SECONDS = st.sampled_from([0.0, 0.01, REST - 0.01, REST, REST + 0.01])
STEPS = ("lend", "remember", "write", "look", "give back")
ARRIVALS = st.lists(
    st.tuples(SECONDS, st.sampled_from([1, 2, 16, 40, 100]), st.none() | SECONDS),
    min_size=1,
    max_size=6,
)
HAPPENINGS = st.lists(st.tuples(SECONDS, st.sampled_from(["", *STEPS])), min_size=1, max_size=12)


class Broken(Exception):
    pass


class Loop(asyncio.SelectorEventLoop):
    """Time passes where there is nothing else to do, and then at once."""

    _now = 0.0

    def time(self) -> float:
        return self._now

    def _run_once(self) -> None:
        loop: Any = self
        if not loop._ready:
            assert loop._scheduled, "somebody waits, and nobody is going to answer"
            self._now = max(self._now, loop._scheduled[0]._when)
        super()._run_once()  # type: ignore[misc]


class Database:
    """Writes odd marks, has met every third before, and breaks at the steps that it is told."""

    def __init__(self, happenings):
        self._happenings = cycle(happenings)
        self.written: list[bytes] = []

    async def _step(self, name):
        seconds, breaks = next(self._happenings)
        await asyncio.sleep(seconds)
        if breaks == name:
            raise Broken(name)

    @asynccontextmanager
    async def one_connection(self):
        await self._step("lend")
        yield
        await self._step("give back")

    async def remembered(self, asks, now):
        await self._step("remember")
        return [KNOWN for _ in asks]

    async def write(self, rows, now):
        await self._step("write")
        odd = [row for row in rows if _number(row[1]) % 2]
        self.written += [row[1] for row in odd]
        return {row[0]: "eligible" for row in odd}

    async def used(self, marks):
        await self._step("look")
        return {mark for mark in marks if _number(mark) % 3 == 0}


def _number(mark: bytes) -> int:
    return int.from_bytes(mark, "big")


async def asking(questions, mark, leaves):
    ask = Ask(mark, "s", 1, NOBODY, "merchant:m", NOBODY, None, None, "server")
    try:
        async with asyncio.timeout(leaves):
            return await questions.ask(ask)
    except (TimeoutError, Broken) as error:
        return error


async def told(arrivals, database):
    """What became of each question, and the group when all have been given back."""
    questions = Group(database.remembered)
    tasks: list[asyncio.Task[object]] = []
    for pause, count, leaves in arrivals:
        await asyncio.sleep(pause)
        for _ in range(count):
            asked = asking(questions, len(tasks).to_bytes(4, "big"), leaves)
            tasks.append(asyncio.get_running_loop().create_task(asked))
    answers = await asyncio.gather(*tasks)
    await asyncio.wait(set(questions._tasks) or tasks)
    return questions, answers


@given(ARRIVALS, HAPPENINGS)
def test_each_question_is_answered_once_and_by_what_became_of_it(arrivals, happenings):
    database = Database(happenings)
    with pytest.MonkeyPatch.context() as patch, asyncio.Runner(loop_factory=Loop) as runner:
        patch.setattr(group, "one_connection", database.one_connection)
        patch.setattr(group, "_written", database.write)
        patch.setattr(group, "used", database.used)
        questions, answers = runner.run(told(arrivals, database))
    assert len(set(database.written)) == len(database.written)
    for mark, answer in enumerate(answers):
        if mark.to_bytes(4, "big") in database.written:
            assert isinstance(answer, Written | TimeoutError)
        else:
            none = Used if mark % 3 == 0 else Overtaken
            assert isinstance(answer, none | Broken | TimeoutError)
    left = (questions._waiting, questions._tasks, questions._resting, questions._coming)
    assert left == ([], set(), [], 0)
