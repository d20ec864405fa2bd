"""`GET /v1/me/scenarios` as a resident reads it."""

from datetime import date, timedelta

import pytest

from points_api import clock
from points_api.consents.models import Consent
from points_api.db import config
from points_api.generate import person
from points_api.identifiers import id_number
from points_api.residents.models import Enrollment
from scenarios.quotas import period_of
from tests.factories import make_record
from tests.points_api.application import running
from tests.points_api.db import rows
from tests.points_api.scenarios.registry import LIBRARY, of_categories, publish, shipped

ADULT = next(n for n in range(1, 60) if id_number.age_on(person(1, n)[1], date(2026, 6, 1)) >= 18)
SOME = of_categories("library", "travel")


@pytest.fixture
async def application(database_url, frozen_clock):
    async with config.open(database_url):
        await publish(*SOME)
    async with running(database_url) as started:
        yield started


@pytest.fixture
async def visitor(application):
    return await application.visitor(ADULT)


@pytest.fixture
async def resident(visitor):
    assert (await visitor.join()).status_code == 201
    return visitor


async def all_of(somebody, query="", **headers):
    answer = await somebody.get(f"/v1/me/scenarios?limit=200&{query}", **headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def enrolled(somebody):
    view = (await somebody.get("/v1/me/enrollment")).json()
    return await Enrollment.get(id=view["enrollment_id"])


async def agree(enrollment, scenario_id):
    now = clock.now()
    return await Consent.create(
        resident_id=enrollment.resident_id, purpose="scenario", recipient=scenario_id,
        data_kinds=[], notice_version="1", channel="test", granted_at=now,
        expires_at=now + timedelta(days=1),
    )  # fmt: skip


async def test_who_has_not_joined_sees_the_ordinary_service_and_how_to_join(visitor):
    shown = await all_of(visitor)
    assert shown["standing"] == "not_joined"
    assert "加入" in shown["how_to_join"]
    assert not any(letter.isascii() and letter.isalpha() for letter in shown["how_to_join"])
    assert (shown["eligible"], shown["total"]) == (0, len(SOME))
    for one in shown["items"]:
        assert one["ordinary"]
        assert (one["eligible"], one["findings"], one["missing"]) == (False, [], [])
        assert not one["can_show_code"]
    assert (await all_of(visitor, "eligible=true"))["items"] == []


async def test_a_resident_sees_for_each_what_is_met_and_what_is_missing(resident):
    shown = await all_of(resident)
    assert (shown["standing"], shown["how_to_join"]) == ("joined", None)
    assert 0 < shown["eligible"] < len(SOME)
    for one in shown["items"]:
        assert one["eligible"] == all(found["met"] for found in one["findings"])
        unmet = [found["type"] for found in one["findings"] if not found["met"]]
        assert [lack["type"] for lack in one["missing"]] == unmet
        assert [found["text"] for found in one["findings"]] == [
            c["text"] for c in one["conditions"]
        ]


async def test_how_often_it_may_be_used_is_told_apart_from_whether_it_is_open(resident):
    quotas = {one.id: one.quota for one in shipped().scenarios}
    shown = await all_of(resident)
    for one in shown["items"]:
        assert one["uses"]["left"] == quotas[one["id"]].per_person
        assert one["uses"]["used_up"] is None
    chosen = next(
        one
        for one in shipped().scenarios
        if one.id in SOME and one.quota.per_person and "code" in one.verification
    )
    name, quota = chosen.id, chosen.quota
    mine = await enrolled(resident)
    await agree(mine, name)
    assert (await resident.get(f"/v1/me/scenarios/{name}")).json()["can_show_code"]
    period = period_of(quota.period, date(2026, 6, 1))
    await rows.quota_counter(
        scenario_id=name, name=f"person:{mine.resident_id}:{period}", used=quota.per_person,
        most=quota.per_person,
    )  # fmt: skip
    found = (await resident.get(f"/v1/me/scenarios/{name}")).json()
    assert not found["can_show_code"]
    now = found["uses"]
    assert (now["left"], now["used_up"]) == (0, "person")
    assert "已用完" in now["text"]


async def test_the_list_can_be_of_the_open_ones_or_of_the_others(resident):
    yes, no = await all_of(resident, "eligible=true"), await all_of(resident, "eligible=false")
    assert all(one["eligible"] for one in yes["items"])
    assert not any(one["eligible"] for one in no["items"])
    assert yes["total"] + no["total"] == len(SOME)
    assert yes["total"] == yes["eligible"] == no["eligible"]


async def test_a_way_that_is_told_opens_the_scenario_when_it_is_gone(application, resident):
    mine = await enrolled(resident)
    scores = application.app.state.scores
    await make_record(mine.person_id, "redlist.driver", date(2026, 5, 1))
    await scores.refresh(mine.resident_id, "test")
    shown = await all_of(resident, "eligible=false")
    told = [
        (one["id"], way)
        for one in shown["items"]
        for lack in one["missing"]
        for way in lack["ways"]
        if len(one["missing"]) == 1
    ]
    hours = [(name, way) for name, way in told if "志愿服务时长" in way["text"]]
    name, way = hours[0]
    amount = int(way["text"].split("增加 ")[1].split(" ")[0])
    day = date(2026, 6, 1)
    await make_record(mine.person_id, "volunteer.hours", day, quantity=amount * 100)
    await scores.refresh(mine.resident_id, "test")
    assert (await resident.get(f"/v1/me/scenarios/{name}")).json()["eligible"]
    assert (await resident.get("/v1/me/score")).json()["score"] == way["score"]


async def test_an_adverse_record_tells_the_repair_and_the_day_on_which_it_fades(
    application, resident
):
    mine = await enrolled(resident)
    await make_record(mine.person_id, "penalty.market", date(2026, 5, 20))
    await application.app.state.scores.refresh(mine.resident_id, "test")
    lacks = [
        lack
        for one in (await all_of(resident, "eligible=false"))["items"]
        for lack in one["missing"]
        if lack["type"] == "score"
    ]
    repairs = [way for lack in lacks for way in lack["ways"] if way["kind"] == "repair"]
    assert repairs
    assert all(way["record_id"] for way in repairs)
    dated = [lack for lack in lacks if lack["met_on"]]
    assert dated
    assert all(lack["met_on"] in lack["met_on_text"] for lack in dated)


async def test_a_code_can_be_shown_once_the_resident_has_agreed_and_not_after(resident):
    async def look():
        found = (await resident.get(f"/v1/me/scenarios/{LIBRARY}")).json()
        return found["consented"], found["can_show_code"], "code" in [
            way["mode"] for way in found["verification"]
        ]  # fmt: skip

    mine = await enrolled(resident)
    assert (await look())[:2] == (False, False)
    consent = await agree(mine, LIBRARY)
    consented, can_show, takes_codes = await look()
    assert consented
    assert can_show == takes_codes
    await Consent.filter(id=consent.id).update(withdrawn_at=clock.now())
    assert (await look())[:2] == (False, False)


async def test_the_merchants_who_may_ask_are_named_before_agreeing_and_in_the_receipt(resident):
    serving = await rows.merchant(name="东楚书店", name_en="Dongchu Books")
    await rows.merchant_scenario(merchant=serving, scenario_id=LIBRARY)
    stopped = await rows.merchant(name="停用店", state="suspended")
    await rows.merchant_scenario(merchant=stopped, scenario_id=LIBRARY)
    await rows.merchant_scenario(scenario_id=LIBRARY, until=clock.now())
    path = f"/v1/me/scenarios/{LIBRARY}"
    assert (await resident.get(path)).json()["merchants"] == ["东楚书店"]
    assert (await resident.get(path, accept_language="en")).json()["merchants"] == ["Dongchu Books"]
    receipt = (await resident.post("/v1/me/consents", {"scenario_id": LIBRARY})).json()
    assert receipt["merchants"] == ["东楚书店"]
    await resident.delete(f"/v1/me/consents/{receipt['id']}")
    ended = (await resident.get("/v1/me/consents")).json()["items"][0]
    assert (ended["state"], ended["merchants"]) == ("withdrawn", [])


async def test_a_paused_resident_has_no_findings_and_is_told_how_to_go_on(resident):
    mine = await enrolled(resident)
    await Enrollment.filter(id=mine.id).update(paused_at=clock.now())
    shown = await all_of(resident)
    assert (shown["standing"], shown["eligible"]) == ("paused", 0)
    assert "暂停" in shown["how_to_join"]


async def test_search_place_and_pages_work_as_for_anyone(resident):
    assert LIBRARY in [one["id"] for one in (await all_of(resident, "q=tsg"))["items"]]
    near = [one["distance_meters"] for one in (await all_of(resident, "near=420281"))["items"]]
    assert near == sorted(near)
    first = (await resident.get("/v1/me/scenarios?limit=3")).json()
    second = (await resident.get(f"/v1/me/scenarios?limit=3&cursor={first['next']}")).json()
    assert not {one["id"] for one in first["items"]} & {one["id"] for one in second["items"]}


async def test_the_same_answer_is_not_sent_twice_and_is_nobody_elses(resident):
    for path in ("/v1/me/scenarios?limit=2", f"/v1/me/scenarios/{LIBRARY}"):
        first = await resident.get(path)
        assert first.headers["cache-control"] == "private, no-cache"
        again = await resident.get(path, if_none_match=first.headers["etag"])
        assert again.status_code == 304


async def test_english_is_english(resident):
    found = (await resident.get(f"/v1/me/scenarios/{LIBRARY}", accept_language="en")).json()
    texts = [found["title"], found["ordinary"], *[one["text"] for one in found["findings"]]]
    assert all(text.isascii() for text in texts)
