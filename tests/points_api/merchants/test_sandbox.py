"""A sandbox: made-up residents, its own time, faults on purpose; and nothing of it is real."""

import asyncio
import time
from datetime import datetime, timedelta

import pytest

from points_api import clock
from points_api.audit.models import AuditEntry
from points_api.auth.merchants import CallingMerchant
from points_api.eligibility.standing import Standings
from points_api.merchants import sandbox
from points_api.merchants.models import MerchantScenario, SandboxResident
from points_api.records.models import RecordRow
from points_api.residents.models import Enrollment, Person
from points_api.scores.models import ScoreRow
from tests.points_api.merchants.shop import opened
from tests.points_api.scenarios.registry import publish

BANDS = {"growing", "good", "excellent", "outstanding"}


@pytest.fixture
async def shop(application):
    return await opened(application.http, sandbox=True)


def caller_of(person, *, in_sandbox):
    return CallingMerchant(
        person.client_id, person.merchant_id, person.staff_id, "manager", in_sandbox
    )


async def test_it_has_residents_of_every_band_whose_handles_and_scores_never_change(shop):
    first = (await shop.call("POST", "/sandbox/residents")).json()["items"]
    assert {one["band"] for one in first if one["why"] == "joined"} == BANDS
    assert len(first) == len(BANDS) * 2 + 2
    assert {one["handle"] for one in first} >= {"excellent-1", "paused-1", "not-joined-1"}
    more = (await shop.call("POST", "/sandbox/residents", {"per_band": 3})).json()["items"]
    assert len(more) == len(BANDS) * 3 + 2
    assert [one for one in more if one in first] == first
    assert (await shop.call("GET", "/sandbox/residents")).json()["items"] == more
    lowest = {one["handle"]: one["score"] for one in more}
    assert (lowest["good-1"], lowest["excellent-1"], lowest["paused-1"]) == ("60.0", "80.0", None)


async def test_of_two_who_make_them_at_once_both_get_the_same(on_postgres):
    shop = await opened(on_postgres.http, sandbox=True)
    one, two = await asyncio.gather(*(shop.call("POST", "/sandbox/residents") for _ in range(2)))
    assert one.json() == two.json()


async def test_nothing_of_it_is_in_the_tables_of_the_city(application, shop):
    await shop.call("POST", "/sandbox/residents")
    for model in (Person, Enrollment, ScoreRow, RecordRow):
        assert not await model.exists()
    made = await SandboxResident.all()
    standings: Standings = application.app.state.standings
    for row in made:
        assert (await standings.of(row.resident_id, clock.now())).why == "not_joined"


async def test_a_sandbox_and_a_real_merchant_never_meet_each_others_residents(application, shop):
    other, real = [
        await opened(application.http, sandbox=True), await opened(application.http)
    ]  # fmt: skip
    visitor = await application.visitor(1)
    assert (await visitor.join()).status_code == 201
    joined = (await Enrollment.get()).resident_id
    await shop.call("POST", "/sandbox/residents")
    own = await SandboxResident.get(merchant_id=shop.merchant_id, handle="outstanding-1")
    here, there = caller_of(shop, in_sandbox=True), caller_of(other, in_sandbox=True)
    outside = caller_of(real, in_sandbox=False)
    meetings = {
        (name, who): await sandbox.meets(one, resident)
        for name, one in (("here", here), ("there", there), ("outside", outside))
        for who, resident in (("made-up", own.resident_id), ("real", joined))
    }
    met = {pair for pair, meets in meetings.items() if meets}
    assert met == {("here", "made-up"), ("outside", "real")}
    city, today = application.app.state.city, clock.today()
    why, facts = await sandbox.facts_of(shop.merchant_id, own.resident_id, city, today)
    assert why == "joined"
    assert facts is not None
    assert (facts.score, facts.division) == (90_000, "420202")
    for merchant, resident in ((other, own.resident_id), (shop, joined)):
        seen = await sandbox.facts_of(merchant.merchant_id, resident, city, today)
        assert seen == ("not_joined", None)


async def test_it_verifies_codes_of_its_own_residents_and_nobody_else_can(application, shop):
    scenario = "huangshi-mining-park-ticket"
    await publish(scenario)
    await application.app.state.scenarios.refresh()
    await shop.call("POST", "/sandbox/residents")
    body = {"handle": "excellent-1", "scenario_id": scenario}
    assert (await shop.call("POST", "/sandbox/credit-codes", body)).status_code == 404
    other = await opened(application.http, sandbox=True)
    real = await opened(application.http, sandbox=False)
    for one in (shop, other, real):
        await MerchantScenario.create(
            merchant_id=one.merchant_id, scenario_id=scenario, since=clock.now()
        )

    async def shown(handle):
        made = await shop.call("POST", "/sandbox/credit-codes", body | {"handle": handle})
        assert made.status_code == 201
        return {"code": made.json()["code"], "scenario_id": scenario}

    code = await shown("excellent-1")
    assert (await other.call("POST", "/verifications", code)).status_code == 409
    yes = await shop.call("POST", "/verifications", code)
    assert (yes.status_code, yes.json()["eligible"]) == (201, True)
    assert (await shop.call("POST", "/verifications", code)).status_code == 409
    for handle in ("growing-1", "paused-1", "not-joined-1"):
        no = await shop.call("POST", "/verifications", await shown(handle))
        assert (no.json()["eligible"], no.json()["benefit"]) == (False, None)
    outside = await real.call("POST", "/verifications", await shown("excellent-1"))
    assert outside.json()["eligible"] is False


