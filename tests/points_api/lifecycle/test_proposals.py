"""A merchant's proposal, from the first draft to the officer's desk."""

import pytest

from points_api.audit.models import AuditEntry
from points_api.db.models import OutboxEvent
from points_api.merchants.models import Merchant, MerchantScenario
from scenarios.scenario import Scenario
from tests.points_api.lifecycle.desk import PROPOSALS, merchant, officer, staff
from tests.points_api.scenarios.registry import DAYE, LIBRARY, document

NEW = "bookshop-no-deposit"


def proposal(**changes):
    """A sound document of a scenario that there is not yet."""
    provider = {"name": "某书店", "name_en": "A bookshop", "kind": "bookshop", "basis": "reference"}
    usual = {"id": NEW, "title": "书店借书免押金", "title_en": "No deposit at the bookshop"}
    return document(**usual, provider=provider, **changes)


async def test_a_draft_may_be_faulty_and_is_told_every_fault_in_words(application):
    shop = await merchant(application)
    answer = await shop.draft({"id": NEW, "category": "library", "titel": "错字"})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    places = {fault["where"] for fault in made["faults"]}
    assert {"title", "titel", "benefit", "conditions"} <= places
    assert all(fault["message"] for fault in made["faults"])
    assert (made["state"], made["version"], made["preview"]) == ("draft", 1, None)
    assert (await shop.submit(made)).json()["errcode"] == 40922


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"category": "no-such"}, "category"),
        ({"ordinary": "失信者加收押金"}, "ordinary"),
        ({"valid_from": "2020-01-01", "valid_until": "2021-01-01"}, "valid_until"),
        ({"conditions": [{"type": "score", "at_least": "1e400"}]}, "conditions.0.score.at_least"),
        ({"valid_from": "9999-01-01", "valid_until": "9999-12-31"}, "example"),
    ],
)
async def test_what_is_mistaken_is_named(application, changes, where):
    shop = await merchant(application)
    answer = await shop.draft(proposal(**changes) | changes)
    assert answer.status_code == 201, answer.text
    faults = answer.json()["faults"]
    if where != "example":  # the last is no mistake: far away, and must not break anything
        assert any(where in fault["where"] for fault in faults), faults


async def test_a_copy_of_what_is_published_is_a_fault(application):
    shop = await merchant(application)
    made = (await shop.draft(document(id=NEW))).json()
    assert any(LIBRARY in fault["message"] for fault in made["faults"])


@pytest.mark.parametrize(
    "bad", [{"id": "No Such"}, {"id": NEW, "title": "a\x00b"}, {"id": NEW, "x": "字" * 40_000}, {}]
)
async def test_what_cannot_be_kept_is_refused(application, bad):
    shop = await merchant(application)
    answer = await shop.draft(bad)
    assert (answer.status_code, answer.json()["errcode"]) == (422, 42221)


async def test_the_preview_says_exactly_what_a_merchant_would_be_told(application):
    shop = await merchant(application)
    told = ["eligible", "benefit", "member_hash"]
    preview = (await shop.draft(proposal(discloses=told))).json()["preview"]
    assert [one["field"] for one in preview["tells"]] == told
    assert set(preview["received"]["yes"]) == set(told)
    assert preview["received"]["no"] == {"eligible": False}
    assert "从不告诉商户" in preview["never"]
    if "list" not in proposal()["verification"]:
        assert [one["field"] for one in preview["excess"]] == ["member_hash"]


async def test_a_draft_is_amended_by_who_has_read_it(application):
    shop = await merchant(application)
    made = (await shop.draft({"id": NEW})).json()
    path = f"{PROPOSALS}/{made['id']}"
    assert (await shop.amend(path, proposal())).status_code == 428
    assert (await shop.amend(path, proposal(), '"old"')).status_code == 412
    assert (await shop.amend(path, document(id="other"), made["etag"])).status_code == 409
    answer = await shop.amend(path, proposal(), made["etag"])
    assert (answer.status_code, answer.json()["faults"]) == (200, [])
    assert answer.headers["etag"] == answer.json()["etag"] != made["etag"]


