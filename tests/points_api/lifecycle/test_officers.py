"""Officers decide: two of them to publish, one to stop, and each only where they oversee."""

import asyncio
from time import perf_counter
from uuid import UUID

import pytest

from points_api.audit.models import AuditEntry
from points_api.scenarios.models import ScenarioMove, ScenarioVersion
from tests.points_api.lifecycle.desk import SCENARIOS, merchant, officer
from tests.points_api.scenarios.registry import DAYE, LIBRARY, document, live


@pytest.fixture
async def first(application):
    return await officer(application)


@pytest.fixture
async def second(application):
    return await officer(application)


async def live_version(desk, scenario_id=LIBRARY):
    found = await desk.get(f"{SCENARIOS}/{scenario_id}/versions")
    return next(v for v in found.json()["items"] if v["state"] in ("published", "suspended"))


async def in_review(desk, **changes):
    made = await desk.draft(document(**({"note": "黄石日报"} | changes)))
    assert made.status_code == 201, made.text
    return (await desk.move(made.json(), "submit")).json()


async def test_who_wrote_it_does_not_publish_it(application, first, second):
    sent = await in_review(first)
    refused = await first.move(sent, "publish")
    assert (refused.status_code, refused.json()["errcode"]) == (403, 40321)
    assert (await second.move(sent, "publish")).json()["state"] == "published"


async def test_only_its_author_submits_and_amends_a_draft(first, second):
    made = (await first.draft(document(note="黄石日报"))).json()
    assert (await second.move(made, "submit")).json()["errcode"] == 40322
    path = f"{SCENARIOS}/{LIBRARY}/versions/2"
    assert (await second.amend(path, document(), made["etag"])).json()["errcode"] == 40322
    assert (await first.amend(path, document(note="更正"), made["etag"])).status_code == 200


async def test_publishing_retires_the_version_before(application, first, second):
    await second.move(await in_review(first), "publish")
    found = (await first.get(f"{SCENARIOS}/{LIBRARY}/versions")).json()["items"]
    assert [(one["version"], one["state"]) for one in found] == [(2, "published"), (1, "retired")]
    assert application.app.state.scenarios.current.open(LIBRARY).version == 2


async def test_one_officer_stops_it_at_once_and_another_lets_it_go_on(application, first, second):
    seen = await live_version(first)
    stopped = await first.move(seen, "suspend", reason="提供方系统故障")
    assert (stopped.status_code, stopped.json()["state"]) == (200, "suspended")
    assert application.app.state.scenarios.current.open(LIBRARY) is None
    assert (await application.http.get(f"/v1/scenarios/{LIBRARY}")).status_code == 404
    refused = await first.move(stopped.json(), "resume")
    assert (refused.status_code, refused.json()["errcode"]) == (403, 40321)
    assert (await second.move(stopped.json(), "resume")).json()["state"] == "published"
    assert application.app.state.scenarios.current.open(LIBRARY) is not None


async def test_who_stopped_it_does_not_go_around_the_stop_by_a_new_version(first, second):
    sent = await in_review(first)
    await second.move(await live_version(second), "suspend")
    assert (await second.move(sent, "publish")).json()["errcode"] == 40321


async def test_a_second_process_refuses_a_stopped_scenario_within_five_seconds(application, first):
    async with live().running() as elsewhere:
        assert elsewhere.current.open(LIBRARY) is not None
        assert (await first.move(await live_version(first), "suspend")).status_code == 200
        began = perf_counter()
        while elsewhere.current.open(LIBRARY) is not None:
            assert perf_counter() - began < 5
            await asyncio.sleep(0.05)
        assert elsewhere.current.open(DAYE) is not None


async def test_a_stop_whose_row_has_the_smaller_id_is_seen_too(application, first):
    """As when two move at once, and the one who began first commits last."""
    elsewhere = live()
    newest = await ScenarioMove.all().order_by("-id").first()
    assert newest is not None
    await elsewhere.refresh()
    await ScenarioVersion.filter(scenario_id=LIBRARY).update(state="suspended")
    await ScenarioMove.create(
        id=UUID(int=newest.id.int - (1 << 80)), scenario_id=LIBRARY, version=1,
        move="suspend", state="suspended", actor="x", reason="x", at=newest.at,
    )  # fmt: skip
    await elsewhere.refresh()
    assert elsewhere.current.open(LIBRARY) is None


async def test_a_move_needs_what_was_read_and_a_reason(first):
    seen = await live_version(first)
    assert (await first.move(seen, "suspend", etag=None)).status_code == 428
    assert (await first.move(seen, "suspend", etag='"old"')).status_code == 412
    assert (await first.move(seen, "suspend", etag="*")).status_code == 412
    assert (await first.move(seen, "suspend", reason=" ")).status_code == 422
    assert (await first.move(seen, "suspend")).status_code == 200
    assert (await first.move(seen, "suspend")).status_code == 412


async def test_a_move_that_does_not_start_here_tells_what_does(first):
    refused = await first.move(await live_version(first), "submit")
    assert refused.status_code == 409
    assert refused.json()["state"] == "published"
    assert refused.json()["allowed"] == ["suspend", "retire"]


async def test_a_countys_officer_acts_on_its_own_scenarios_only(application, first):
    county = await officer(application, division="420281")
    listed = (await county.get(SCENARIOS)).json()["items"]
    assert {one["division"] for one in listed} == {"420281"}
    city_wide = await live_version(first)
    assert (await county.get(f"{SCENARIOS}/{LIBRARY}/versions")).status_code == 404
    assert (await county.move(city_wide, "suspend")).status_code == 404
    assert (await county.draft(document(division="420281"))).json()["errcode"] == 40923
    assert (await county.draft(document(id="county-library"))).status_code == 403
    assert (await county.move(await live_version(county, DAYE), "suspend")).status_code == 200


async def test_a_new_version_from_elsewhere_does_not_take_over_a_countys_scenario(
    application, first, second
):
    county = await officer(application, division="420202")
    sent = (await first.draft(document(DAYE, division="420202"))).json()
    assert (await county.move(sent, "return")).status_code == 404


async def test_officers_see_who_did_what_and_list_by_state(first, second):
    sent = await in_review(first)
    listed = (await second.get(f"{SCENARIOS}?state=review")).json()["items"]
    assert [one["scenario_id"] for one in listed] == [LIBRARY]
    assert listed[0]["etag"] == sent["etag"]
    one = (await second.get(f"{SCENARIOS}/{LIBRARY}/versions/2")).json()
    assert [(move["move"], move["by"]) for move in one["moves"]] == [("submit", first.actor)]
    assert one["allowed"] == ["return", "publish", "retire"]
    assert await AuditEntry.filter(actor=first.actor, action="scenario.submit").count() == 1


async def test_a_merchants_token_opens_no_officers_door(application):
    shop = await merchant(application)
    assert (await shop.get(SCENARIOS)).status_code == 403


async def test_two_who_publish_at_once_publish_once(postgres_url):
    from points_api.db import config
    from tests.points_api.application import running
    from tests.points_api.scenarios.registry import publish

    async with config.open(postgres_url):
        await publish(LIBRARY)
    async with running(postgres_url) as application:
        author, *others = [await officer(application) for _ in range(4)]
        sent = await in_review(author)
        answers = await asyncio.gather(*[one.move(sent, "publish") for one in others])
        assert sorted(one.status_code for one in answers) == [200, 412, 412]
        live_ones = ScenarioVersion.filter(scenario_id=LIBRARY, live_since__not_isnull=True)
        assert await live_ones.count() == 1
