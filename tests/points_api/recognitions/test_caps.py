"""How much a partner may ask, told on every answer, and one partner does not use up another's."""

import secrets
from datetime import timedelta

import pytest

from interop.batch import asking
from interop.canonical import parse
from points_api.recognitions.models import RecognitionBatch
from tests.points_api.recognitions.asking import PATH as BATCH
from tests.points_api.recognitions.questions import asked
from tests.points_api.recognitions.two_cities import HOME, connected
from tests.points_api.recognitions.visiting import prepared

# The caps are counted in the cache, and not in the database.
pytestmark = pytest.mark.parametrize("urls", ["sqlite"], indirect=True)
PROFILE = "/interop/v1/profile"


@pytest.fixture
async def cities(urls, rules, tmp_path, frozen_clock, monkeypatch):
    monkeypatch.setenv("POINTS_PARTNER_CALLS_PER_MINUTE", "5")
    monkeypatch.setenv("POINTS_PARTNER_BATCHES_PER_MINUTE", "2")
    async with connected(urls, tmp_path, rules) as (home, host, wire):
        yield await prepared(home, host, wire)


async def answers(cities, count, method, path, body=lambda: b""):
    client = cities.host.state.exchange.client
    got = [await cities.host.run(client.ask(HOME, method, path, body())) for _ in range(count)]
    return [one.response for one in got]


def left(response):
    return [one.split(";t=")[0] for one in response.headers["ratelimit"].split(", ")]


async def test_of_seven_calls_five_pass_and_all_seven_tell_the_cap_and_are_signed(cities):
    said = await answers(cities, 7, "GET", PROFILE)
    assert [one.status for one in said] == [200] * 5 + [429] * 2
    assert {one.headers["ratelimit-policy"] for one in said} == {'"partner";q=5;w=60'}
    assert [left(one) for one in said] == [[f'"partner";r={n}'] for n in (4, 3, 2, 1, 0, 0, 0)]
    refused = said[-1]
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    problem = parse(refused.body)
    assert (problem["type"], problem["limit"]) == ("/problems/rate-limited", "partner")
    assert all("signature" in one.headers for one in said)


async def test_batches_have_a_cap_of_their_own_and_what_is_refused_is_not_taken_in(cities):
    def batch():
        return asking(secrets.token_urlsafe(24), [asked("UNKNOWN" * 6)]).body()

    said = await answers(cities, 3, "POST", BATCH, batch)
    assert [one.status for one in said] == [200, 200, 429]
    assert parse(said[-1].body)["limit"] == "partner-batch"
    assert left(said[1]) == ['"partner";r=3', '"partner-batch";r=0']
    kept = await cities.home.run(lambda: RecognitionBatch.all().count())
    assert kept == 2


async def test_questions_are_counted_and_a_till_is_told_that_it_is_no_no(cities, frozen_clock):
    for _ in range(5):
        assert (await cities.visit()).json()["eligible"] is True
    answer = await cities.visit()
    assert (answer.status_code, answer.json()["reason"]) == (503, "http-429")
    assert "问得太多" in answer.json()["detail"]
    assert cities.host.state.exchange.client.breakers[HOME].failed == 0
    frozen_clock.forward(timedelta(minutes=1))
    assert (await cities.visit()).json()["eligible"] is True


async def test_who_only_claims_to_be_a_partner_uses_up_nothing_of_theirs(cities):
    for _ in range(9):
        answer = await cities.home.application.http.get(
            PROFILE, headers={"signature": "city=:AAAA:", "signature-input": "city=()"}
        )
        assert answer.status_code == 401
        assert "ratelimit" not in answer.headers
    [said] = await answers(cities, 1, "GET", PROFILE)
    assert left(said) == ['"partner";r=4']
