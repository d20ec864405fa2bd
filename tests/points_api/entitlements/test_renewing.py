"""Entitlements follow consent, standing and scenarios, and each merchant is told the difference."""

from datetime import timedelta
from hashlib import sha256
from hmac import digest

import pytest

from points_api import clock
from points_api.access_log.models import AccessEntry
from points_api.consents.models import Consent
from points_api.consents.problems import ScenarioNotOpen
from points_api.db import outbox
from points_api.db.models import OutboxEvent
from points_api.db.writes import write_all
from points_api.entitlements import members, renewing, service
from points_api.entitlements.models import Entitlement, EntitlementChange
from points_api.entitlements.problems import ListConsentNeeded, MemberRefused, NotAList
from points_api.ids import new_id
from points_api.merchants.models import Merchant, MerchantScenario
from points_api.residents.models import Enrollment
from points_api.scenarios.models import ScenarioMove, ScenarioVersion
from tests.points_api.db import rows
from tests.points_api.entitlements.drivers import (
    agree,
    driver,
    due,
    is_granted,
    strike_off,
    told,
    withdraw,
)
from tests.points_api.storage import everything_stored
from tests.points_api.webhooks.shop import SCENARIO, folder, publish


async def give(yard, resident, number, scenario_id=SCENARIO):
    live = yard.push.entitlements.scenarios
    return await service.give_number(yard.keyring, live, resident, scenario_id, number, clock.now())


async def test_who_agrees_and_is_eligible_is_granted_and_told_with_what_is_disclosed(
    yard, receiver
):
    await yard.endpoint(receiver.url())
    resident = await driver(yard.keyring)
    await yard.run()
    (got,) = receiver.got
    assert got.said["type"] == "entitlement.granted"
    assert got.said["data"] == {
        "scenario_id": SCENARIO, "subject": yard.name_of(resident), "eligible": True,
        "benefit": {
            "type": "amount_off", "text": "满 40 元减 8 元", "text_en": "8 yuan off from 40 yuan",
        },
        "valid_until": "2027-12-31", "member_hash": None,
    }  # fmt: skip
    assert await told(yard.merchant_id) == [(1, "granted")]
    look = await AccessEntry.get(resident_id=resident)
    assert (look.actor, look.purpose, look.what) == (
        str(yard.merchant_id), SCENARIO, "entitlement"
    )  # fmt: skip


async def test_who_is_not_eligible_is_kept_and_not_told(yard):
    resident = await driver(yard.keyring, listed=False)
    await yard.run()
    assert await is_granted(resident) is False
    assert await told(yard.merchant_id) == []


async def test_the_number_is_sealed_and_told_as_a_hash_that_the_merchant_can_make(yard, receiver):
    await yard.endpoint(receiver.url())
    resident = await driver(yard.keyring)
    await yard.run()
    assert await give(yard, resident, " 鄂b·12345 ") == "鄂B12345"
    await yard.run()
    key = members.key_of(yard.keyring, yard.merchant_id)
    mark = digest(key, "鄂B12345".encode(), sha256).hex()
    assert receiver.kinds() == ["entitlement.granted", "entitlement.changed"]
    assert receiver.got[1].said["data"]["member_hash"] == mark
    assert not [row for row in await everything_stored() if "12345" in row and "鄂B" in row]
    await strike_off(resident)
    await yard.run()
    assert receiver.got[2].said["data"] == {
        "scenario_id": SCENARIO, "subject": yard.name_of(resident), "eligible": False,
        "member_hash": mark,
    }  # fmt: skip


@pytest.mark.parametrize(
    "number", ["1", "A", "a" * 33, "<script>", "420200199001010015", "鄂B/12345", "卡号：12"]
)
async def test_numbers_that_are_none_or_an_id_number_are_refused(number):
    with pytest.raises(MemberRefused):
        members.normalized(number)


async def test_a_number_needs_consent_and_a_list(yard):
    resident = await driver(yard.keyring, agrees=False)
    with pytest.raises(ListConsentNeeded):
        await give(yard, resident, "鄂B12345")
    with pytest.raises(ScenarioNotOpen):
        await give(yard, resident, "鄂B12345", "no-such-scenario")
    codes = next(
        one
        for one in folder().scenarios
        if "list" not in one.verification and one.open_on(clock.today())
    )
    await publish(codes.id)
    await yard.push.entitlements.scenarios.refresh()
    with pytest.raises(NotAList):
        await give(yard, resident, "鄂B12345", codes.id)


async def test_a_pause_looks_to_a_merchant_like_any_other_loss(yard):
    resident = await driver(yard.keyring)
    await yard.run()
    mine = Enrollment.filter(resident_id=resident)
    await mine.update(paused_at=clock.now())
    await outbox.append("member.paused", f"resident:{resident}", {})
    await yard.run()
    await mine.update(paused_at=None)
    await outbox.append("member.resumed", f"resident:{resident}", {})
    await yard.run()
    assert await told(yard.merchant_id) == [(1, "granted"), (2, "revoked"), (3, "granted")]


