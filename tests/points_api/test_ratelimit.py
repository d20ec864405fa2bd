"""Caps shared by all processes over Redis, and by one process alone where Redis is gone."""

import asyncio
import shutil
import time
from datetime import timedelta

import pytest

from points_api.cache import Cache
from points_api.problem import RateLimited
from points_api.ratelimit import Limits, LocalCap, Policy, headers
from tests.points_api.redis_server import RedisServer

FIVE = Policy("calls", quota=5, seconds=60, alone=2)


@pytest.fixture
async def cache():
    made = Cache.from_url("memory://", "city:")
    yield made
    await made.aclose()


@pytest.fixture
def server(tmp_path):
    if not shutil.which("redis-server"):
        pytest.skip("needs redis-server")
    one = RedisServer(tmp_path)
    one.start()
    yield one
    one.kill()


async def test_of_ten_exactly_five_pass_and_the_headers_count_down(cache):
    limits = Limits(cache)
    verdicts = [await limits.take(FIVE, "a") for _ in range(10)]
    assert [v.allowed for v in verdicts] == [True] * 5 + [False] * 5
    assert [v.remaining for v in verdicts] == [4, 3, 2, 1, 0] + [0] * 5
    assert headers(verdicts[:1]) == [
        (b"ratelimit-policy", b'"calls";q=5;w=60'), (b"ratelimit", b'"calls";r=4;t=60'),
    ]  # fmt: skip
    assert (await limits.take(FIVE, "b")).allowed
    with pytest.raises(RateLimited) as refusal:
        verdicts[-1].refuse()
    assert refusal.value.headers == {"Retry-After": "60"}


async def test_of_ten_at_once_from_two_processes_exactly_five_pass(server):
    caches = [Cache.from_url(server.url, "city:") for _ in range(2)]
    both = [Limits(cache) for cache in caches]
    verdicts = await asyncio.gather(*(both[n % 2].take(FIVE, "a") for n in range(10)))
    assert sum(v.allowed for v in verdicts) == 5
    for cache in caches:
        await cache.aclose()


async def test_after_the_seconds_told_the_next_one_passes(server):
    cache = Cache.from_url(server.url)
    limits, short = Limits(cache), Policy("short", quota=3, seconds=1, alone=1)
    for _ in range(2):
        while (verdict := await limits.take(short, "a")).allowed:
            pass
        await asyncio.sleep(verdict.reset_seconds)
        assert (await limits.take(short, "a")).allowed
    await cache.aclose()


async def test_while_redis_is_gone_nobody_waits_and_each_process_lets_its_own_part_through(server):
    cache = Cache.from_url(server.url)
    limits = Limits(cache)
    assert (await limits.take(FIVE, "a")).quota == 5
    server.kill()
    started = time.perf_counter()
    verdicts = [await limits.take(FIVE, "a") for _ in range(5)]
    assert time.perf_counter() - started < 0.5
    assert [v.allowed for v in verdicts] == [True, True, False, False, False]
    assert {v.quota for v in verdicts} == {2}
    server.start()
    for _ in range(200):
        if cache.available:
            break
        await asyncio.sleep(0.02)
    assert (await limits.take(FIVE, "a")).quota == 5
    await cache.aclose()


async def test_a_frozen_redis_costs_one_timeout_and_not_one_per_call(server):
    cache = Cache.from_url(server.url)
    limits = Limits(cache)
    await limits.take(FIVE, "a")
    server.freeze()
    started = time.perf_counter()
    await asyncio.gather(*(limits.take(FIVE, str(n)) for n in range(50)))
    await asyncio.gather(*(limits.take(FIVE, str(n)) for n in range(50)))
    assert time.perf_counter() - started < 3
    server.thaw()
    await cache.aclose()


def test_a_local_cap_lets_its_quota_through_at_once_and_then_evenly(frozen_clock):
    cap = LocalCap("calls", 6, 60)
    assert [cap.take("a").allowed for _ in range(7)] == [True] * 6 + [False]
    assert cap.take("a").reset_seconds == 10
    frozen_clock.forward(timedelta(seconds=10))
    assert [cap.take(key).allowed for key in "aab"] == [True, False, True]
    frozen_clock.forward(timedelta(hours=1))
    assert (cap.take("a", 6).allowed, cap.take("a").allowed) == (True, False)
    frozen_clock.forward(-timedelta(hours=1))  # a clock that is set back gives nothing away
    assert not cap.take("a").allowed


def test_a_local_cap_keeps_a_bounded_number_of_keys(frozen_clock):
    cap = LocalCap("calls", 1, 60, most_keys=3)
    assert [cap.take(key).allowed for key in "abcd"] == [True] * 4
    assert not cap.take("d").allowed
    assert cap.take("a").allowed  # forgotten long since


async def test_the_cap_of_this_process_takes_no_trip(cache):
    limits = Limits(cache)
    assert [limits.take_here(FIVE, "a").allowed for _ in range(6)] == [True] * 5 + [False]
    assert limits.take_here(FIVE, "b").remaining == 4
