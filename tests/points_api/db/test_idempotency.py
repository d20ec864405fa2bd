"""A key stands for one request, whose effect happens once and whose answer is given again."""

import asyncio

import pytest

from points_api import clock
from points_api.db.idempotency import (
    Answer,
    KeyInFlight,
    KeyMissing,
    KeyReused,
    fingerprint,
    keep,
    once,
    purge,
)
from points_api.db.transaction import transactional
from points_api.residents.models import Resident
from tests.points_api.db import rows

ONE = fingerprint("POST", "/v1/x", b'{"a":1}')
OTHER = fingerprint("POST", "/v1/x", b'{"a":2}')


@transactional
async def act(key: str | None, print_of: str = ONE, caller: str = "m1", *, fail=False) -> Answer:
    if (answer := await once(caller, key, print_of)) is not None:
        return answer
    made = await rows.resident()
    if fail:
        raise LookupError
    assert key is not None
    return await keep(caller, key, Answer(201, {"id": str(made.id), "名": ["甲"]}))


async def test_the_same_request_has_one_effect_and_one_answer(database):
    first = await act("k")
    assert await act("k") == first
    assert await Resident.all().count() == 1


async def test_another_key_or_another_caller_is_another_request(database):
    answers = [await act("k"), await act("k2"), await act("k", caller="m2")]
    assert len({answer.body["id"] for answer in answers}) == 3


async def test_a_key_of_another_request_is_refused(database):
    await act("k")
    with pytest.raises(KeyReused):
        await act("k", OTHER)
    assert await Resident.all().count() == 1


@pytest.mark.parametrize("key", [None, ""])
async def test_a_missing_key_is_refused(key, database):
    with pytest.raises(KeyMissing):
        await act(key)


async def test_what_failed_left_no_key_and_may_be_tried_again(database):
    with pytest.raises(LookupError):
        await act("k", fail=True)
    assert (await act("k")).status == 201
    assert await Resident.all().count() == 1


async def test_of_many_at_once_one_acts(database):
    """In PostgreSQL the others hear that it is in flight, in SQLite they wait for the answer."""
    outcomes = await asyncio.gather(*(act("k") for _ in range(10)), return_exceptions=True)
    answers = [outcome for outcome in outcomes if isinstance(outcome, Answer)]
    assert answers
    assert all(answer == answers[0] for answer in answers)
    assert all(isinstance(outcome, Answer | KeyInFlight) for outcome in outcomes)
    assert await Resident.all().count() == 1


async def test_a_key_in_flight_is_refused_at_once(postgres):
    taken, go_on = asyncio.Event(), asyncio.Event()

    @transactional
    async def slow():
        await once("m1", "k", ONE)
        taken.set()
        await go_on.wait()
        return await keep("m1", "k", Answer(200, None))

    task = asyncio.get_running_loop().create_task(slow())
    await taken.wait()
    with pytest.raises(KeyInFlight):
        await asyncio.wait_for(act("k"), 5)
    go_on.set()
    assert await task == await act("k")


async def test_old_keys_are_forgotten(database):
    await act("k")
    assert await purge(clock.now()) == 1
    assert (await act("k")).status == 201
    assert await Resident.all().count() == 2


def test_a_fingerprint_tells_requests_apart():
    prints = {
        ONE,
        OTHER,
        fingerprint("PUT", "/v1/x", b'{"a":1}'),
        fingerprint("POST", "/v1/y", b""),
    }
    assert len(prints) == 4
