"""What was decided is written only if its reason still stands, on both databases."""

from typing import Any

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError

from points_api import clock
from points_api.db import config
from points_api.db.guarded import ATTEMPTS, Decision, change
from points_api.db.models import OutboxEvent
from points_api.db.transaction import inside, transactional
from points_api.db.writes import Insert, Overtaken, Update, write_all
from points_api.ids import new_id
from points_api.residents.models import Person
from tests.points_api.db import rows


def event(subject: str = "s", **given) -> Insert:
    now = clock.now()
    row = {"topic": "t", "subject": subject, "payload": {}, "created_at": now, "next_try_at": now}
    return Insert(OutboxEvent, [row | given])


def guard(person: Person) -> Update:
    key = {"id": person.id, "revision": person.revision}
    return Update(Person, tuple(key), [key], counts="revision")


async def revision(person: Person) -> int:
    return (await Person.get(id=person.id)).revision


async def test_a_guard_that_finds_its_row_counts_and_one_that_does_not_writes_nothing(database):
    one = await rows.person()
    assert await write_all([event(), event()], guard(one)) == [1, 1]
    assert await revision(one) == 1
    others = Update(Person, ("id",), [{"id": one.id, "name": b"y"}])
    with pytest.raises(Overtaken):
        await write_all([others, event(), *[event()] * 5], guard(one))
    assert (await revision(one), await OutboxEvent.all().count()) == (1, 2)
    assert (await Person.get(id=one.id)).name == b"x"


async def test_what_counts_goes_up_by_one_in_each_row(database):
    people = [await rows.person() for _ in range(4)]
    for some in (people[:1], people):
        counted = Update(Person, ("id",), [{"id": one.id} for one in some], counts="revision")
        assert await write_all([counted]) == [len(some)]
    assert [await revision(one) for one in people] == [2, 1, 1, 1]


async def test_what_is_decided_is_written_without_a_transaction_and_then_told(database):
    one = await rows.person()
    seen: list[Any] = []

    async def tell():
        seen.append(await OutboxEvent.all().count())

    async def decide(hold):
        seen.append((hold, inside()))
        return Decision("answer", [event()], guard(one), [tell])

    assert await change(decide) == "answer"
    assert seen == [(False, False), 1]


async def test_who_decides_that_nothing_is_to_be_written_writes_nothing(database):
    async def decide(_hold):
        return Decision("nothing")

    assert await change(decide) == "nothing"


async def test_who_was_overtaken_decides_again_and_in_the_end_holds(database):
    one, seen = await rows.person(), []

    async def decide(hold):
        current = await Person.get(id=one.id)
        seen.append((hold, inside()))
        if not hold:
            counted = Update(Person, ("id",), [{"id": one.id}], counts="revision")
            await write_all([counted])
        return Decision(len(seen), [event()], guard(current))

    assert await change(decide) == ATTEMPTS + 1
    assert seen == [(False, False)] * ATTEMPTS + [(True, True)]
    assert await OutboxEvent.all().count() == 1


async def test_within_a_transaction_it_holds_and_is_rolled_back_with_it(database):
    one, seen = await rows.person(), []

    async def decide(hold):
        seen.append(hold)
        return Decision(None, [event()], guard(one))

    @transactional
    async def outer():
        await change(decide)
        raise LookupError

    with pytest.raises(LookupError):
        await outer()
    assert seen == [True]
    assert (await revision(one), await OutboxEvent.all().count()) == (0, 0)


async def test_what_a_constraint_refuses_is_refused_in_the_end(database):
    one, holds = await rows.person(), []

    async def decide(hold):
        holds.append(hold)
        return Decision(None, [event(attempts=-1)], guard(one))

    with pytest.raises(IntegrityError):
        await change(decide)
    assert holds == [False] * ATTEMPTS + [True]
    assert await revision(one) == 0


async def test_a_refusal_while_deciding_is_the_answer(database):
    async def decide(_hold):
        raise LookupError

    with pytest.raises(LookupError):
        await change(decide)


async def test_connections_that_died_in_the_pool_cost_nobody_a_refusal(postgres_url):
    async with config.open(postgres_url, pool_max_size=1):
        one = await rows.person()

        async def decide(_hold):
            current = await Person.get(id=one.id)
            return Decision(None, [event(str(new_id()))], guard(current))

        for _ in range(3):
            await _drop_others(postgres_url)
            await change(decide)
        assert (await revision(one), await OutboxEvent.all().count()) == (3, 3)


async def _drop_others(url: str) -> None:
    outsider = await asyncpg.connect(url)
    await outsider.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'points'"
    )
    await outsider.close()
