"""The credit office opens, amends, suspends and resumes merchants."""

import asyncio
from datetime import timedelta

import pytest

from points_api.audit.models import AuditEntry
from points_api.db.models import OutboxEvent
from points_api.merchants.models import Merchant
from tests.points_api.db import rows
from tests.points_api.merchants.shop import CODE, desk, opened

BASE = "/v1/officer/merchants"
OTHER = "914202001234567888"
NOBODY = "01890000-0000-7000-8000-000000000001"


def form(**changes):
    return {
        "name": "某书店", "name_en": "A bookshop", "credit_code": CODE, "division": "420202",
    } | changes  # fmt: skip


@pytest.fixture
async def officer(application):
    return await desk(application)


@pytest.fixture
async def made(application, officer):
    answer = await application.http.post(BASE, json=form(), headers=officer)
    assert answer.status_code == 201, answer.text
    return answer


async def test_a_merchant_that_was_opened_is_found_and_stands_in_the_audit_log(
    application, officer, made
):
    found = await application.http.get(made.headers["location"], headers=officer)
    assert found.json() == made.json()
    assert found.headers["etag"] == made.headers["etag"]
    assert (found.json()["state"], found.json()["sandbox"]) == ("active", False)
    entry = await AuditEntry.get(action="merchant.create")
    assert entry.subject == f"merchant:{found.json()['merchant_id']}"
    assert entry.actor.startswith("officer:")


WRONG = (
    ({"credit_code": "914202007068019462"}, "credit-code-refused"),
    ({"credit_code": None}, "credit-code-refused"),
    ({"division": "999999"}, "division-unknown"),
    ({"name": " 某 "}, "invalid-request"),
    ({"state": "suspended"}, "invalid-request"),
    ({"merchant_id": NOBODY}, "invalid-request"),
    ({"sandbox": "true"}, "invalid-request"),
)


async def test_what_is_wrong_or_not_theirs_to_say_is_refused(application, officer):
    for changes, slug in WRONG:
        answer = await application.http.post(BASE, json=form(**changes), headers=officer)
        assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{slug}")
    assert not await Merchant.exists()


async def test_an_organisation_has_one_account_but_sandboxes_need_no_code(
    application, officer, made
):
    again = await application.http.post(BASE, json=form(), headers=officer)
    assert (again.status_code, again.json()["errcode"]) == (409, 40933)
    for _ in range(2):
        body = form(credit_code=None, sandbox=True)
        assert (await application.http.post(BASE, json=body, headers=officer)).status_code == 201


async def test_an_amendment_needs_the_version_that_was_read(application, officer, made):
    place, etag = made.headers["location"], made.headers["etag"]
    put = application.http.put
    body = form(name="新名书店")
    assert (await put(place, json=body, headers=officer)).status_code == 428
    changed = await put(place, json=body, headers=officer | {"if-match": etag})
    assert (changed.status_code, changed.json()["name"]) == (200, "新名书店")
    assert changed.headers["etag"] != etag
    late = await put(place, json=form(), headers=officer | {"if-match": etag})
    assert late.status_code == 412
    entry = await AuditEntry.get(action="merchant.amend")
    assert entry.details == {"fields": ["name"]}


async def test_an_amendment_can_change_neither_state_nor_kind(application, officer, made):
    headers = officer | {"if-match": "*"}
    for more in ({"sandbox": True}, {"state": "suspended"}, {"created_at": "2020-01-01"}):
        answer = await application.http.put(
            made.headers["location"], json=form() | more, headers=headers
        )
        assert answer.status_code == 422


async def test_of_two_amendments_of_one_version_at_once_one_is_refused(on_postgres):
    officer = await desk(on_postgres)
    made = await on_postgres.http.post(BASE, json=form(), headers=officer)
    headers = officer | {"if-match": made.headers["etag"]}
    answers = await asyncio.gather(
        *(
            on_postgres.http.put(made.headers["location"], json=form(name=name), headers=headers)
            for name in ("甲书店", "乙书店")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_a_suspended_merchant_is_refused_everywhere_within_five_seconds(
    application, officer, frozen_clock
):
    manager = await opened(application.http)
    assert (await manager.call("GET", "/me")).status_code == 200
    place = f"{BASE}/{manager.merchant_id}"
    for _ in range(2):  # twice is once
        answer = await application.http.post(
            f"{place}/suspend", json={"why": "security"}, headers=officer
        )
        assert answer.json()["state"] == "suspended"
    frozen_clock.forward(timedelta(seconds=2))
    assert (await manager.call("GET", "/me")).status_code == 401
    with pytest.raises(AssertionError):
        await manager.sign_in()
    await application.http.post(f"{place}/resume", headers=officer)
    frozen_clock.forward(timedelta(seconds=2))
    assert (await manager.call("GET", "/me")).status_code == 200
    moves = await OutboxEvent.filter(topic="merchant.moved").order_by("id")
    assert [move.payload["state"] for move in moves] == ["suspended", "active"]


async def test_a_county_officer_meets_only_merchants_of_that_county(application, officer, made):
    county = await desk(application, division="420281")
    get, post = application.http.get, application.http.post
    for path in (made.headers["location"], f"{BASE}/{NOBODY}"):
        assert (await get(path, headers=county)).json()["errcode"] == 40400
    refused = await post(BASE, json=form(credit_code=OTHER), headers=county)
    assert refused.json()["type"] == "/problems/division-unknown"
    own = await post(BASE, json=form(credit_code=OTHER, division="420281"), headers=county)
    assert own.status_code == 201
    listed = (await get(BASE, headers=county)).json()["items"]
    assert [one["merchant_id"] for one in listed] == [own.json()["merchant_id"]]
    assert len((await get(BASE, headers=officer)).json()["items"]) == 2


async def test_the_list_pages_by_cursor_and_filters(application, officer):
    made = [await rows.merchant(name_en=f"shop {n}") for n in range(5)]
    await Merchant.filter(id=made[0].id).update(state="suspended")
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await application.http.get(BASE, params={"limit": "2", **cursor}, headers=officer)
        seen += [one["merchant_id"] for one in page.json()["items"]]
        if page.json()["next"] is None:
            break
        assert 'rel="next"' in page.headers["link"]
        cursor = {"cursor": page.json()["next"]}
    assert seen == [str(one.id) for one in reversed(made)]
    stopped = await application.http.get(BASE, params={"state": "suspended"}, headers=officer)
    assert [one["merchant_id"] for one in stopped.json()["items"]] == [str(made[0].id)]


async def test_serving_a_scenario_is_said_once_ended_and_shown_to_the_merchant(
    application, officer
):
    manager = await opened(application.http)
    place = f"{BASE}/{manager.merchant_id}/scenarios"
    put, delete = application.http.put, application.http.delete
    assert (await put(f"{place}/nowhere", headers=officer)).status_code == 404
    await rows.scenario_version(scenario_id="s-draft")
    for _ in range(2):
        assert (await put(f"{place}/s-draft", headers=officer)).status_code == 204
    [served] = (await manager.call("GET", "/scenarios")).json()["items"]
    assert (served["scenario_id"], served["state"], served["open"]) == ("s-draft", "draft", False)
    found = await application.http.get(f"{BASE}/{manager.merchant_id}", headers=officer)
    assert found.json()["scenarios"] == ["s-draft"]
    assert (await delete(f"{place}/s-draft", headers=officer)).status_code == 204
    assert (await delete(f"{place}/s-draft", headers=officer)).status_code == 404
    assert (await manager.call("GET", "/scenarios")).json()["items"] == []
