"""Many questions in one statement, over a line that is kept for a little."""

import asyncio

import asyncpg
import pytest

from points_api.ids import new_id
from points_api.problem import Busy
from points_api.verifications import group, statement
from points_api.verifications.models import Verification
from points_api.verifications.statement import NO_PERSON, Ask, Expected
from tests.points_api.application import running
from tests.points_api.verifications import shop
from tests.points_api.verifications.conftest import ADULTS
from tests.points_api.verifications.shop import code


@pytest.fixture
async def on_postgres(postgres_url, frozen_clock):
    async with running(postgres_url) as started:
        await shop.publish(started)
        visitor = await started.visitor(ADULTS[0])
        assert (await visitor.join()).status_code == 201
        await shop.consent(visitor)
        yield started, await shop.till(started), visitor


async def test_more_questions_at_once_than_fit_in_all_statements_are_all_answered(
    application, till, resident
):
    count = group.MOST * (group.AT_ONCE + 1) + 1
    codes = await shop.codes_in_bulk(application, await code(resident), count)
    for _ in range(2):  # once with nobody at rest, and once with those of before
        answers = await asyncio.gather(*(till.verify(one) for one in codes))
        assert {answer.status_code for answer in answers} <= {201, 409}
        codes = await shop.codes_in_bulk(application, await code(resident), count)
    assert await Verification.all().count() == 2 * count


def test_a_value_that_would_give_others_the_wrong_row_is_not_sent():
    assert statement._joined("text", ["a", None, "c"]) == "a\n\nc"
    with pytest.raises(ValueError, match="stands between"):
        statement._joined("text", ["a", "b\nc", "d"])


async def test_one_group_is_written_after_another(on_postgres, monkeypatch):
    started, till, resident = on_postgres
    under_way, most, written = 0, 0, group._written

    async def counted(rows, now):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        try:
            return await written(rows, now)
        finally:
            under_way -= 1

    monkeypatch.setattr(group, "_written", counted)
    codes = await shop.codes_in_bulk(started, await code(resident), 4 * group.MOST)
    await asyncio.gather(*(till.verify(one) for one in codes))
    assert most == 1


async def test_a_line_is_given_back_when_nobody_has_come_for_a_while(on_postgres, postgres_url):
    started, till, resident = on_postgres
    codes = await shop.codes_in_bulk(started, await code(resident), 100)
    await asyncio.gather(*(till.verify(one) for one in codes))
    await asyncio.sleep(0.3)
    assert not started.app.state.verifications.group._tasks


async def test_a_line_that_broke_at_rest_costs_one_refusal_at_most(on_postgres, postgres_url):
    started, till, resident = on_postgres
    codes = await shop.codes_in_bulk(started, await code(resident), 3)
    assert (await till.verify(codes[0])).status_code == 201
    server = await asyncpg.connect(postgres_url)
    await server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'points'"
    )
    await server.close()
    first = await till.verify(codes[1])
    assert first.status_code in (201, 503), first.text
    again = await till.verify(codes[2] if first.status_code == 201 else codes[1])
    assert again.status_code == 201, again.text


async def test_a_line_that_broke_at_rest_is_told_as_busy_also_below_the_routes(
    on_postgres, postgres_url, monkeypatch
):
    monkeypatch.setattr(group, "_REST_SECONDS", 30)
    started, till, resident = on_postgres
    assert (await till.verify(await code(resident))).status_code == 201
    server = await asyncpg.connect(postgres_url)
    await server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'points'"
    )
    questions = started.app.state.verifications.group
    await asyncio.sleep(0.1)  # so long that we have heard of it
    assert questions._resting
    ask = Ask(None, shop.SHOWN, 1, new_id(), "merchant:m", None, None, None, "server")
    nobody = Expected("unknown", NO_PERSON)
    with pytest.raises(Busy):
        await questions.ask(ask, nobody)
    assert isinstance(await questions.ask(ask, nobody), group.Written)
    await server.close()
