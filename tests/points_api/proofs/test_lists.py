"""What ends a resident's right ends their proofs: by itself where they end it, else by an event."""

import asyncio
from datetime import timedelta

import pytest

from interop import key_set
from interop.proof import status_list
from interop.proof.status_list import INVALID, VALID
from points_api import clock
from points_api.consents.models import Consent
from points_api.db.models import OutboxEvent
from points_api.db.writes import write_all
from points_api.entitlements import renewing
from points_api.proofs import lists
from points_api.settings import load
from tests.points_api.proofs.wallet import filled
from tests.points_api.verifications import shop
from tests.points_api.verifications.conftest import ADULTS
from tests.points_api.verifications.shop import HIGH, SERVED_ONLINE
from tests.points_api.webhooks.shop import push_of


@pytest.fixture
def statuses(application, frozen_clock):
    """What the list says at the places of a wallet, once it is signed anew."""

    async def told(wallet):
        frozen_clock.forward(lists.SIGNED_ANEW)
        answer = await application.http.get(wallet.status_list)
        assert answer.status_code == 200, answer.text
        keys = key_set.read((await application.http.get("/v1/proofs/keys")).content)
        read = status_list.read(answer.text, wallet.status_list, keys, clock.now())
        at = int(clock.now().timestamp())
        return {read.status(place, at) for place in wallet.places}

    return told


@pytest.fixture
def push(application):
    state = application.app.state
    push = push_of(None)
    object.__setattr__(push.entitlements, "scenarios", state.scenarios)
    object.__setattr__(push.entitlements, "standings", state.standings)
    return push


async def withdraw(resident, application):
    assert (await resident.delete("/v1/me/consents?purpose=scenario")).status_code == 200


async def withdraw_and_agree_anew(resident, application):
    await withdraw(resident, application)
    await shop.consent(resident)


async def leave(resident, application):
    assert (await resident.delete("/v1/me/enrollment")).status_code == 200


async def leave_and_join_again(resident, application):
    await leave(resident, application)
    assert (await resident.join()).status_code == 201
    await shop.consent(resident)


async def pause(resident, application):
    await resident.http.put("/v1/me/pause", headers=resident.headers())


async def outlive(resident, application):
    over = Consent.filter(purpose="scenario")
    await over.update(expires_at=clock.now(), granted_at=clock.now() - timedelta(days=1))


@pytest.mark.parametrize(
    "end", [withdraw, withdraw_and_agree_anew, leave, leave_and_join_again, pause, outlive]
)
async def test_what_a_resident_ends_no_proof_survives(application, resident, statuses, end):
    wallet = await filled(resident)
    other = await application.visitor(ADULTS[1])
    await other.join()
    await shop.consent(other)
    untouched = await filled(other)
    assert await statuses(wallet) == {VALID}
    await end(resident, application)
    assert await statuses(wallet) == {INVALID}
    if end is not outlive:
        assert await statuses(untouched) == {VALID}


async def test_withdrawing_one_scenario_leaves_the_proofs_of_others(resident, statuses):
    await shop.consent(resident, SERVED_ONLINE)
    one, other = await filled(resident), await filled(resident, 2, SERVED_ONLINE)
    consent = await Consent.get(recipient=SERVED_ONLINE)
    assert (await resident.delete(f"/v1/me/consents/{consent.id}")).status_code == 200
    assert (await statuses(one), await statuses(other)) == ({VALID}, {INVALID})


async def renewed(push, resident):
    """What the worker does of every event that may change what is open to somebody."""
    enrollment = await shop.enrollment_of(resident)
    await write_all([renewing.due(enrollment.resident_id)])
    for _ in range(500):  # on SQLite the application's own worker may have taken it
        await push.renew()
        if not await OutboxEvent.filter(topic=renewing.DUE, done_at=None).exists():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nobody has carried it out")


async def test_who_falls_below_loses_the_proofs_of_just_that_scenario(resident, statuses, push):
    await shop.consent(resident, HIGH)
    await shop.set_score(resident, 85_000)
    low, high = await filled(resident), await filled(resident, 2, HIGH)
    await shop.set_score(resident, 70_000)
    await renewed(push, resident)
    assert (await statuses(low), await statuses(high)) == ({VALID}, {INVALID})
    await shop.set_score(resident, 85_000)
    await renewed(push, resident)
    assert await statuses(high) == {INVALID}  # for good: a new batch is to be had


async def test_a_pause_that_the_worker_saw_ends_the_batch_for_good(resident, statuses, push):
    wallet = await filled(resident)
    await pause(resident, None)
    await renewed(push, resident)
    await resident.delete("/v1/me/pause")
    assert await statuses(wallet) == {INVALID}


async def test_a_stopped_scenario_ends_its_proofs(application, resident, statuses, push):
    wallet = await filled(resident)
    await shop.stop(application)
    await renewed(push, resident)
    assert await statuses(wallet) == {INVALID}


async def test_events_that_change_nothing_revoke_nothing(resident, statuses, push):
    wallet = await filled(resident)
    await renewed(push, resident)
    assert await statuses(wallet) == {VALID}


async def test_a_list_is_signed_twice_a_minute_at_most_and_may_be_kept(
    application, resident, frozen_clock
):
    wallet = await filled(resident)
    first = await application.http.get(wallet.status_list)
    assert first.headers["content-type"] == "application/statuslist+jwt"
    assert first.headers["cache-control"] == "public, max-age=60"
    await withdraw(resident, application)
    frozen_clock.forward(timedelta(seconds=29))
    assert (await application.http.get(wallet.status_list)).text == first.text
    frozen_clock.forward(timedelta(seconds=1))
    assert (await application.http.get(wallet.status_list)).text != first.text


@pytest.mark.parametrize(
    ("name", "status"),
    [("2026-06-01", 200), ("2026-05-30", 200), ("2026-05-29", 404), ("2026-06-02", 404),
     ("2026-6-1", 422), ("newest", 422)],
)  # fmt: skip
async def test_a_list_stands_as_long_as_its_proofs(application, name, status):
    assert (await application.http.get(f"/v1/proofs/status/{name}")).status_code == status


async def test_whatever_host_a_stranger_names_it_is_the_same_list_signed_once(
    application, resident, frozen_clock
):
    wallet = await filled(resident)
    first = await application.http.get(wallet.status_list)
    for n in range(3):
        frozen_clock.forward(timedelta(seconds=5))
        answer = await application.http.get(wallet.status_list, headers={"host": f"h{n}.example"})
        assert answer.text == first.text
    assert len(application.app.state.status_lists._signed) == 1


async def test_a_configured_address_stands_in_proofs_and_production_demands_one(
    application, resident
):
    state = application.app.state
    state.settings = settings(address="https://points.example")
    wallet = await filled(resident)
    assert wallet.status_list.startswith("https://points.example/v1/proofs/status/")
    state.settings = settings(env="production")
    answer = await application.http.get(f"/v1/proofs/status/{clock.today()}")
    assert (answer.status_code, answer.json()["reason"]) == (503, "no-address")


def settings(**chosen):
    return load().model_copy(update=chosen)


async def test_a_list_says_nothing_of_how_many_there_are(application, resident):
    before = await application.http.get("/v1/proofs/status/2026-05-31")
    await filled(resident, 50)
    after = await application.http.get("/v1/proofs/status/2026-06-01")
    assert len(before.text) == len(after.text)
