from datetime import timedelta
from uuid import UUID

import pytest

from points_api.audit.models import AuditEntry
from points_api.auth import service, sessions
from points_api.auth.models import Session
from points_api.auth.problems import SessionEnded
from points_api.auth.sessions import ASK, LIVE, OUT, marker_key
from points_api.cache import Cache
from points_api.db.models import OutboxEvent
from points_api.db.reads import exists
from points_api.db.transaction import dialect
from tests.points_api.auth.door import bearer
from tests.points_api.auth.door import door as open_door


async def sign_out(door, tokens, **body):
    return await door.client.post(
        "/v1/auth/logout", json=body, headers=bearer(tokens["access_token"])
    )


async def status(door, tokens):
    answer = await door.client.get("/v1/me/enrollment", headers=bearer(tokens["access_token"]))
    return answer.status_code


@pytest.fixture
async def another(door):
    """A second process on the same database and Redis."""
    async with open_door(cache=door.cache) as one:
        yield one


async def test_signing_out_ends_the_session_on_every_process_at_once(door, another):
    tokens, other = await door.sign_in(1), await door.sign_in(1)
    assert [await status(one, tokens) for one in (door, another)] == [200, 200]
    assert (await sign_out(door, tokens)).status_code == 204
    assert [await status(one, tokens) for one in (another, door)] == [401, 401]
    assert await status(another, other) == 200


async def test_who_was_signed_out_costs_the_database_nothing_more(door):
    tokens = await door.sign_in(1)
    await sign_out(door, tokens)
    assert await marker(door, (await Session.get()).id) == OUT


async def test_signing_out_without_a_body_is_signing_out_here(door):
    tokens, other = await door.sign_in(1), await door.sign_in(1)
    answer = await door.client.post("/v1/auth/logout", headers=bearer(tokens["access_token"]))
    assert answer.status_code == 204
    assert [await status(door, tokens), await status(door, other)] == [401, 200]


async def test_signing_out_everywhere_ends_all_sessions_of_this_resident_only(door, another):
    mine, also_mine, others = [await door.sign_in(n) for n in (1, 1, 2)]
    for tokens in (mine, also_mine, others):
        assert await status(another, tokens) == 200
    await sign_out(door, mine, everywhere=True)
    assert [await status(another, one) for one in (mine, also_mine, others)] == [401, 401, 200]


async def test_a_session_that_ended_cannot_be_refreshed(door):
    tokens = await door.sign_in(1)
    await sign_out(door, tokens)
    answer = await door.client.post(
        "/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]}
    )
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/session-ended")


async def test_signing_out_is_audited_and_told_to_the_outbox_once(door):
    tokens = await door.sign_in(1)
    await sign_out(door, tokens)
    session = await Session.get()
    entry = await AuditEntry.get(action="session.end")
    event = await OutboxEvent.get(topic="session.ended")
    assert entry.actor == f"resident:{session.resident_id}"
    assert event.payload == {"sessions": [str(session.id)]}


async def test_emptying_redis_changes_no_answer(door):
    live, out = await door.sign_in(1), await door.sign_in(1)
    await sign_out(door, out)
    for _ in range(2):
        await door.cache._client.flushall()
        assert [await status(door, live), await status(door, out)] == [200, 401]
        assert [await status(door, live), await status(door, out)] == [200, 401]


async def test_without_redis_the_database_answers(frozen_clock, database):
    async with open_door(cache=Cache.from_url("redis://127.0.0.1:1")) as door:
        live, out = await door.sign_in(1), await door.sign_in(1)
        assert await status(door, live) == 200
        await sign_out(door, out)
        assert [await status(door, live), await status(door, out)] == [200, 401]
        await door.cache.aclose()


async def test_two_processes_share_the_news_through_a_real_redis(frozen_clock, database, redis_url):
    one_cache, two_cache = (Cache.from_url(redis_url, prefix=f"{database}:") for _ in range(2))
    async with open_door(cache=one_cache) as one, open_door(cache=two_cache) as two:
        tokens = await one.sign_in(1)
        assert await status(two, tokens) == 200
        await sign_out(one, tokens)
        assert await status(two, tokens) == 401
    await one_cache.aclose()
    await two_cache.aclose()


async def test_a_live_session_is_looked_up_once_a_minute_and_beside_sqlite_each_time(
    door, monkeypatch
):
    tokens = await door.sign_in(1)
    asked = []

    async def counted(*question):
        asked.append(question)
        return await exists(*question)

    monkeypatch.setattr(sessions, "exists", counted)
    assert [await status(door, tokens) for _ in range(5)] == [200] * 5
    assert len(asked) == (5 if dialect() == "sqlite" else 1)


async def sid_of(door):
    await door.sign_in(1)
    return (await Session.get()).id


async def marker(door, sid):
    return await door.cache.get(marker_key(str(sid)))


async def test_a_slow_reader_cannot_revive_a_session_that_is_being_ended(door, frozen_clock):
    sid = await sid_of(door)
    live = door.identity.sessions
    await live.ending([sid])
    # The reader looked before the commit, and says what it saw after the end was announced.
    assert await live.is_live(str(sid))
    assert await marker(door, sid) == ASK
    await service._revoke([sid], None, "signed_out", frozen_clock.at)
    assert sessions.read(await marker(door, sid)) is None
    with pytest.raises(SessionEnded):
        await live.require_live(str(sid))
    await live.ended([sid])
    assert await marker(door, sid) == OUT
    await live.is_live(str(sid))
    assert await marker(door, sid) == OUT


async def test_a_sign_out_that_died_before_its_commit_signs_nobody_out(door):
    sid = await sid_of(door)
    await door.identity.sessions.ending([sid])
    await door.identity.sessions.require_live(str(sid))


async def test_a_session_past_its_end_is_not_live(door, frozen_clock):
    sid = await sid_of(door)
    frozen_clock.forward(timedelta(days=30))
    assert not await door.identity.sessions.is_live(str(sid))
    assert not await door.identity.sessions.is_live(str(UUID(int=1)))


def test_a_marker_tells_yes_no_or_nothing():
    assert sessions.read(LIVE) is True
    assert sessions.read(OUT) is False
    assert sessions.read(ASK) is None
    assert sessions.read(None) is None
    assert sessions.read(b"something") is None
