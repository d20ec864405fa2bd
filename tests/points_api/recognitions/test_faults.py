"""Six faults of a partner behind a real server: each has its name, and none costs our residents.

Slow, down, lying, with a wrong clock, with an old key, of another version.
"""

import asyncio
import json
from datetime import timedelta
from statistics import median
from time import perf_counter

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from interop import jws, statement
from interop.keys import Signer
from interop.signing import Response, sign_response
from interop.statement import Answer, Asked, Standing
from points_api import clock
from points_api.partners.breaker import BUDGET
from points_api.verifications.models import Verification
from tests.points_api.recognitions.misbehaving import behind_a_server, honest
from tests.points_api.recognitions.two_cities import HOME, ROOM
from tests.points_api.recognitions.visiting import joined, status_of
from tests.points_api.verifications import shop
from tests.points_api.verifications.conftest import ADULTS

# What is looked at here is between two cities, and not in their databases.
pytestmark = pytest.mark.parametrize("urls", ["sqlite"], indirect=True)
JSON = {"content-type": "application/json"}
OLD = Signer(f"{HOME}/message-old", Ed25519PrivateKey.generate())


async def said(city, asked, signer=None, standing=None, now=None, **changed):
    """An answer whose signatures hold, whatever it says."""
    exchange = city.home.state.exchange
    members = await city.home.run(exchange.directory.members(clock.now()))
    question = Asked.model_validate(json.loads(asked.body)).model_copy(update=changed)
    token = statement.state(
        question,
        Standing("A" * 43, "good", clock.today(), "c" * 20, **(standing or {})),
        exchange.keys.signer(members, "statement"),
        now or clock.now(),
    )
    plain = Response(200, JSON, Answer(statement=token).body())
    own = signer or exchange.keys.signer(members)
    return sign_response(plain, asked, own, now or clock.now(), f"nonce-{id(asked)}-{id(plain)}")


async def never(city, asked):
    city.arrived.put_nowait(asked)
    await city.release.wait()


async def hung_up(city, asked):
    return None


async def to_another_question(city, asked):
    return await said(city, asked, nonce="another-question-0001")


async def of_another_scenario(city, asked):
    return await said(city, asked, scenario="another-scenario")


async def with_a_score(city, asked):
    return await said(city, asked, standing={"score": "700"}, score=True)


async def of_an_hour_ago(city, asked):
    return await said(city, asked, now=clock.now() - timedelta(hours=1))


async def of_the_future(city, asked):
    return await said(city, asked, now=clock.now() + timedelta(minutes=10))


async def by_an_old_key(city, asked):
    return await said(city, asked, signer=OLD)


async def in_another_version(city, asked):
    exchange = city.home.state.exchange
    members = await city.home.run(exchange.directory.members(clock.now()))
    token = json.loads((await said(city, asked)).body)["statement"]
    claims = jws.read(token, statement.TYPE).claims | {"grade": "A"}
    newer = jws.sign(claims, statement.TYPE, exchange.keys.signer(members, "statement"))
    plain = Response(200, JSON, Answer(statement=newer).body())
    signer = exchange.keys.signer(members)
    return sign_response(plain, asked, signer, clock.now(), f"nonce-{id(asked)}-{id(plain)}")


async def without_this_address(city, asked):
    return Response(404, JSON, b'{"detail":"Not Found"}')


async def endless(city, asked):
    return Response(200, JSON, b" " * (2 * 1024 * 1024))


CASES = {
    "slow": (never, 503, "timed-out", "没有及时答复"),
    "down": (hung_up, 503, "not-reached", "连不上"),
    "endless": (endless, 503, "too-large", "与所问不符"),
    "lying about the question": (to_another_question, 502, "wrong-nonce", "与所问不符"),
    "lying about the scenario": (of_another_scenario, 502, "wrong-scope", "与所问不符"),
    "telling too much": (with_a_score, 502, "score-unasked", "与所问不符"),
    "a clock behind": (of_an_hour_ago, 502, "stale", "时钟"),
    "a clock ahead": (of_the_future, 502, "from-the-future", "时钟"),
    "an old key": (by_an_old_key, 502, "unknown-key", "密钥"),
    "a newer statement": (in_another_version, 502, "malformed", "另一版本"),
    "a newer address": (without_this_address, 503, "http-404", "另一版本"),
}


def patience(behavior):
    """In seconds: short only for who never answers, for an answer takes long on a busy machine."""
    return 0.4 if behavior is never else 30


