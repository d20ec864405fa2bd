"""A partner that is down, slow, lying, wrong about the time or its key: a clear answer here."""

from datetime import timedelta

import httpx
import pytest

from points_api import clock
from points_api.crypto.keyring import Keyring
from points_api.partners.keys import OwnKeys
from points_api.settings import load
from points_api.verifications.models import Verification
from tests.points_api.recognitions.two_cities import HOME, LOCAL, ROOM, _secret
from tests.points_api.recognitions.visiting import status_of

# What is looked at here is between two cities, and not in their databases.
pytestmark = pytest.mark.parametrize("urls", ["sqlite"], indirect=True)


async def _down(request):
    raise httpx.ConnectError("refused")


async def _slow(request):
    raise httpx.ReadTimeout("slow")


async def _altered(answer):
    return httpx.Response(200, headers=answer.headers, content=answer.content + b" ")


async def _unsigned(answer):
    return httpx.Response(200, content=answer.content)


async def _failing(answer):
    return httpx.Response(500, content=b"oops")


async def _of_another_request(answer):
    kept = getattr(_of_another_request, "kept", None)
    _of_another_request.kept = answer  # type: ignore[attr-defined]
    return kept


CASES = [
    ("before", _down, 503, "home-not-asked", "not-reached"),
    ("before", _slow, 503, "home-not-asked", "timed-out"),
    ("after", _failing, 503, "home-not-asked", "http-500"),
    ("after", _altered, 502, "home-answer-refused", "digest-mismatch"),
    ("after", _unsigned, 502, "home-answer-refused", "malformed"),
]


@pytest.mark.parametrize(("where", "trouble", "status", "slug", "reason"), CASES)
async def test_the_merchant_is_told_that_there_is_no_answer(
    cities, where, trouble, status, slug, reason
):
    code = await cities.code()
    setattr(cities.wire, where, trouble)
    answer = await cities.verify(code)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")
    assert answer.json()["reason"] == reason
    assert await cities.host.run(Verification.all().count) == 0
    if where == "before":  # the code was not seen at home, so it is still good
        cities.wire.before = None
        assert (await cities.verify(code)).json()["eligible"] is True


async def test_an_answer_to_another_question_does_not_count(cities):
    first, second = await cities.code(), await cities.code()
    await cities.verify(first)
    cities.wire.after = _of_another_request
    await cities.verify(second)
    answer = await cities.verify(await cities.code())
    assert (answer.status_code, answer.json()["reason"]) == (502, "bad-signature")


@pytest.mark.parametrize(("ahead", "reason"), [(-10, "from-the-future"), (10, "stale")])
async def test_a_partner_with_a_wrong_clock_is_told_apart(cities, ahead, reason):
    code = await cities.code()
    wrong = clock.Fixed(clock.now() + timedelta(minutes=ahead))
    cities.home.context.run(clock._fixed.set, wrong)
    answer = await cities.verify(code)
    assert (answer.status_code, answer.json()["reason"]) == (503, reason)


async def test_a_partner_whose_key_is_not_listed_cannot_answer(cities):
    code = await cities.code()
    keyring = Keyring.from_settings(load({"secret_keys": _secret(9)}))
    object.__setattr__(cities.home.state.exchange, "keys", OwnKeys(keyring, HOME))
    answer = await cities.verify(code)
    assert (answer.status_code, answer.json()["reason"]) == (503, "own-key-not-listed")


async def test_a_partner_that_keeps_failing_is_left_to_rest_and_tried_again(cities, frozen_clock):
    cities.wire.before = _down
    for _ in range(3):
        assert (await cities.verify(await cities.code())).json()["reason"] == "not-reached"
    cities.wire.before = None
    assert (await cities.verify(await cities.code())).json()["reason"] == "resting"
    status = await status_of(cities)
    assert (status["state"], status["failed"], status["last_reason"]) == ("open", 3, "not-reached")
    frozen_clock.forward(timedelta(seconds=30))
    assert (await cities.verify(await cities.code())).json()["eligible"] is True
    assert (await status_of(cities))["state"] == "closed"


async def test_a_scenario_for_residents_alone_and_a_city_without_agreement_are_told(cities):
    for scenario, home in ((LOCAL, HOME), (ROOM, "110000"), (ROOM, "420200")):
        answer = await cities.verify("C" * 40, scenario, home)
        assert (answer.status_code, answer.json()["type"]) == (
            409, "/problems/visitors-not-recognized",
        )  # fmt: skip
    # Hangzhou is a party, but no member of this directory.
    answer = await cities.verify("C" * 40, home="330100")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-city")
    assert not cities.wire.crossed


async def test_without_a_directory_in_force_nobody_is_asked(cities, frozen_clock):
    frozen_clock.forward(timedelta(days=31))
    answer = await cities.host.run(_asked_late(cities))
    assert answer == "directory-expired"


async def _asked_late(cities):
    from points_api.partners.problems import ExchangeClosed

    try:
        await cities.host.state.exchange.client.ask(HOME, "GET", "/interop/v1/profile")
    except ExchangeClosed as closed:
        return closed.fields["reason"]