async def test_a_withdrawal_is_told_and_takes_entitlement_and_number_away(yard, receiver):
    await yard.endpoint(receiver.url())
    resident = await driver(yard.keyring)
    await yard.run()
    await give(yard, resident, "鄂B12345")
    await yard.run()
    await withdraw(resident)
    await yard.run()
    assert receiver.kinds()[2:] == ["consent.withdrawn", "entitlement.revoked"]
    assert await Entitlement.all().count() == 0
    await agree(resident)
    await yard.run()
    last = await EntitlementChange.all().order_by("-number").first()
    assert last is not None
    assert (last.kind, last.member_hash) == ("granted", None)


async def test_who_agrees_again_before_the_withdrawal_is_carried_out_ends_entitled(yard):
    resident = await driver(yard.keyring)
    await yard.run()
    await withdraw(resident)
    await agree(resident)
    await yard.push.renew()
    await yard.run()
    assert await is_granted(resident) is True
    kinds = [kind for _, kind in await told(yard.merchant_id)]
    assert kinds == ["granted", "revoked", "granted"]


async def test_a_renewal_without_news_tells_nothing(yard):
    resident = await driver(yard.keyring)
    for _ in range(3):
        await due(resident)
        await yard.run()
    assert await told(yard.merchant_id) == [(1, "granted")]
    assert await yard.push.entitlements.renew(resident, clock.now()) == 0


async def test_a_stopped_scenario_revokes_everybody_and_a_new_version_changes(yard):
    residents = [await driver(yard.keyring, n) for n in range(1, 4)]
    await yard.run()
    await move("suspended")
    await yard.run()
    assert [kind for _, kind in await told(yard.merchant_id)] == ["granted"] * 3 + ["revoked"] * 3
    await move("published")
    await yard.run()
    version = await ScenarioVersion.get(scenario_id=SCENARIO)
    document = {**version.document, "version": 2}
    await ScenarioVersion.filter(id=version.id).update(
        version=2, document=document, digest="sha256:2"
    )
    await move("published")
    await yard.run()
    kinds = [kind for _, kind in await told(yard.merchant_id)]
    assert kinds[6:] == ["granted"] * 3 + ["changed"] * 3
    assert all([await is_granted(one) for one in residents])


async def test_a_moved_scenario_is_asked_for_page_by_page_and_a_page_stays_asked(yard, monkeypatch):
    """So no transaction grows with the number of people, and what breaks off is not begun anew."""
    for n in range(1, 6):
        await driver(yard.keyring, n)
    asked, written = [], write_all

    async def broken_off(writes):
        asked.append(len(writes))
        if len(asked) == 3:
            raise RuntimeError
        await written(writes)

    monkeypatch.setattr(renewing, "_PAGE", 2)
    monkeypatch.setattr(renewing, "write_all", broken_off)
    before = await open_renewals()
    with pytest.raises(RuntimeError):
        await renewing.due_for_scenario(SCENARIO)
    assert asked == [2, 2, 1]
    assert await open_renewals() == before + 4
    assert await renewing.due_for_scenario(SCENARIO) == 5
    assert await renewing.due_for_scenario("another") == 0


async def open_renewals():
    return await OutboxEvent.filter(topic=renewing.DUE, done_at=None).count()


async def test_a_day_that_ends_the_term_revokes_at_night(yard, frozen_clock):
    resident = await driver(yard.keyring)
    await yard.run()
    frozen_clock.forward(timedelta(days=580))
    await Consent.all().update(expires_at=clock.now() + timedelta(days=9))
    assert await renewing.due_for_all() == 1
    await yard.run()
    assert await told(yard.merchant_id) == [(1, "granted"), (2, "revoked")]
    assert await is_granted(resident) is False


async def test_a_merchant_who_begins_later_gets_the_list_and_who_ends_loses_it(yard):
    await driver(yard.keyring)
    await yard.run()
    other, sandbox = await rows.merchant(), await rows.merchant(sandbox=True)
    for one in (other, sandbox):
        await rows.merchant_scenario(merchant=one, scenario_id=SCENARIO)
    await renewing.due_for_all()
    await yard.run()
    assert await told(other.id) == [(1, "granted")]
    assert await told(sandbox.id) == []
    subjects = {one.subject for one in await EntitlementChange.all()}
    assert len(subjects) == 2
    await MerchantScenario.filter(merchant_id=other.id).update(until=clock.now())
    await Merchant.filter(id=yard.merchant_id).update(state="suspended")
    await renewing.due_for_all()
    await yard.run()
    assert (await told(other.id))[1:] == [(2, "revoked")]
    assert (await told(yard.merchant_id))[1:] == [(2, "revoked")]


async def move(state):
    version = await ScenarioVersion.get(scenario_id=SCENARIO)
    await ScenarioVersion.filter(id=version.id).update(state=state)
    await ScenarioMove.create(
        id=new_id(), scenario_id=SCENARIO, version=version.version, move="x", state=state,
        actor="office:test", reason="test", at=clock.now(),
    )  # fmt: skip
    said = {"scenario_id": SCENARIO, "version": version.version, "state": state}
    await outbox.append("scenario.moved", f"scenario:{SCENARIO}", said)
