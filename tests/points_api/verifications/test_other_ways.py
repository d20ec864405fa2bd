"""Wall code, counter and server call, and what both sides see of it afterwards."""

from datetime import timedelta

import pytest

from points_api import clock
from points_api.eligibility import pseudonym
from points_api.merchants.models import MerchantScenario
from points_api.verifications.models import Verification
from tests.points_api.credit_codes.picture import read
from tests.points_api.verifications import shop
from tests.points_api.verifications.conftest import ADULTS
from tests.points_api.verifications.shop import HIGH, PATH, SERVED_ONLINE, SHOWN, code


async def wall_code(till, scenario_id=SHOWN):
    return await till.get(f"/v1/merchant/scenarios/{scenario_id}/wall-code")


async def scan(visitor, text):
    return await visitor.post("/v1/me/wall-scans", {"wall_code": text})


async def test_a_wall_code_shows_both_the_same_number(till, resident):
    hung = (await wall_code(till)).json()
    assert read(hung["qr_svg"]) == hung["wall_code"]
    seen = await scan(resident, hung["wall_code"])
    assert seen.status_code == 201, seen.text
    said = seen.json()
    assert (said["eligible"], said["cause"]) == (True, "eligible")
    assert said["merchant"] == {"id": str(till.merchant_id), "name": "某书店"}
    assert said["benefit"]["type"] == "deposit_waive"
    [listed] = (await till.get(PATH)).json()["items"]
    assert listed["confirmation"] == said["confirmation"]
    assert (listed["verification_id"], listed["mode"]) == (said["verification_id"], "wall")


async def test_a_scan_in_vain_is_seen_by_the_resident_alone(till, resident):
    hung = (await wall_code(till)).json()["wall_code"]
    await shop.set_score(resident, 10_000)
    assert (await scan(resident, hung)).json()["cause"] == "below"
    assert (await till.get(PATH)).json()["items"] == []
    [mine] = (await resident.get("/v1/me/verifications")).json()["items"]
    assert (mine["mode"], mine["cause"]) == ("wall", "below")


async def test_a_wall_code_ends_with_the_merchants_serving(application, till, resident):
    hung = (await wall_code(till)).json()["wall_code"]
    assert (await scan(resident, "A" * 100)).json()["type"] == "/problems/wall-code-unknown"
    await MerchantScenario.all().update(until=clock.now())
    assert (await scan(resident, hung)).status_code == 404
    assert (await wall_code(till, HIGH)).json()["type"] == "/problems/mode-not-offered"


async def test_a_wall_scan_needs_the_consent_and_says_how(application, till):
    visitor = await application.visitor(ADULTS[1])
    hung = (await wall_code(till)).json()["wall_code"]
    assert (await scan(visitor, hung)).json()["type"] == "/problems/no-member"
    await visitor.join()
    answer = await scan(visitor, hung)
    assert (answer.status_code, answer.json()["type"]) == (
        409, "/problems/scenario-consent-needed"
    )  # fmt: skip


async def test_six_digits_said_at_a_counter_are_the_code_itself(till, resident):
    shown = await shop.shown(resident)
    assert len(shown["spoken"]) == 6
    answer = await till.ask({"spoken": shown["spoken"], "scenario_id": SHOWN})
    assert answer.json()["eligible"] is True, answer.text
    assert (await Verification.get()).mode == "counter"
    assert (await till.verify(shown["code"])).json()["type"] == "/problems/code-used"
    again = await till.ask({"spoken": shown["spoken"], "scenario_id": SHOWN})
    assert again.json()["type"] == "/problems/code-used"


async def test_guessing_numbers_ends_soon(till, resident, frozen_clock):
    shown = await shop.shown(resident)
    wrong = f"{(int(shown['spoken']) + 1) % 1_000_000:06d}"
    answers = [await till.ask({"spoken": wrong, "scenario_id": SHOWN}) for _ in range(6)]
    assert [one.status_code for one in answers] == [409] * 5 + [429]
    assert answers[-1].headers["retry-after"] == "30"
    right = {"spoken": shown["spoken"], "scenario_id": SHOWN}
    assert (await till.ask(right)).status_code == 429
    frozen_clock.forward(timedelta(seconds=31))
    assert (await till.ask(right)).status_code == 201


async def test_a_scenario_without_a_counter_gives_no_number(till, resident):
    await shop.consent(resident, HIGH)
    assert (await shop.shown(resident, HIGH))["spoken"] is None


