"""The cap on a merchant's calls, told in headers on every answer; trying codes out."""

from datetime import timedelta

import httpx
import pytest

from points_api.app import create_app
from points_api.cache import Cache
from points_api.merchants.enumeration import CodeGuard
from points_api.problem import RateLimited
from points_api.ratelimit import Limits, Policy
from points_api.settings import load
from tests.points_api.merchants.shop import hired, opened


@pytest.fixture
async def http(frozen_clock, sqlite_url):
    """The application where a key may call five times a minute."""
    chosen = {"database_url": sqlite_url, "redis_url": "memory://", "merchant_calls_per_minute": 5}
    app = create_app(load(chosen))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://points") as client:
            yield client


async def test_of_ten_calls_five_pass_and_all_ten_tell_the_cap(http):
    manager = await opened(http)
    answers = [await manager.call("GET", "/me") for _ in range(10)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 5
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"merchant";q=5;w=60'}
    told = [answer.headers["ratelimit"].split(";t=")[0] for answer in answers]
    assert told == [f'"merchant";r={left}' for left in (4, 3, 2, 1, 0, 0, 0, 0, 0, 0)]
    refused = answers[-1]
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert (refused.json()["errcode"], refused.json()["limit"]) == (42900, "merchant")


async def test_each_key_has_a_cap_of_its_own_and_a_refusal_tells_it_too(http):
    manager = await opened(http)
    cashier = await hired(manager)
    refused = await cashier.call("GET", "/staff")
    assert refused.status_code == 403
    assert refused.headers["ratelimit"].startswith('"merchant";r=4')
    missing = await manager.call("GET", f"/staff/{manager.merchant_id}")
    assert missing.status_code == 404
    assert missing.headers["ratelimit"].startswith('"merchant";r=2')


async def test_others_than_merchants_are_neither_counted_nor_told(http):
    answer = await http.get("/v1/catalog")
    assert "ratelimit" not in answer.headers


@pytest.fixture
async def guard(frozen_clock):
    cache = Cache.from_url("memory://")
    yield CodeGuard(Limits(cache), Policy("failing-codes", 3, 60, alone=1))
    await cache.aclose()


async def test_only_different_failing_codes_count(guard):
    for _ in range(9):
        await guard.failed("c1", b"same")
    guard.require("c1")
    for mark in (b"2", b"3"):
        await guard.failed("c1", mark)
    with pytest.raises(RateLimited) as refusal:
        guard.require("c1")
    assert refusal.value.fields == {"limit": "failing-codes"}
    guard.require("c2")


async def test_a_barred_key_may_try_again_after_the_seconds_told(guard, frozen_clock):
    for mark in (b"1", b"2", b"3"):
        verdict = await guard.failed("c1", mark)
    frozen_clock.forward(timedelta(seconds=verdict.reset_seconds))
    guard.require("c1")
