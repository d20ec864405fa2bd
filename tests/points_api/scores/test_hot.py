"""The route before the framework: the same bytes, and never more than it may say."""

import asyncio
from datetime import date

import pytest

from points_api.db.reads import select
from points_api.db.transaction import connection
from points_api.problem import Busy
from points_api.residents.models import Enrollment
from points_api.scores import hot
from points_api.scores.service import Scores
from tests.factories import make_record
from tests.points_api.application import ADULTS, person_of, running
from tests.points_api.db.falling_silent import line_to

on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


class Statements:
    """Counts what the hot route asks of the database, or refuses it."""

    def __init__(self, fails=None):
        self.count, self.fails = 0, fails

    async def __call__(self, *query):
        self.count += 1
        if self.fails:
            raise self.fails
        return await select(*query)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_the_hot_route_gives_the_very_bytes_of_the_ordinary_one(
    application, resident, language
):
    await make_record(await person_of(resident), "volunteer.hours", date(2026, 5, 1))
    await application.app.state.scores.refresh(
        (await Enrollment.get(left_at=None)).resident_id, "records"
    )
    headers = resident.headers(accept_language=language)
    ordinary = await application.plain.get("/v1/me/score", headers=headers)
    for _ in range(3):  # from the database, then from the cache
        hot = await application.http.get("/v1/me/score", headers=headers)
        assert hot.content == ordinary.content
        for name in ("etag", "cache-control", "content-type", "content-language", "vary"):
            assert hot.headers[name] == ordinary.headers[name]
    assert ordinary.json()["score"] != "60.0"


async def test_the_etag_saves_the_body(application, resident):
    etag = (await resident.get("/v1/me/score")).headers["etag"]
    for client in (application.http, application.plain):
        headers = resident.headers(if_none_match=etag)
        again = await client.get("/v1/me/score", headers=headers)
        assert (again.status_code, again.content) == (304, b"")


async def test_signing_out_closes_the_hot_route_at_once(resident):
    assert (await resident.get("/v1/me/score")).status_code == 200
    assert (await resident.post("/v1/auth/logout", {})).status_code in (200, 204)
    assert (await resident.get("/v1/me/score")).status_code == 401


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_beside_sqlite_an_answer_goes_out_in_the_turn_in_which_it_was_asked_for(
    application, resident
):
    front = application.http._transport.app
    scope = {
        "type": "http", "method": "GET", "path": "/v1/me/score", "state": {},
        "headers": [(name.lower().encode(), value.encode())
                    for name, value in resident.headers().items()],
    }  # fmt: skip
    said = []

    async def send(message):
        said.append(message)

    await asyncio.sleep(0)
    begun = front(scope, None, send).__await__()
    with pytest.raises(StopIteration):  # it never waits
        begun.send(None)
    assert [message.get("status") for message in said] == [200, None]


async def test_emptying_the_cache_changes_no_answer(application, resident):
    before = (await resident.get("/v1/me/score")).content
    await application.app.state.cache._client.flushall()
    assert (await resident.get("/v1/me/score")).content == before


@on_postgres
async def test_missed_scores_of_a_turn_are_one_statement_and_each_is_their_own(
    application, monkeypatch
):
    visitors = [await application.visitor(n) for n in ADULTS[:4]]
    for visitor in visitors:
        assert (await visitor.join()).status_code == 201
    await make_record(await person_of(visitors[1]), "volunteer.hours", date(2026, 5, 1))
    for enrollment in await Enrollment.all():
        await application.app.state.scores.refresh(enrollment.resident_id, "records")
    await visitors[3].post("/v1/auth/logout", {})
    before = [await visitor.get("/v1/me/score") for visitor in visitors]
    await application.app.state.cache._client.flushall()
    statements = Statements()
    monkeypatch.setattr(hot, "select", statements)
    monkeypatch.setattr(Scores, "current", None)  # the ordinary route would end in an error
    after = await asyncio.gather(*[visitor.get("/v1/me/score") for visitor in visitors])
    assert [answer.content for answer in after[:3]] == [answer.content for answer in before[:3]]
    assert len({answer.content for answer in after[:3]}) == 2
    assert after[3].status_code == 401
    assert statements.count == 1


@on_postgres
async def test_a_hot_read_that_finds_no_database_leaves_the_answer_to_the_ordinary_route(
    application, resident, monkeypatch
):
    before = await resident.get("/v1/me/score")
    await application.app.state.cache._client.flushall()
    statements = Statements(fails=Busy())
    monkeypatch.setattr(hot, "select", statements)
    assert (await resident.get("/v1/me/score")).content == before.content
    assert statements.count == 1


async def test_a_database_that_lets_nobody_in_is_told_as_busy_with_when_to_come_again(
    postgres_url, frozen_clock
):
    async with line_to(postgres_url) as line, running(line.url) as application:
        resident = await application.visitor(ADULTS[0])
        assert (await resident.join()).status_code == 201
        await application.app.state.cache._client.flushall()
        line.falls_silent()
        await connection()._pool.expire_connections()
        refused = await resident.get("/v1/me/score")
    assert (refused.status_code, refused.json()["errcode"]) == (503, -1)
    assert refused.headers["retry-after"] == "1"
