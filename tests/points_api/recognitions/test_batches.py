"""Many questions in one message, at once and to be fetched, between two whole applications."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from interop.batch import read_batch
from interop.canonical import canonical
from interop.statement import NotRecognized, Statement
from points_api import clock
from points_api.auth.partners import CallingPartner
from points_api.db.models import OutboxEvent
from points_api.jobs.exchange import Answering
from points_api.partners.messages import request_of
from points_api.partners.problems import HomeNotAsked, QuestionRefused
from points_api.problem import NotFound
from points_api.recognitions import batches
from points_api.recognitions.models import Recognition, RecognitionBatch, RecognitionResult
from tests.points_api.recognitions import visiting
from tests.points_api.recognitions.asking import PATH, Asking
from tests.points_api.recognitions.questions import (
    about,
    asked,
    batch_body,
    refusal,
    taken_in,
    told,
)
from tests.points_api.recognitions.two_cities import HOME, HOST
from tests.points_api.verifications.conftest import ADULTS


async def mixed(cities):
    """Two who are recognized, and between them everything that can be wrong with a question."""
    good, last = asked(await cities.code()), asked(await cities.code())
    return about(
        cities,
        good,
        asked("UNKNOWN" * 6),
        asked(await cities.code(), table="made-up"),
        asked(await cities.code(), purpose="marketing"),
        asked(await cities.code(), nonce=good.nonce),
        asked(good.code),
        last,
    )


MIXED = [
    "Statement", "NotRecognized", "wrong-table", "purpose-not-listed", "replayed-nonce",
    "NotRecognized", "Statement",
]  # fmt: skip


async def test_each_question_is_answered_in_its_place_and_a_bad_one_spoils_no_other(cities):
    batch = await mixed(cities)
    outcomes = await cities.host.run(batch.now())
    assert told(outcomes) == MIXED
    first, last = outcomes[0], outcomes[-1]
    assert isinstance(first, Statement)
    assert isinstance(last, Statement)
    assert (first.sub, first.band) == (last.sub, "good")
    assert first.nonce == batch.questions[0].nonce
    assert [one.version for one in outcomes[2].held] == []
    causes = await cities.home.run(lambda: Recognition.all().order_by("id").values_list("cause"))
    assert [cause for (cause,) in causes] == ["recognized", "unknown", "used", "recognized"]
    assert await cities.home.run(lambda: RecognitionResult.all().count()) == len(MIXED)


async def test_the_same_batch_again_is_the_same_bytes_and_nothing_twice(cities, frozen_clock):
    batch = await mixed(cities)
    bodies = []
    for _ in range(2):
        client = cities.host.state.exchange.client
        await cities.host.run(batch.now())
        body = batch_body(batch)
        answer = await cities.host.run(client.ask(HOME, "POST", PATH, body))
        bodies.append(answer.response.body)
        frozen_clock.forward(timedelta(minutes=1))
    assert bodies[0] == bodies[1]
    assert await cities.home.run(lambda: Recognition.all().count()) == 4
    assert await cities.home.run(lambda: RecognitionBatch.all().count()) == 1


async def test_a_number_that_stands_for_other_questions_is_refused(cities):
    batch = about(cities, asked(await cities.code()))
    await cities.host.run(batch.now())
    other = Asking(batch.exchange, HOME, (asked(await cities.code()),), batch.number)
    assert await refusal(cities, other.now()) == (HomeNotAsked, "equivocated")
    assert await cities.home.run(lambda: Recognition.all().count()) == 1


async def test_what_was_broken_off_is_gone_on_with_and_no_code_is_used_twice(cities):
    """The process ended after the first item; the host asks again by the same number."""
    batch = about(cities, *[asked(await cities.code()) for _ in range(3)])
    taken = await taken_in(cities, batch)
    service, first = cities.home.state.batches, batch.questions[0].model_dump()
    members = await cities.home.run(service.home.exchange.directory.members(clock.now()))
    await cities.home.run(service._complete_one(taken, 0, first, members))
    assert await cities.home.run(lambda: RecognitionResult.all().count()) == 1
    assert told(await cities.host.run(batch.now())) == ["Statement"] * 3
    assert await cities.home.run(lambda: Recognition.all().count()) == 3


async def test_the_same_batch_at_the_same_time_is_answered_once(cities):
    batch = about(cities, *[asked(await cities.code()) for _ in range(5)])
    both = await asyncio.gather(*(cities.host.run(batch.now()) for _ in range(3)))
    assert {tuple(told(one)) for one in both} == {("Statement",) * 5}
    assert len({tuple(one.nonce for one in each) for each in both}) == 1
    assert await cities.home.run(lambda: Recognition.all().count()) == 5


async def test_later_is_the_same_answers_fetched_in_pages(cities, frozen_clock):
    more = [asked("UNKNOWN" * 6) for _ in range(batches.PAGE)]
    batch = about(cities, *(await mixed(cities)).questions, *more)
    await cities.host.run(batch.later())
    await cities.host.run(batch.later())  # again: nothing more comes of it
    await answered(cities)
    first = await cities.host.run(batch.fetch())
    assert (len(first.outcomes), first.left, first.cursor) == (batches.PAGE, 0, "50")
    assert told(first.outcomes[: len(MIXED)]) == MIXED
    last = await cities.host.run(batch.fetch(first.cursor))
    assert (told(last.outcomes), last.cursor) == (["NotRecognized"] * len(MIXED), None)
    frozen_clock.forward(timedelta(minutes=4))
    assert told((await cities.host.run(batch.fetch())).outcomes) == told(first.outcomes)


async def answered(cities):
    """Until the work beside the requests has no batch left."""

    def due():
        return OutboxEvent.filter(topic=batches.ANSWER, done_at=None).exists()

    while await cities.home.run(due):
        await cities.home.run(Answering(cities.home.state.batches).once())
        await asyncio.sleep(0.01)


async def test_what_is_to_be_answered_later_is_taken_up_after_a_restart(cities, frozen_clock):
    """Only rows are left of it: whoever works next answers, with the codes as they were shown."""
    batch = about(cities, *[asked(await cities.code()) for _ in range(3)])
    taken = await taken_in(cities, batch)
    fetched = await cities.host.run(batch.fetch())
    assert (fetched.outcomes, fetched.left, fetched.cursor) == ([], 3, "0")
    frozen_clock.forward(timedelta(minutes=3))  # codes are good for two
    anew = batches.Batches(cities.home.state.batches.home)
    await cities.home.run(anew.complete(taken))
    assert told((await cities.host.run(batch.fetch())).outcomes) == ["Statement"] * 3


async def test_answers_are_kept_for_an_hour_and_what_was_asked_stays(cities, frozen_clock):
    batch = about(cities, asked(await cities.code()))
    await cities.host.run(batch.now())
    assert await cities.home.run(batches.purge(clock.now())) == 0
    frozen_clock.forward(batches.KEPT)
    for again in (batch.now(), batch.fetch()):
        kind, reason = await refusal(cities, again)
        assert (kind, reason) == (HomeNotAsked, "http-410")
    assert await cities.home.run(batches.purge(clock.now())) == 1
    assert (await refusal(cities, batch.now()))[1] == "http-410"
    assert await cities.home.run(lambda: Recognition.all().count()) == 1


async def test_a_batch_is_its_askers_alone(cities):
    batch = about(cities, asked(await cities.code()))
    await cities.host.run(batch.now())

    async def as_another():
        caller = CallingPartner("460200", "-", None, "-")  # type: ignore[arg-type]
        with pytest.raises(NotFound):
            await cities.home.state.batches.of(caller, batch.number)
        return True

    assert await cities.home.run(as_another())


async def test_a_batch_of_which_nothing_holds_is_refused_item_by_item(cities):
    batch = about(cities, asked(await cities.code(), purpose="marketing"))
    assert told(await cities.host.run(batch.now())) == ["purpose-not-listed"]


async def test_what_is_no_question_is_refused_in_its_place_and_kept_nowhere(cities):
    """It could hold a person, and the rest of the message is kept for good."""
    person = {"name": "陈某某", "id_number": "11010519491231002X"}
    right = asked(await cities.code()).model_dump()
    said = {"batch": "b" * 20, "answer": "now", "items": [person, right | person, right]}
    client = cities.host.state.exchange.client
    bodies = [
        (await cities.host.run(client.ask(HOME, "POST", PATH, canonical(said)))).response.body
        for _ in range(2)
    ]
    assert bodies[0] == bodies[1]
    items = httpx.Response(200, content=bodies[0]).json()["items"]
    assert [one["refused"] for one in items] == ["malformed", "malformed", None]
    [kept] = await cities.home.run(RecognitionBatch.all)
    assert read_batch(request_of(kept.request).body).items == [None, None, right]


async def test_a_batch_that_is_none_is_refused_as_a_whole(cities):
    client = cities.host.state.exchange.client
    answer = await cities.host.run(client.ask(HOME, "POST", PATH, b'{"items":[]}'))
    problem = httpx.Response(200, content=answer.response.body).json()
    assert (answer.response.status, problem["type"]) == (
        422, f"/problems/{QuestionRefused.slug}",
    )  # fmt: skip
    assert problem["reason"] == "malformed"


async def test_a_withdrawal_finds_what_was_said_in_a_batch(cities):
    await cities.host.run(about(cities, asked(await cities.code())).now())
    assert (await cities.visitor.delete("/v1/me/consents?purpose=city")).status_code == 200
    await cities.home.tell()
    [said] = await cities.home.run(Recognition.all)
    assert said.recalled_at is not None
    again = about(cities, asked("UNKNOWN" * 6))
    [outcome] = await cities.host.run(again.now())
    assert isinstance(outcome, NotRecognized)


@pytest.mark.parametrize("when", ["now", "later"])
async def test_of_who_has_withdrawn_nothing_is_told_to_a_host_that_comes_for_it_afterwards(
    cities, when
):
    other = await visiting.joined(cities.home, ADULTS[1])
    assert (await other.post("/v1/me/consents", {"city": HOST})).status_code == 201
    questions = [asked(await cities.code(visitor=one)) for one in (cities.visitor, other)]
    batch = about(cities, *questions)
    if when == "later":
        await cities.host.run(batch.later())
        await answered(cities)
    else:
        await taken_in(cities, batch)
        await cities.home.run(complete(cities))
    assert (await cities.visitor.delete("/v1/me/consents?purpose=city")).status_code == 200
    await cities.home.tell()  # and the host has confirmed, having heard of nobody yet
    fetched = await cities.host.run(batch.fetch())
    outcomes = fetched.outcomes if when == "later" else await cities.host.run(batch.now())
    assert told(outcomes) == ["NotRecognized", "Statement"]


async def complete(cities):
    [taken] = await RecognitionBatch.all()
    await cities.home.state.batches.complete(taken)