@pytest.mark.parametrize("case", CASES)
async def test_each_fault_has_a_clear_answer_and_counts(cities, case):
    behavior, status, reason, words = CASES[case]
    async with behind_a_server(cities, patience(behavior)) as tianjin:
        tianjin.behavior = behavior
        answer = await cities.verify(await cities.code())
    told = answer.json()
    slug = "home-not-asked" if status == 503 else "home-answer-refused"
    assert (answer.status_code, told["type"]) == (status, f"/problems/{slug}")
    assert told["reason"] == reason
    assert words in told["detail"]
    assert "这不是“不符合条件”" in told["detail"]
    assert await cities.host.run(lambda: Verification.all().count()) == 0
    shown = await status_of(cities)
    assert (shown["failed"], shown["answered"], shown["state"]) == (1, 0, "closed")
    assert (shown["last_reason"], words in shown["last_reason_text"]) == (reason, True)
    assert shown["error_budget"] == {
        "asked": 1, "failed": 1, "allowed": BUDGET, "left": BUDGET - 1,
    }  # fmt: skip


@pytest.mark.parametrize("case", CASES)
async def test_whoever_goes_on_with_a_fault_is_left_to_rest_and_comes_back(
    cities, case, frozen_clock
):
    behavior, _, reason, _ = CASES[case]
    async with behind_a_server(cities, patience(behavior)) as tianjin:
        tianjin.behavior = behavior
        for _ in range(3):
            assert (await cities.verify(await cities.code())).json()["reason"] == reason
        tianjin.behavior = honest
        cities.host.state.exchange.client.seconds = patience(honest)
        resting = await cities.verify(await cities.code())
        assert (resting.status_code, resting.json()["reason"]) == (503, "resting")
        assert tianjin.asked == 3
        assert (await status_of(cities))["state"] == "open"
        frozen_clock.forward(timedelta(seconds=30))
        assert (await status_of(cities))["state"] == "half_open"
        assert (await cities.verify(await cities.code())).json()["eligible"] is True
        assert (await status_of(cities))["state"] == "closed"


async def test_an_answer_that_drips_does_not_hold_a_till_longer_than_one_that_never_comes(cities):
    async with behind_a_server(cities, seconds=0.4) as tianjin:
        tianjin.drip = 0.02  # each byte well within any time-out of its own
        began = perf_counter()
        answer = await cities.verify(await cities.code())
        waited = perf_counter() - began
    assert answer.json()["reason"] == "timed-out"
    assert waited < 2


async def test_where_nothing_listens_the_city_is_down(cities):
    async with behind_a_server(cities, patience(honest)) as tianjin:
        tianjin.close()
        answer = await cities.verify(await cities.code())
    assert (answer.status_code, answer.json()["reason"]) == (503, "not-reached")


async def test_a_clock_that_is_wrong_at_home_refuses_our_question_by_name(cities):
    code = await cities.code()
    wrong = clock.Fixed(clock.now() + timedelta(minutes=10))
    cities.home.context.run(clock._fixed.set, wrong)
    async with behind_a_server(cities, patience(honest)):
        answer = await cities.verify(code)
    assert (answer.status_code, answer.json()["reason"]) == (503, "stale")
    assert "时钟" in answer.json()["detail"]


async def test_our_own_residents_are_verified_meanwhile_as_ever(cities):
    resident = await joined(cities.host, ADULTS[1])
    await shop.consent(resident, ROOM)
    first = (await shop.shown(resident, ROOM))["code"]
    codes = await shop.codes_in_bulk(cities.host.application, first, 40)

    async def times(mine):
        spent = []
        for code in mine:
            began = perf_counter()
            answer = await cities.till.verify(code, ROOM)
            spent.append(perf_counter() - began)
            assert answer.json()["eligible"] is True, answer.text
        return median(spent)

    before = await times(codes[:20])
    async with behind_a_server(cities, seconds=30) as tianjin, asyncio.TaskGroup() as tasks:
        tianjin.behavior = never
        visitors = [
            tasks.create_task(cities.verify(code)) for code in [await cities.code() for _ in "123"]
        ]
        for _ in visitors:
            await tianjin.arrived.get()
        during = await times(codes[20:])
        assert not any(one.done() for one in visitors)
        tianjin.release.set()
    assert {one.result().json()["reason"] for one in visitors} == {"not-reached"}
    assert during < 3 * before + 0.02
