"""What is asked for in one turn of the event loop is fetched by one call."""

import asyncio
from contextvars import ContextVar

import pytest

from points_api.turns import Turns


class Shop:
    """Has the letters of the alphabet, and remembers what it was asked for."""

    def __init__(self):
        self.asked = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def fetch(self, keys):
        self.asked.append(keys)
        await self.gate.wait()
        return {key: key.upper() for key in keys if key.isalpha()}


@pytest.fixture
async def shop():
    return Shop()


async def test_all_questions_of_a_turn_are_one_call_for_the_distinct_keys_in_their_order(shop):
    turns = Turns(shop.fetch)
    answers = await asyncio.gather(turns.ask("ba"), turns.ask("a1"), turns.ask("c"))
    assert list(answers) == [["B", "A"], ["A", None], ["C"]]
    assert shop.asked == [["b", "a", "1", "c"]]
    assert await turns.ask("a") == ["A"]
    assert shop.asked[1:] == [["a"]]


async def test_one_who_leaves_takes_nothing_from_the_others(shop):
    shop.gate.clear()
    turns = Turns(shop.fetch)
    leaving, staying = (asyncio.get_running_loop().create_task(turns.ask(key)) for key in "ab")
    await asyncio.sleep(0.01)
    leaving.cancel()
    shop.gate.set()
    assert await staying == ["B"]
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_a_call_that_fails_is_told_and_answers_nothing_and_the_next_one_is_fresh(capsys):
    async def fetch(keys):
        if keys == ["bad"]:
            raise ZeroDivisionError
        return dict.fromkeys(keys, 1)

    turns = Turns(fetch)
    assert await turns.ask(["bad"]) == [None]
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert await turns.ask(["good"]) == [1]


async def test_closing_answers_who_waits_and_who_has_just_come(shop):
    shop.gate.clear()
    turns = Turns(shop.fetch)
    under_way = asyncio.get_running_loop().create_task(turns.ask("a"))
    await asyncio.sleep(0.01)
    just_come = asyncio.get_running_loop().create_task(turns.ask("b"))
    await asyncio.sleep(0)
    await turns.aclose()
    assert list(await asyncio.gather(under_way, just_come)) == [[None], [None]]


async def test_the_call_sees_nothing_of_the_context_of_who_asks():
    transaction: ContextVar[str] = ContextVar("transaction", default="none")

    async def fetch(keys):
        return dict.fromkeys(keys, transaction.get())

    transaction.set("open")
    assert await Turns(fetch).ask(["a"]) == ["none"]
