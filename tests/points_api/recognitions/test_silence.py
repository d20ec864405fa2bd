"""What home does not say: every reason is one answer, at the wire and at the till."""

import json
from datetime import timedelta

import pytest

from interop import base64url
from points_api.partners.messages import response_of
from points_api.recognitions.models import Recognition
from tests.points_api.recognitions.two_cities import HOST, PARKING, ROOM


async def _below(cities):
    await cities.score(59_900)
    return await cities.code()


async def _paused(cities):
    code = await cities.code()
    answer = await cities.visitor.http.put("/v1/me/pause", headers=cities.visitor.headers())
    assert answer.status_code < 300
    return code


async def _not_joined(cities):
    code = await cities.code()
    assert (await cities.visitor.delete("/v1/me/enrollment")).status_code == 200
    return code


async def _no_consent(cities):
    code = await cities.code()
    assert (await cities.visitor.delete("/v1/me/consents?purpose=city")).status_code == 200
    return code


async def _signed_out(cities):
    code = await cities.code()
    assert (await cities.visitor.post("/v1/auth/logout")).status_code < 300
    return code


async def _unknown(cities):
    return "VISIT" * 20


async def _of_another_scenario(cities):
    return await cities.code(PARKING)


async def _for_another_purpose(cities):
    return await cities.code(purpose="eligibility")


CASES = {
    "below": _below, "paused": _paused, "no_consent": _not_joined, "withdrawn": _no_consent,
    "signed_out": _signed_out, "unknown": _unknown, "scenario": _of_another_scenario,
    "purpose": _for_another_purpose,
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
async def test_whoever_is_not_recognized_gets_the_same_answer(cities, case):
    answer = await cities.verify(await CASES[case](cities))
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert (said["eligible"], said["benefit"], said["pseudonym"]) == (False, None, None)
    [stored] = await cities.home.run(Recognition.all)
    expected = {"withdrawn": "no_consent", "scenario": "unknown", "purpose": "unknown"}
    assert stored.cause == expected.get(case, case)
    token = json.loads(response_of(stored.response).body)["statement"]
    claims = json.loads(base64url.decode(token.split(".")[1]))
    assert claims.keys() == {"iss", "aud", "table", "scope", "nonce", "iat", "exp"}
    assert claims["scope"] == {"scenario": ROOM, "purpose": "redemption"}
    assert claims["aud"] == HOST


async def test_a_code_is_good_once_and_for_two_minutes(cities, frozen_clock):
    code = await cities.code()
    assert (await cities.verify(code)).json()["eligible"] is True
    again = await cities.verify(code)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/code-used")
    late = await cities.code()
    frozen_clock.forward(timedelta(minutes=2))
    assert (await cities.verify(late)).json()["eligible"] is False


async def test_home_does_not_take_a_code_twice_whatever_the_host_forgets(cities):
    from points_api.verifications.models import Verification

    code = await cities.code()
    await cities.verify(code)
    await cities.host.run(lambda: Verification.all().update(mark=None))
    assert (await cities.verify(code)).json()["eligible"] is False
    causes = [one.cause for one in await cities.home.run(lambda: Recognition.all().order_by("id"))]
    assert causes == ["recognized", "used"]


async def test_a_resident_sees_what_a_city_was_told_and_that_it_was_told_nothing(cities):
    await cities.visit()
    await cities.verify(await _of_another_scenario(cities))
    await _below(cities)
    await cities.verify(await cities.code())
    seen = [one for one in await cities.looks() if one["actor_kind"] == "city"]
    assert [(one["actor"], one["what"], one["given"]) for one in seen] == [
        (HOST, "recognition", "没有告知任何内容"),
        (HOST, "recognition", "您的等级"),
    ]
    assert seen[0]["actor_text"] == "黄石"
    assert {one["purpose_text"] for one in seen} == {"在黄石的一个场景"}


async def test_a_code_needs_a_consent_for_this_city_and_joining(cities):
    await cities.visitor.delete("/v1/me/consents?purpose=city")
    body = {"host": HOST, "scenario": ROOM}
    answer = await cities.visitor.post("/v1/me/visits/codes", body)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/city-consent-needed")
    agreed = {"city": HOST, "notice_version": answer.json()["notice_version"]}
    receipt = await cities.visitor.post("/v1/me/consents", agreed)
    assert receipt.json()["recipient"] == {"id": HOST, "name": "黄石"}
    assert [one["id"] for one in receipt.json()["data_kinds"]] == ["band"]
    assert (await cities.visitor.post("/v1/me/visits/codes", body)).status_code == 201
    body["host"] = "110000"
    assert (await cities.visitor.post("/v1/me/visits/codes", body)).status_code == 404
    stranger = await cities.home.application.visitor(999)
    answer = await stranger.post("/v1/me/visits/codes", {"host": HOST, "scenario": ROOM})
    assert answer.json()["type"] == "/problems/no-member"
    assert (await stranger.post("/v1/me/consents", {"city": HOST})).status_code == 409


async def test_hosts_are_listed_with_what_is_not_known_of_them(cities):
    hosts = (await cities.visitor.get("/v1/me/visits/hosts")).json()["items"]
    names = {one["city"]: one["name"] for one in hosts}
    assert names[HOST] == "黄石"
    assert names["330100"] == "杭州（是否签约未证实）"
