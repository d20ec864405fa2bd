"""The same promises on a real Redis that is emptied, frozen, killed and started again."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from time import perf_counter

import pytest

from points_api.cache import Cache
from points_api.redis_client import TIMEOUT_SECONDS
from tests.points_api.redis_server import RedisServer, own_redis

TTL = 60.0


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[RedisServer]:
    with own_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
async def cache(server: RedisServer) -> AsyncIterator[Cache]:
    server.tell("FLUSHALL")
    cache = Cache.from_url(server.url, "hs:")
    yield cache
    await cache.aclose()


async def until(condition: Callable[[], object]) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it did not come true in ten seconds")


async def test_reads_of_one_turn_are_one_command(cache, server):
    for number in range(40):
        await cache.put(f"k{number}", number, bytes([number, 0, 255]), TTL)
    server.tell("CONFIG", "RESETSTAT")
    found = await asyncio.gather(*(cache.get(f"k{number}") for number in range(40)))
    assert found == [bytes([number, 0, 255]) for number in range(40)]
    calls = server.tell("INFO", "commandstats")
    assert "cmdstat_mget:calls=1," in calls
    assert "cmdstat_get:" not in calls


async def test_versions_hold_with_many_writers_at_once(cache):
    versions = [(number * 7919) % 1000 for number in range(300)]
    await asyncio.gather(*(cache.put("v", v, str(v).encode(), TTL) for v in versions))
    assert await cache.get("v") == str(max(versions)).encode()
    await cache.put("big", 2**40, b"new", TTL)
    await cache.put("big", 9, b"old", TTL)
    assert await cache.get("big") == b"new"


async def test_values_end_with_their_time(cache):
    await cache.set("s", b"x", 0.05)
    await cache.put("p", 1, b"x", 0.05)
    await asyncio.sleep(0.1)
    assert await cache.get_many(["s", "p"]) == [None, None]


async def test_emptied_it_only_forgets(cache, server):
    await cache.put("a", 5, b"x", TTL)
    server.tell("FLUSHALL")
    server.tell("SCRIPT", "FLUSH")
    assert await cache.get("a") is None
    assert cache.available
    assert await cache.put("a", 5, b"x", TTL)
    assert await cache.get("a") == b"x"


async def test_full_it_refuses_writes_and_still_reads(cache, server):
    await cache.put("a", 1, b"x", TTL)
    server.tell("CONFIG", "SET", "maxmemory", "1")
    try:
        assert await cache.set("b", b"y", TTL) is False
        assert await cache.put("a", 2, b"y", TTL) is False
        assert await cache.get("a") == b"x"
        assert cache.available
    finally:
        server.tell("CONFIG", "SET", "maxmemory", "0")
    assert await cache.put("a", 2, b"y", TTL)


async def test_started_again_between_two_requests_it_is_not_noticed(cache, server):
    await asyncio.gather(*(cache.set(f"k{n}", b"x", TTL) for n in range(64)))
    server.kill()
    server.start()
    assert await cache.set("a", b"x", TTL)
    assert await asyncio.gather(*(cache.take("none") for _ in range(64))) == [None] * 64
    assert cache.available
    assert await cache.get("a") == b"x"


async def test_killed_it_costs_a_request_next_to_nothing(cache, server):
    await cache.put("a", 1, b"x", TTL)
    server.kill()
    try:
        started = perf_counter()
        for _ in range(200):
            assert await cache.get("a") is None
            assert await cache.put("a", 1, b"x", TTL) is False
        each = (perf_counter() - started) / 200
        assert each < 0.005
    finally:
        server.start()
    await until(lambda: cache.available)
    assert await cache.put("a", 1, b"x", TTL)
    assert await cache.get("a") == b"x"


async def test_frozen_it_holds_up_only_who_was_under_way(cache, server):
    await cache.put("a", 1, b"x", TTL)
    server.freeze()
    try:
        started = perf_counter()
        found = await asyncio.gather(
            *(cache.get("a") for _ in range(50)), *(cache.set("b", b"y", TTL) for _ in range(100))
        )
        waited = perf_counter() - started
        assert set(found) == {None, False}
        assert waited < TIMEOUT_SECONDS * 3
        started = perf_counter()
        for _ in range(200):
            assert await cache.get("a") is None
        assert (perf_counter() - started) / 200 < 0.005
    finally:
        server.thaw()
    await until(lambda: cache.available)
    assert await cache.get("a") == b"x"


async def test_requests_that_are_given_up_do_not_harm_those_that_follow(cache, server):
    await cache.put("a", 1, b"x", TTL)

    async def give_up(number: int) -> bool:
        try:
            async with asyncio.timeout(number * 0.0001):
                return bool(await cache.set(f"k{number}", b"x" * 1000, TTL))
        except TimeoutError:
            return False

    finished = [await asyncio.gather(*(give_up(n) for n in range(20))) for _ in range(20)]
    assert any(False in each for each in finished)
    assert await asyncio.gather(*(cache.get("a") for _ in range(40))) == [b"x"] * 40
    assert await cache.take("never") is None
    assert cache.available


async def test_slow_commands_queue_without_looking_like_an_outage(cache, server):
    """A thousand writers share the connections in order; none is told that Redis is gone."""
    stored = await asyncio.gather(*(cache.set(f"k{n}", b"x", TTL) for n in range(1000)))
    assert stored == [True] * 1000
    assert cache.available


async def test_a_cluster_is_spoken_to_as_one(tmp_path):
    with own_redis(tmp_path, "--cluster-enabled", "yes") as node:
        node.tell("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
        await until(lambda: "cluster_state:ok" in node.tell("CLUSTER", "INFO"))
        cache = Cache.from_url(f"redis+cluster://127.0.0.1:{node.port}", "hs:")
        for number in range(20):
            assert await cache.put(f"k{number}", 2, str(number).encode(), TTL)
            assert await cache.put(f"k{number}", 1, b"older", TTL)
        keys = [f"k{number}" for number in range(21)]
        found = await cache.get_many(keys)
        assert found == [str(number).encode() for number in range(20)] + [None]
        assert await cache.set_if_absent("jti", b"1", TTL) is True
        assert await cache.set_if_absent("jti", b"1", TTL) is False
        assert await cache.take("jti") == b"1"
        assert await cache.delete("k0", "k1")
        node.kill()
        started = perf_counter()
        assert await cache.get("k2") is None
        assert perf_counter() - started < TIMEOUT_SECONDS * 3
        assert not cache.available
        await cache.aclose()
