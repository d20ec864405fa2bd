"""What was said is taken back everywhere it went, and what was used is told home."""

from datetime import timedelta

import httpx

from points_api import clock
from points_api.partners.messages import response_of
from points_api.recognitions import recalls
from points_api.recognitions.models import Recall, Recognition, Visit, VisitUse
from tests.points_api.db import rows
from tests.points_api.recognitions.two_cities import HOST, ROOM


async def _down(request):
    raise httpx.ConnectError("refused")


async def test_a_withdrawal_reaches_every_city_that_got_a_statement(cities):
    said = (await cities.visit()).json()
    assert (await cities.visitor.delete("/v1/me/consents?purpose=city")).status_code == 200
    await cities.home.tell()
    [visit] = await cities.host.run(Visit.all)
    assert (visit.ended_at, visit.ended_why) == (clock.now(), "withdrawn")
    answer = await cities.redeem(said["verification_id"])
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/verification-unusable")
    [recall] = await cities.home.run(Recall.all)
    assert (recall.host, recall.why, recall.confirmed_at) == (HOST, "withdrawn", clock.now())
    assert b'"met":1' in response_of(recall.receipt).body


async def test_leaving_takes_everything_back_and_what_was_redeemed_stays(cities):
    said = (await cities.visit()).json()
    assert (await cities.redeem(said["verification_id"])).status_code == 201
    assert (await cities.visitor.delete("/v1/me/enrollment")).status_code == 200
    await cities.home.tell()
    assert [one.ended_why for one in await cities.host.run(Visit.all)] == ["withdrawn"]
    shown = await cities.till.get("/v1/merchant/redemptions")
    assert [one["state"] for one in shown.json()["items"]] == ["confirmed"]


async def test_a_changed_record_is_spread_once_for_each_statement(cities):
    await cities.visit()
    [said] = await cities.home.run(Recognition.all)
    for _ in range(2):
        await cities.home.run(recalls.score_changed(said.resident_id))
        await cities.home.tell()
    assert [one.why for one in await cities.home.run(Recall.all)] == ["changed"]
    assert [one.ended_why for one in await cities.host.run(Visit.all)] == ["changed"]
    assert (await cities.visit()).json()["eligible"] is True  # the consent still stands


async def test_a_host_that_is_down_is_chased_until_it_confirms(cities, frozen_clock):
    await cities.visit()
    cities.wire.before = _down
    await cities.visitor.delete("/v1/me/consents?purpose=city")
    await cities.home.tell()
    [open_] = await _chased(cities)
    assert (open_["host"], open_["late"], open_["last_reason"]) == (HOST, False, "not-reached")
    assert open_["due_at"] == "2026-06-02T00:00:00Z"  # eight in the morning, Huangshi
    cities.wire.before = None
    frozen_clock.forward(timedelta(hours=1))
    await cities.home.tell()
    assert await _chased(cities) == []
    assert [one.ended_why for one in await cities.host.run(Visit.all)] == ["withdrawn"]


async def test_home_learns_of_a_use_once_and_of_its_undoing(cities):
    said = (await cities.visit()).json()
    redeemed = (await cities.redeem(said["verification_id"])).json()
    await cities.host.tell()
    path = f"/v1/merchant/redemptions/{redeemed['redemption_id']}/reverse"
    headers = cities.till.headers(idempotency_key='"k2"')
    assert (await cities.till.http.post(path, headers=headers)).status_code == 200
    await cities.host.tell()
    uses = await cities.home.run(lambda: VisitUse.all().order_by("id"))
    assert [(one.scenario, one.move) for one in uses] == [(ROOM, "confirm"), (ROOM, "reverse")]
    given = [one["given"] for one in await cities.looks() if one["what"] == "visit_use"]
    assert given == ["对方告知：这次使用已撤销", "对方告知：您使用了这个场景"]


async def test_a_visitors_quota_is_one_persons_however_often_they_come(cities):
    for n in range(4):
        said = (await cities.visit()).json()
        answer = await cities.redeem(said["verification_id"], key=f"k{n}")
        assert (answer.status_code == 201) == (n < 3), answer.text
    assert answer.json()["type"] == "/problems/quota-used-up"


async def _chased(cities):
    async def token():
        session = await rows.officer_session(officer=await rows.officer(roles=["partner"]))
        return cities.home.state.identity.tokens.issue(
            "officer", str(session.officer_id), str(session.id), clock.now()
        )

    headers = {"authorization": f"Bearer {await cities.home.run(token)}"}
    answer = await cities.home.application.http.get("/v1/officer/recalls", headers=headers)
    return answer.json()["items"]
