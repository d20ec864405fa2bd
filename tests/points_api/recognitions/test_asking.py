"""A host that asks for many at once believes no more than it may."""

from datetime import timedelta

from points_api import clock
from points_api.partners.problems import HomeAnswerRefused
from points_api.recognitions.asking import Asking
from points_api.recognitions.models import RecognitionBatch
from tests.points_api.recognitions.questions import about, asked, refusal, taken_in, told
from tests.points_api.recognitions.two_cities import HOME


async def test_an_answer_with_one_false_statement_counts_as_a_lie(cities):
    batch = about(cities, asked(await cities.code()), asked(await cities.code()))
    swapped = Asking(batch.exchange, HOME, batch.questions[::-1], batch.number)
    await cities.host.run(batch.now())
    assert await refusal(cities, swapped.fetch()) == (HomeAnswerRefused, "wrong-nonce")
    breaker = cities.host.state.exchange.client.breakers[HOME]
    assert (breaker.failed, breaker.in_a_row) == (1, 1)


async def test_who_is_asked_for_everything_may_leave_nothing_out(cities):
    batch = about(cities, *[asked("UNKNOWN" * 6) for _ in range(2)])
    taken = await taken_in(cities, batch)
    service = cities.home.state.batches
    members = await cities.home.run(service.home.exchange.directory.members(clock.now()))
    first = batch.questions[0].model_dump()
    await cities.home.run(service._complete_one(taken, 0, first, members))
    await cities.home.run(lambda: RecognitionBatch.all().update(done_at=clock.now()))
    assert await refusal(cities, batch.now()) == (HomeAnswerRefused, "malformed")
    fetched = await cities.host.run(batch.fetch())
    assert (told(fetched.outcomes), fetched.left, fetched.cursor) == (["NotRecognized"], 1, "1")


async def test_an_answer_that_was_fetched_too_late_is_no_lie(cities, frozen_clock):
    batch = about(cities, asked(await cities.code()), asked("UNKNOWN" * 6))
    await cities.host.run(batch.now())
    frozen_clock.forward(timedelta(minutes=6))
    for outcomes in ((await cities.host.run(batch.fetch())).outcomes,
                     await cities.host.run(batch.now())):  # fmt: skip
        assert told(outcomes) == ["expired"] * 2
    assert cities.host.state.exchange.client.breakers[HOME].failed == 0