async def test_its_clock_is_its_own_and_changes_nobody_elses_time(application, shop, frozen_clock):
    other = await opened(application.http, sandbox=True)
    ahead = await shop.call("PUT", "/sandbox/clock", {"offset_seconds": 86_400})
    tomorrow = frozen_clock.at + timedelta(days=1)
    assert datetime.fromisoformat(ahead.json()["now"]) == tomorrow
    mine, theirs = [(await one.call("GET", "/me")).json()["now"] for one in (shop, other)]
    assert datetime.fromisoformat(mine) == tomorrow
    assert datetime.fromisoformat(theirs) == frozen_clock.at
    # What is put down for good keeps to the real time.
    assert (await AuditEntry.get(action="sandbox.clock")).at == frozen_clock.at
    too_far = {"offset_seconds": sandbox.FARTHEST_SECONDS + 1}
    assert (await shop.call("PUT", "/sandbox/clock", too_far)).status_code == 422


async def test_by_its_clock_codes_and_yeses_end_and_uses_have_their_day(
    application, shop, frozen_clock
):
    scenario = "huangshi-mining-park-ticket"
    await publish(scenario)
    await application.app.state.scenarios.refresh()
    await MerchantScenario.create(
        merchant_id=shop.merchant_id, scenario_id=scenario, since=clock.now()
    )
    await shop.call("POST", "/sandbox/residents")

    async def ahead(days):
        clock_set = {"offset_seconds": days * 86_400}
        assert (await shop.call("PUT", "/sandbox/clock", clock_set)).status_code == 200

    async def verified():
        body = {"handle": "excellent-1", "scenario_id": scenario}
        code = (await shop.call("POST", "/sandbox/credit-codes", body)).json()["code"]
        answer = await shop.call("POST", "/verifications", {"code": code, "scenario_id": scenario})
        return answer.json()

    async def redeemed(said, key, **more):
        order = {"verification_id": said["verification_id"], "amount_fen": 6000, **more}
        return await shop.call("POST", "/redemptions", order, idempotency_key=key)

    await ahead(1)
    tomorrow = frozen_clock.at + timedelta(days=1)
    said, reserved = await verified(), await verified()
    assert tomorrow < datetime.fromisoformat(said["expires_at"]) < tomorrow + timedelta(hours=1)
    used = await redeemed(said, '"one"')
    assert used.json()["day"] == clock.day_of(tomorrow).isoformat()
    held = (await redeemed(reserved, '"two"', reserve=True)).json()
    late = await verified()
    await ahead(2)
    assert (await redeemed(late, '"three"')).json()["type"] == "/problems/verification-unusable"
    seen = await shop.call("GET", f"/redemptions/{held['redemption_id']}")
    assert (held["state"], seen.json()["state"]) == ("reserved", "expired")
    statement = await shop.call("GET", f"/statements/{clock.day_of(tomorrow)}")
    assert statement.status_code == 200
    # What is put down for good keeps to the real time.
    assert (await AuditEntry.get(action="redemption.confirm")).at == frozen_clock.at


async def test_its_clock_is_never_behind_for_a_closed_day_stays_as_it_is(shop):
    behind = await shop.call("PUT", "/sandbox/clock", {"offset_seconds": -5})
    assert behind.status_code == 422


async def test_the_next_calls_fail_as_told_and_then_no_more(shop):
    for status, errcode in ((500, 50030), (503, 50330)):
        fault = {"error_status": status, "error_calls": 2}
        assert (await shop.call("PUT", "/sandbox/faults", fault)).status_code == 200
        answers = [await shop.call("GET", "/me") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [status, status, 200]
        assert answers[0].json()["errcode"] == errcode
        assert "ratelimit" in answers[0].headers


async def test_of_many_calls_at_once_no_more_fail_than_were_asked_for(on_postgres):
    shop = await opened(on_postgres.http, sandbox=True)
    await shop.call("PUT", "/sandbox/faults", {"error_calls": 3})
    answers = await asyncio.gather(*(shop.call("GET", "/me") for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [503] * 3


async def test_slow_calls_are_slow_and_the_switches_are_not(shop):
    fault = {"slow_ms": 150, "error_calls": 5, "duplicate_webhooks": True, "reorder_webhooks": True}
    await shop.call("PUT", "/sandbox/faults", fault)
    started = time.perf_counter()
    assert (await shop.call("GET", "/me")).status_code == 503
    assert time.perf_counter() - started >= 0.15
    told = (await shop.call("GET", "/sandbox/faults")).json()
    assert told == fault | {"error_calls": 4, "error_status": 503, "offset_seconds": 0}
    behavior = await sandbox.behavior(shop.merchant_id)
    assert (behavior.faults.duplicate_webhooks, behavior.faults.reorder_webhooks) == (True, True)
    await shop.call("PUT", "/sandbox/faults", {})  # what is left out goes right
    assert (await sandbox.behavior(shop.merchant_id)) == sandbox.Behavior()


async def test_what_no_switch_may_do_is_refused(shop):
    for fault in (
        {"slow_ms": 5001},
        {"error_status": 404},
        {"error_calls": -1},
        {"merchant_id": "m"},
    ):
        assert (await shop.call("PUT", "/sandbox/faults", fault)).status_code == 422


async def test_a_real_merchant_has_none_of_this(application):
    real = await opened(application.http)
    for method, path, body in (
        ("GET", "/sandbox/residents", None),
        ("POST", "/sandbox/residents", {}),
        ("POST", "/sandbox/credit-codes", {"handle": "excellent-1", "scenario_id": "s1"}),
        ("PUT", "/sandbox/clock", {"offset_seconds": 1}),
        ("GET", "/sandbox/faults", None),
        ("PUT", "/sandbox/faults", {}),
    ):
        answer = await real.call(method, path, body)
        assert (answer.status_code, answer.json()["errcode"]) == (403, 40335), path