@pytest.fixture
async def named(till, resident, application):
    """The resident, known to the merchant's system by the name that a yes disclosed."""
    await shop.consent(resident, SERVED_ONLINE)
    answer = await till.verify(await code(resident, SERVED_ONLINE), SERVED_ONLINE)
    name = answer.json()["pseudonym"]
    enrollment = await shop.enrollment_of(resident)
    keyring = application.app.state.keyring
    assert name == pseudonym.of(keyring, till.merchant_id, enrollment.resident_id)
    return name


async def by_name(till, name, scenario_id=SERVED_ONLINE):
    return await till.ask({"pseudonym": name, "scenario_id": scenario_id})


async def test_a_system_asks_by_the_name_that_it_was_given(till, named):
    answers = [await by_name(till, named) for _ in range(2)]
    assert [one.json()["eligible"] for one in answers] == [True, True]
    assert answers[0].json()["pseudonym"] == named


async def test_a_name_means_nothing_to_another_merchant(application, named):
    other = await shop.till(application)
    assert (await by_name(other, named)).json()["eligible"] is False


async def test_unknown_names_get_the_answer_of_those_below(application, till, named, resident):
    unknown = await by_name(till, "0" * 32)
    await shop.set_score(resident, 10_000)
    below = await by_name(till, named)
    ids = [one.json()["verification_id"] for one in (unknown, below)]
    assert unknown.text.replace(ids[0], "…") == below.text.replace(ids[1], "…")
    causes = [(await Verification.get(id=one)).cause for one in ids]
    assert causes == ["unknown", "below"]


async def test_a_system_learns_nothing_without_the_consent(till, named, resident):
    items = (await resident.get("/v1/me/consents")).json()["items"]
    [mine] = [one["id"] for one in items if one["recipient"]["id"] == SERVED_ONLINE]
    await resident.delete(f"/v1/me/consents/{mine}")
    assert (await by_name(till, named)).json()["eligible"] is False


async def test_a_scenario_that_is_not_asked_online_says_so(till, named):
    answer = await by_name(till, named, SHOWN)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/mode-not-offered")


async def test_the_resident_sees_each_decision_and_the_look_of_the_merchant(
    till, resident, frozen_clock
):
    await till.verify(await code(resident))
    frozen_clock.forward(timedelta(minutes=1))
    await shop.set_score(resident, 10_000)
    await till.verify(await code(resident))
    decisions = (await resident.get("/v1/me/verifications")).json()["items"]
    assert [(one["eligible"], one["cause"]) for one in decisions] == [
        (False, "below"), (True, "eligible")
    ]  # fmt: skip
    assert decisions[0]["merchant"]["name"] == "某书店"
    assert decisions[0]["scenario"]["id"] == SHOWN
    assert "没有加入" not in decisions[0]["cause_text"]
    looks = (await resident.get("/v1/me/access-log")).json()["items"]
    mine = [one for one in looks if one["actor_kind"] == "merchant"]
    assert [one["given"] for one in mine] == ["“不符合条件”，没有原因", "“符合条件”和优惠内容"]
    assert mine[0]["actor_text"] == "某书店"
    assert mine[0]["purpose_text"] == decisions[0]["scenario"]["name"]


async def test_lists_go_on_where_they_stopped(till, resident, frozen_clock):
    for _ in range(5):
        await till.verify(await code(resident))
        frozen_clock.forward(timedelta(seconds=1))
    for path, get in ((PATH, till.get), ("/v1/me/verifications", resident.get)):
        first = (await get(f"{path}?limit=3")).json()
        rest = (await get(f"{path}?limit=3&cursor={first['next']}")).json()
        ids = [one["verification_id"] for one in (*first["items"], *rest["items"])]
        assert (len(ids), len(set(ids)), rest["next"]) == (5, 5, None)
    logged = []
    answer = (await resident.get("/v1/me/access-log?limit=2")).json()
    while True:
        logged += answer["items"]
        if answer["next"] is None:
            break
        url = f"/v1/me/access-log?limit=2&cursor={answer['next']}"
        answer = (await resident.get(url)).json()
    assert sum(one["actor_kind"] == "merchant" for one in logged) == 5


async def test_a_merchant_sees_its_own_verifications_since_when_it_says(
    application, till, resident, frozen_clock
):
    await till.verify(await code(resident))
    frozen_clock.forward(timedelta(minutes=5))
    await till.verify(await code(resident))
    assert len((await till.get(PATH)).json()["items"]) == 2
    late = (await till.get(PATH, since="2026-06-01T12:05:00+08:00")).json()["items"]
    assert len(late) == 1
    other = await shop.till(application)
    assert (await other.get(PATH)).json()["items"] == []