async def test_from_proposal_to_published_and_served(application):
    shop, desk = await merchant(application), await officer(application)
    made = (await shop.draft(proposal())).json()
    sent = (await shop.submit(made)).json()
    assert sent["state"] == "review"
    answer = await desk.move(sent, "publish")
    assert (answer.status_code, answer.json()["state"]) == (200, "published")
    serves = await MerchantScenario.filter(merchant_id=shop.merchant_id, until=None)
    assert [one.scenario_id for one in serves] == [NEW]
    found = application.app.state.scenarios.current.open(NEW)
    assert isinstance(found, Scenario)
    assert (await application.http.get(f"/v1/scenarios/{NEW}")).status_code == 200
    seen = (await shop.get(f"{PROPOSALS}/{made['id']}")).json()
    assert [(one["move"], one["by"]) for one in seen["moves"]] == [
        ("submit", "merchant"), ("publish", "officer"),
    ]  # fmt: skip
    events = await OutboxEvent.filter(topic="scenario.moved", subject=f"scenario:{NEW}")
    assert sorted(one.payload["state"] for one in events) == ["draft", "published", "review"]
    actions = {one.action for one in await AuditEntry.filter(subject=f"scenario:{NEW}")}
    assert actions == {"scenario.draft", "scenario.submit", "scenario.publish"}


async def test_what_is_returned_can_be_mended_and_sent_again(application):
    shop, desk = await merchant(application), await officer(application)
    sent = (await shop.submit((await shop.draft(proposal())).json())).json()
    back = (await desk.move(sent, "return", reason="请写明出处")).json()
    assert back["state"] == "draft"
    seen = (await shop.get(f"{PROPOSALS}/{sent['id']}")).json()
    assert seen["moves"][-1]["reason"] == "请写明出处"
    amended = await shop.amend(f"{PROPOSALS}/{sent['id']}", proposal(note="更正"), seen["etag"])
    assert (await shop.submit(amended.json())).json()["state"] == "review"


async def test_what_is_under_review_is_not_amended(application):
    shop = await merchant(application)
    sent = (await shop.submit((await shop.draft(proposal())).json())).json()
    answer = await shop.amend(f"{PROPOSALS}/{sent['id']}", proposal(), sent["etag"])
    assert (answer.status_code, answer.json()["errcode"]) == (409, 40921)


async def test_others_proposals_are_not_there_and_their_ids_are_taken(application):
    shop, other = await merchant(application), await merchant(application)
    made = (await shop.draft(proposal())).json()
    path = f"{PROPOSALS}/{made['id']}"
    assert (await other.get(path)).status_code == 404
    assert (await other.amend(path, proposal(), made["etag"])).status_code == 404
    assert (await other.submit(made)).status_code == 404
    assert (await other.draft(proposal())).json()["errcode"] == 40923
    assert (await other.draft(document(DAYE))).json()["errcode"] == 40923
    assert (await other.get(PROPOSALS)).json()["items"] == []
    assert [one["id"] for one in (await shop.get(PROPOSALS)).json()["items"]] == [made["id"]]


async def test_who_serves_a_scenario_may_propose_its_next_version_once(application):
    shop = await merchant(application)
    since = application.app.state.scenarios.current.day
    await MerchantScenario.create(
        merchant_id=shop.merchant_id, scenario_id=LIBRARY, since=f"{since}T00:00:00+00:00"
    )
    made = (await shop.draft(document(note="黄石日报"))).json()
    assert (made["version"], made["document"]["version"]) == (2, 2)
    assert (await shop.draft(document())).json()["errcode"] == 40924


async def test_a_cashier_proposes_nothing_and_a_sandbox_submits_nothing(application):
    made = await merchant(application, role="cashier")
    assert (await made.draft(proposal())).json()["errcode"] == 40334
    manager = await staff(application, await Merchant.get(id=made.merchant_id), "manager")
    assert (await manager.draft(proposal())).status_code == 201
    sandbox = await merchant(application, sandbox=True)
    draft = (await sandbox.draft(proposal() | {"id": "sandbox-bookshop"})).json()
    assert (await sandbox.submit(draft)).json()["errcode"] == 40324
