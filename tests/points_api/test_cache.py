"""What the cache promises, on the in-process Redis."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import fakeredis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from redis.asyncio import Connection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from points_api.cache import Cache

TTL = 60.0


class Counted:
    """The in-process Redis with a count of commands and a way to be gone, full or slow."""

    def __init__(self) -> None:
        self.server = fakeredis.FakeServer()
        self.real = fakeredis.FakeAsyncRedis(server=self.server)
        self.mgets: list[list[str]] = []
        self.fails: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    async def mget(self, keys: list[str]) -> Any:
        self.mgets.append(keys)
        await self.gate.wait()
        if self.fails:
            raise self.fails
        return await self.real.mget(keys)


async def until(condition: Callable[[], object]) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it did not come true in five seconds")


@pytest.fixture
async def redis() -> Counted:
    return Counted()


@pytest.fixture
async def cache(redis: Counted) -> AsyncIterator[Cache]:
    cache = Cache(redis, "hs:")
    yield cache
    await cache.aclose()


async def test_what_was_put_is_read_until_its_time_is_over(cache):
    body = bytes(range(256))
    assert await cache.put("a", 1, body, TTL)
    assert await cache.get("a") == body
    assert await cache.get("b") is None
    assert await cache.put("short", 1, body, 0.02)
    await asyncio.sleep(0.05)
    assert await cache.get("short") is None


@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=6))
def test_whatever_the_order_of_writers_the_newest_version_is_read(versions):
    async def play() -> bytes | None:
        cache = Cache.from_url("memory://")
        for version in versions:
            assert await cache.put("score", version, str(version).encode(), TTL)
        read = await cache.get("score")
        await cache.aclose()
        return read

    assert asyncio.run(play()) == str(max(versions)).encode()


async def test_a_slow_reader_cannot_put_back_what_was_forgotten(cache):
    await cache.put("score", 7, b"seven", TTL)
    await cache.forget("score", 8, TTL)
    assert await cache.get("score") is None
    await cache.put("score", 7, b"seven", TTL)
    assert await cache.get("score") is None
    await cache.put("score", 8, b"eight", TTL)
    assert await cache.get("score") == b"eight"


async def test_all_reads_of_one_turn_are_one_command(cache, redis):
    for number in range(50):
        await cache.put(f"k{number}", 1, str(number).encode(), TTL)
    singles = [cache.get(f"k{number}") for number in range(50)]
    many = cache.get_many(["k3", "absent", "k3", "k1"])
    *found, together = await asyncio.gather(*singles, many)
    assert found == [str(number).encode() for number in range(50)]
    assert together == [b"3", None, b"3", b"1"]
    assert len(redis.mgets) == 1
    assert len(redis.mgets[0]) == 51  # each key once
    assert await cache.get_many([]) == []
    assert len(redis.mgets) == 1


async def test_a_turn_with_very_many_keys_is_cut_into_several_commands(cache, redis):
    keys = [f"k{number}" for number in range(1500)]
    await cache.put("k1400", 1, b"x", TTL)
    found = await cache.get_many(keys)
    assert [key for key, value in zip(keys, found, strict=True) if value] == ["k1400"]
    assert [len(names) for names in redis.mgets] == [512, 512, 476]


async def test_one_reader_who_leaves_takes_nothing_from_the_others(cache, redis):
    await cache.put("a", 1, b"x", TTL)
    redis.gate.clear()

    async def impatient() -> bytes | None:
        try:
            return await asyncio.wait_for(cache.get("a"), 0.02)
        except TimeoutError:
            redis.gate.set()
            raise

    found = await asyncio.gather(
        cache.get("a"), impatient(), cache.get("a"), return_exceptions=True
    )
    assert len(redis.mgets) == 1
    assert (found[0], found[2]) == (b"x", b"x")
    assert isinstance(found[1], TimeoutError)


async def test_an_answer_with_an_error_is_none_for_all_and_the_next_turn_is_fresh(cache, redis):
    await cache.put("a", 1, b"x", TTL)
    redis.fails = ResponseError("OOM command not allowed")
    assert await cache.get_many(["a", "b"]) == [None, None]
    assert cache.available  # it answered, so it is not gone
    redis.fails = None
    assert await cache.get("a") == b"x"


async def test_a_mistake_of_ours_is_told_and_nobody_waits_for_it(cache, redis, capsys):
    redis.fails = ZeroDivisionError()
    assert await asyncio.wait_for(cache.get("a"), 1) is None
    await until(lambda: "ZeroDivisionError" in capsys.readouterr().err)
    redis.fails = None
    await cache.put("a", 1, b"x", TTL)
    assert await cache.get("a") == b"x"


async def test_without_redis_everything_answers_and_nothing_is_claimed(cache, redis):
    await cache.put("a", 1, b"x", TTL)
    redis.server.connected = False
    redis.fails = RedisConnectionError("gone")
    before = REGISTRY.get_sample_value("points_cache_writes_dropped_total", {"operation": "put"})
    assert await cache.get_many(["a", "b"]) == [None, None]
    assert not cache.available
    assert await cache.put("a", 2, b"y", TTL) is False
    assert await cache.set("s", b"y", TTL) is False
    assert await cache.set_if_absent("s", b"y", TTL) is None
    assert await cache.take("s") is None
    assert await cache.delete("a") is False
    assert await cache.ping() is False
    after = REGISTRY.get_sample_value("points_cache_writes_dropped_total", {"operation": "put"})
    assert after == (before or 0.0) + 1


async def test_while_redis_is_gone_nobody_asks_it_and_its_return_is_noticed(cache, redis):
    redis.server.connected = False
    redis.fails = RedisConnectionError("gone")
    await cache.get("a")
    asked = len(redis.mgets)
    for _ in range(100):
        assert await cache.get("a") is None
    assert len(redis.mgets) == asked
    redis.server.connected = True
    redis.fails = None
    await until(lambda: cache.available)
    assert await cache.put("a", 1, b"x", TTL)
    assert await cache.get("a") == b"x"


async def test_who_is_canceled_while_a_command_is_sent_ends_canceled(cache, redis, monkeypatch):
    """Before Python 3.12 redis-py answers a task that was canceled as if nothing had been."""
    loop = asyncio.get_running_loop()
    task = loop.create_task(cache.put("a", 1, b"x", TTL))
    send = Connection._send_packed_command

    async def canceled_at_the_last_moment(self, command):
        await send(self, command)
        task.cancel()

    monkeypatch.setattr(Connection, "_send_packed_command", canceled_at_the_last_moment)
    await asyncio.wait([task], timeout=10)
    assert task.cancelled()


async def test_closing_ends_a_probe_that_forgot_its_cancellation(redis, monkeypatch):
    cache = Cache(redis)
    pinged = asyncio.Event()

    async def ping():
        pinged.set()
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            raise RedisConnectionError("gone") from None

    monkeypatch.setattr(redis, "ping", ping, raising=False)
    redis.fails = RedisConnectionError("gone")
    async with asyncio.timeout(10):
        await cache.get("a")
        await pinged.wait()
    closing = asyncio.get_running_loop().create_task(cache.aclose())
    assert (await asyncio.wait([closing], timeout=10))[0]


async def test_closing_answers_who_still_waits(redis):
    cache = Cache(redis)
    redis.gate.clear()

    async def close_meanwhile() -> bytes | None:
        await until(lambda: redis.mgets)
        late, _ = await asyncio.gather(cache.get("b"), cache.aclose())
        return late

    async with asyncio.timeout(1):
        early, late = await asyncio.gather(cache.get("a"), close_meanwhile())
    assert (early, late) == (None, None)
    assert await cache.get("a") is None


async def test_of_many_who_take_one_gets_it(cache):
    await cache.set("code", b"x", TTL)
    found = await asyncio.gather(*(cache.take("code") for _ in range(20)))
    assert sorted(found, key=bool) == [None] * 19 + [b"x"]


async def test_of_many_who_claim_one_succeeds(cache):
    claims = await asyncio.gather(*(cache.set_if_absent("jti", b"1", TTL) for _ in range(20)))
    assert claims.count(True) == 1
    assert claims.count(False) == 19


async def test_deleted_keys_are_gone_and_deleting_nothing_is_fine(cache):
    await cache.set("a", b"x", TTL)
    assert await cache.delete("a", "never-there")
    assert await cache.get("a") is None
    assert await cache.delete()


async def test_cities_that_share_a_redis_do_not_see_each_other(redis):
    one, other = Cache(redis, "huangshi:"), Cache(redis, "tianjin:")
    await one.set("a", b"x", TTL)
    assert await other.get("a") is None


async def test_writes_left_for_the_end_of_the_turn_arrive_and_keep_to_versions_and_freedom() -> (
    None
):
    cache = Cache.from_url("memory://")
    await cache.put("newer", 7, b"seven", TTL)
    await cache.set("taken", b"first", TTL)
    cache.put_soon("newer", 6, b"six", TTL)
    cache.put_soon("fresh", 1, b"one", TTL)
    cache.set_if_absent_soon("taken", b"second", TTL)
    cache.set_if_absent_soon("free", b"mine", TTL)

    async def arrived() -> bool:
        return await cache.get("free") is not None

    for _ in range(100):
        if await arrived():
            break
        await asyncio.sleep(0.01)
    keys = ["newer", "fresh", "taken", "free"]
    assert await cache.get_many(keys) == [b"seven", b"one", b"first", b"mine"]
    await cache.aclose()


async def test_of_many_writes_of_a_key_in_one_turn_one_is_sent() -> None:
    counted = Counted()
    cache = Cache(counted)
    for n in range(50):
        cache.put_soon("same", n, b"%d" % n, TTL)
    assert len(cache._leaving) == 1
    for _ in range(100):
        if await cache.get("same"):
            break
        await asyncio.sleep(0.01)
    assert await cache.get("same") == b"49"
    await cache.aclose()
