"""Making a code, the consent that it needs, and the picture of it."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import timedelta

import pytest

from points_api import clock
from points_api.audit.models import AuditEntry
from points_api.consents import service
from points_api.consents.models import Consent
from points_api.credit_codes.models import SpokenCode
from points_api.db.models import OutboxEvent
from points_api.residents.models import Person
from tests.points_api.credit_codes.picture import read
from tests.points_api.proofs import wallet
from tests.points_api.verifications import shop
from tests.points_api.verifications.conftest import ADULTS
from tests.points_api.verifications.shop import HIGH, SHOWN

CODES, CONSENTS = "/v1/me/credit-codes", "/v1/me/consents"


async def test_the_picture_is_read_by_a_scanner_also_when_small(resident):
    shown = await shop.shown(resident)
    assert shown["expires_at"] == "2026-06-01T04:01:00Z"
    for scale in (8, 3, 2):
        assert read(shown["qr_svg"], scale) == shown["code"]
    picture = ET.fromstring(shown["qr_svg"])
    assert picture.attrib["role"] == "img"
    assert picture.attrib["viewBox"].startswith("0 0 ")
    assert "width" not in picture.attrib
    assert "信用码" in (picture[0].text or "")
    assert shown["code"].isalnum()
    assert shown["code"] == shown["code"].upper()


async def test_a_code_needs_joining_and_the_consent_and_says_how(application):
    visitor = await application.visitor(ADULTS[0])
    asked = {"scenario_id": SHOWN}
    assert (await visitor.post(CODES, asked)).json()["type"] == "/problems/no-member"
    assert (await visitor.post(CONSENTS, asked)).json()["type"] == "/problems/join-first"
    await visitor.join()
    refused = (await visitor.post(CODES, asked)).json()
    assert refused["type"] == "/problems/scenario-consent-needed"
    assert (refused["notice_version"], refused["discloses"]) == (
        f"{SHOWN}@1", ["eligible", "benefit"]
    )  # fmt: skip
    agreed = {"scenario_id": SHOWN, "notice_version": refused["notice_version"]}
    assert (await visitor.post(CONSENTS, agreed)).status_code == 201
    assert (await visitor.post(CODES, asked)).status_code == 201


async def test_what_is_not_open_is_refused_in_the_same_words_wherever_it_is_named(
    application, resident
):
    named = {"scenario_id": "nothing-here"}
    answers = [
        await resident.get("/v1/scenarios/nothing-here"),
        await resident.get("/v1/me/scenarios/nothing-here"),
        await resident.post(CODES, named),
        await resident.post(CONSENTS, named),
        await resident.post(wallet.PATH, wallet.body(wallet.new_keys(1), "nothing-here")),
        await resident.http.put(
            "/v1/me/scenarios/nothing-here/member",
            json={"number": "LB20260001"}, headers=resident.headers(),
        ),
    ]  # fmt: skip
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["errcode"] == 40442
    await shop.stop(application)
    assert (await resident.post(CODES, {"scenario_id": SHOWN})).status_code == 404


async def test_the_receipt_names_scenario_provider_and_what_is_told(resident, application):
    receipt = (await resident.get(CONSENTS)).json()["items"][0]
    scenario = application.app.state.scenarios.current.by_id[SHOWN]
    assert receipt["purpose"]["id"] == "scenario"
    assert scenario.title.zh in receipt["purpose"]["title"]
    assert receipt["recipient"] == {"id": SHOWN, "name": scenario.provider.name.zh}
    assert [one["id"] for one in receipt["data_kinds"]] == ["eligible", "benefit"]
    assert all(one["title"] != one["id"] for one in receipt["data_kinds"])
    assert receipt["notice_version"] == f"{SHOWN}@1"
    # The scenario's sunset or 24 months, whichever is first.
    assert receipt["expires_at"] <= "2028-06-01T04:00:00Z"
    event = await OutboxEvent.filter(topic="consent.granted").order_by("-id").first()
    assert event is not None
    assert event.payload["consents"][0]["recipient"] == SHOWN
    assert event.payload["consents"][0]["purpose"] == "scenario"


async def test_an_old_version_is_not_agreed_to(resident):
    answer = await resident.post(CONSENTS, {"scenario_id": SHOWN, "notice_version": f"{SHOWN}@7"})
    assert (answer.status_code, answer.json()["notice_version"]) == (409, f"{SHOWN}@1")


@pytest.mark.parametrize(
    "body", [{}, {"purpose": "scoring"}, {"purpose": "scoring", "scenario_id": SHOWN}]
)
async def test_a_consent_is_for_one_thing(resident, body):
    assert (await resident.post(CONSENTS, body)).status_code == 422


async def test_a_version_that_tells_more_needs_a_new_consent(application, resident):
    live = application.app.state.scenarios
    more = replace(live.current.by_id[SHOWN], version=2, discloses=("eligible", "pseudonym"))
    live.current = replace(live.current, by_id=dict(live.current.by_id) | {SHOWN: more})
    refused = await resident.post(CODES, {"scenario_id": SHOWN})
    assert refused.json()["type"] == "/problems/scenario-consent-needed"
    less = replace(more, version=3, discloses=("eligible",))
    live.current = replace(live.current, by_id=dict(live.current.by_id) | {SHOWN: less})
    assert (await resident.post(CODES, {"scenario_id": SHOWN})).status_code == 201


async def test_withdrawing_one_scenario_leaves_the_others(resident):
    await shop.consent(resident, HIGH)
    newest, other, *_ = (await resident.get(CONSENTS)).json()["items"]
    answer = await resident.delete(f"{CONSENTS}/{newest['id']}")
    assert [one["recipient"]["id"] for one in answer.json()["withdrawn"]] == [HIGH]
    assert (await resident.post(CODES, {"scenario_id": HIGH})).status_code == 409
    assert other["recipient"]["id"] == SHOWN
    assert (await resident.post(CODES, {"scenario_id": SHOWN})).status_code == 201


async def test_the_night_ends_the_consent_that_ran_out_and_no_other(resident, application):
    await shop.consent(resident, HIGH)
    now = clock.now()
    over = Consent.filter(recipient=HIGH)
    await over.update(expires_at=now, granted_at=now - timedelta(days=1))
    assert await service.expire(application.app.state.consent_effects, now) == 1
    assert await Consent.filter(withdrawn_at=None).count() == 2


async def test_pausing_is_told_and_counted_and_changes_nothing_again(resident):
    before = await Person.get()
    for _ in range(2):
        answer = await resident.http.put("/v1/me/pause", headers=resident.headers())
        assert answer.json()["paused_at"] == "2026-06-01T04:00:00Z"
    assert (await resident.get("/v1/me/enrollment")).json()["paused_at"] is not None
    assert (await Person.get()).revision == before.revision + 1
    for _ in range(2):
        assert (await resident.delete("/v1/me/pause")).json()["paused_at"] is None
    assert (await Person.get()).revision == before.revision + 2
    topics = await OutboxEvent.filter(topic__startswith="member.").order_by("id")
    assert [one.topic for one in topics] == ["member.paused", "member.resumed"]
    assert await AuditEntry.filter(action__in=["resident.pause", "resident.resume"]).count() == 2


async def test_who_has_not_joined_has_nothing_to_pause(application):
    visitor = await application.visitor(ADULTS[0])
    answer = await visitor.http.put("/v1/me/pause", headers=visitor.headers())
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-member")
    assert (await visitor.delete("/v1/me/pause")).status_code == 404


async def test_numbers_make_room_for_those_that_follow(resident, frozen_clock):
    for _ in range(3):
        await shop.shown(resident)
    frozen_clock.forward(timedelta(minutes=1))
    await shop.shown(resident)
    assert await SpokenCode.all().count() == 1
