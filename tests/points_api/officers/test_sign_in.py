import asyncio
from dataclasses import replace
from datetime import timedelta

import jwt
import pytest

from points_api import clock
from points_api.audit.models import AuditEntry
from points_api.officers import accounts, passwords
from points_api.officers.models import Officer, OfficerSession
from tests.points_api.auth.door import bearer
from tests.points_api.auth.door import door as open_door
from tests.points_api.officers.desk import another, hire, status
from tests.points_api.storage import everything_stored

STEP = timedelta(seconds=30)


async def test_password_and_code_open_a_session_of_half_an_hour(door, frozen_clock):
    desk = await hire(door, "case", "scenario", division="420281")
    answer = await desk.try_to_sign_in()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    signed_in = answer.json()
    token = signed_in.pop("access_token")
    assert signed_in == {
        "token_type": "Bearer", "expires_in": 1800, "roles": ["case", "scenario"],
        "division": "420281",
    }  # fmt: skip
    said = jwt.decode(token, options={"verify_signature": False})
    assert (said["kind"], said["sub"], said["roles"]) == (
        "officer", str(desk.id), ["case", "scenario"],
    )  # fmt: skip
    frozen_clock.forward(timedelta(minutes=30) - timedelta(seconds=1))
    assert await status(door, bearer(token)) == 200
    frozen_clock.forward(timedelta(seconds=1))
    assert await status(door, bearer(token)) == 401


async def test_an_officer_sees_their_own_account(door):
    desk = await hire(door, "auditor")
    answer = await door.client.get("/v1/officer/me", headers=await desk.headers())
    assert answer.json() == {
        "officer_id": str(desk.id), "login": "scenario-desk", "roles": ["auditor"],
        "division": None, "signed_in_at": "2026-06-01T04:00:00Z",
        "expires_at": "2026-06-01T04:30:00Z",
    }  # fmt: skip


async def refusals(door, desk):
    """What is answered to each way of being wrong."""
    suspended = await hire(door, login="suspended")
    await accounts.suspend("suspended", "office:test", clock.now())
    return {
        "unknown": await desk.try_to_sign_in(login="nobody"),
        "password": await desk.try_to_sign_in(password="wrong"),
        "code": await desk.try_to_sign_in(code=another(desk.code)),
        "suspended": await suspended.try_to_sign_in(),
    }


async def test_whatever_is_wrong_the_answer_is_the_same(door):
    answers = await refusals(door, await hire(door))
    assert {answer.status_code for answer in answers.values()} == {401}
    assert len({answer.content for answer in answers.values()}) == 1
    assert len({tuple(answer.headers.items()) for answer in answers.values()}) == 1


async def test_an_unknown_login_costs_a_hash_as_a_known_one_does(door, monkeypatch):
    tried = []
    matches = passwords.matches

    async def noted(password, stored):
        tried.append(stored.split("$")[3])
        return await matches(password, stored)

    monkeypatch.setattr(passwords, "matches", noted)
    await refusals(door, await hire(door))
    assert tried == ["m=19456,t=2,p=1"] * 4


async def test_success_and_failure_are_audited_without_what_was_typed(door, frozen_clock):
    desk = await hire(door)
    await refusals(door, desk)
    frozen_clock.forward(STEP)
    await desk.headers()
    entries = {
        entry.details["why"]: entry
        for entry in await AuditEntry.filter(action="officer.sign_in_refused")
    }
    assert entries.keys() == {"unknown", "password", "code", "suspended"}
    assert entries["unknown"].subject == "officer:unknown"
    assert entries["password"].subject == f"officer:{desk.id}"
    assert entries["code"].details["failures"] == 2
    session = await OfficerSession.get()
    signed_in = await AuditEntry.get(action="officer.sign_in")
    assert (signed_in.actor, signed_in.subject) == (f"officer:{desk.id}", f"session:{session.id}")


async def test_nothing_that_is_typed_is_stored_in_the_clear(door):
    desk = await hire(door)
    await desk.try_to_sign_in(login="my-secret-by-mistake", password="wrong-password")
    await desk.headers()
    stored = "\n".join(await everything_stored())
    secrets = ("my-secret-by-mistake", "wrong-password", desk.credentials.password)
    assert not any(text in stored for text in secrets)
    assert repr(desk.credentials.secret)[2:-1] not in stored


async def test_a_code_is_taken_once_and_none_before_it_after_that(door, frozen_clock):
    desk = await hire(door)
    earlier = desk.code
    frozen_clock.forward(STEP)
    assert (await desk.try_to_sign_in()).status_code == 200
    assert (await desk.try_to_sign_in()).status_code == 401
    assert (await desk.try_to_sign_in(code=earlier)).status_code == 401
    frozen_clock.forward(STEP)
    assert (await desk.try_to_sign_in()).status_code == 200


async def test_one_code_sent_twenty_times_at_once_signs_in_once(door):
    desk = await hire(door)
    answers = await asyncio.gather(*(desk.try_to_sign_in() for _ in range(20)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 401, 429}
    assert await OfficerSession.all().count() == 1


async def test_of_guesses_sent_at_once_only_five_are_looked_at(door, monkeypatch):
    desk, looked = await hire(door), []
    matches = passwords.matches

    async def noted(password, stored):
        looked.append(stored)
        return await matches(password, stored)

    monkeypatch.setattr(passwords, "matches", noted)
    guesses = (desk.try_to_sign_in(password=f"guess {n}") for n in range(20))
    statuses = [answer.status_code for answer in await asyncio.gather(*guesses)]
    assert len(looked) == statuses.count(401) == 5
    assert statuses.count(429) == 15


@pytest.mark.parametrize("login", ["scenario-desk", "nobody"])
async def test_a_closed_login_tells_how_long_and_not_whether_it_exists(door, frozen_clock, login):
    desk = await hire(door)
    for _ in range(5):
        await desk.try_to_sign_in(login=login, password="wrong")
    answer = await desk.try_to_sign_in(login=login)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")
    assert answer.json()["type"] == "/problems/too-many-failures"
    frozen_clock.forward(STEP)
    expected = 200 if login == desk.login else 401
    assert (await desk.try_to_sign_in(login=login)).status_code == expected


async def test_signing_in_opens_what_failures_had_nearly_closed(door, frozen_clock):
    desk = await hire(door)
    for _ in range(3):
        for _ in range(4):
            assert (await desk.try_to_sign_in(password="wrong")).status_code == 401
        assert (await desk.try_to_sign_in()).status_code == 200
        frozen_clock.forward(STEP)


@pytest.mark.parametrize(
    "body",
    [
        {"code": "12345"},
        {"code": "1234567"},
        {"code": 123456},
        {"password": ""},
        {"password": "x" * 129},
        {"login": ""},
        {"name": "x"},
    ],
)
async def test_what_cannot_be_right_is_refused_before_it_is_counted(door, body):
    desk = await hire(door)
    answer = await desk.try_to_sign_in(**body)
    assert answer.status_code == 422
    assert "x" * 129 not in answer.text
    assert (await desk.try_to_sign_in()).status_code == 200


async def test_signing_out_ends_this_session_on_every_process_and_no_other(door, frozen_clock):
    desk = await hire(door)
    headers = await desk.headers()
    frozen_clock.forward(STEP)
    other = await desk.headers()
    async with open_door() as another_process:
        answer = await door.client.post("/v1/auth/officer/logout", headers=headers)
        assert answer.status_code == 204
        assert [await status(another_process, one) for one in (headers, other)] == [401, 200]
    ended = await AuditEntry.get(action="officer.sign_out")
    assert ended.actor == f"officer:{desk.id}"


@pytest.mark.parametrize("change", ["suspend", "roles", "reset"])
async def test_a_change_of_the_account_ends_its_sessions_at_once(door, change):
    desk, other = await hire(door), await hire(door, login="other")
    headers, others = await desk.headers(), await other.headers()
    now = clock.now()
    if change == "suspend":
        await accounts.suspend(desk.login, "office:test", now)
    elif change == "roles":
        await accounts.change_roles(desk.login, ["case"], "office:test", now)
    else:
        await accounts.reset(door.keyring, desk.login, desk.credentials, "office:test", now)
    assert [await status(door, one) for one in (headers, others)] == [401, 200]
    answer = await door.client.get("/v1/officer/me", headers=headers)
    assert answer.json()["type"] == "/problems/session-ended"


async def test_who_is_suspended_in_the_database_itself_is_out_as_well(door):
    desk = await hire(door)
    headers = await desk.headers()
    await Officer.filter(id=desk.id).update(status="suspended")
    assert await status(door, headers) == 401


async def test_whose_account_changes_while_the_password_is_looked_at_is_not_let_in(
    door, monkeypatch
):
    desk = await hire(door)
    matches = passwords.matches

    async def overtaken(password, stored):
        await Officer.filter(id=desk.id).update(password_hash="another")
        return await matches(password, stored)

    monkeypatch.setattr(passwords, "matches", overtaken)
    assert (await desk.try_to_sign_in()).status_code == 401


async def test_a_demo_account_is_refused_in_production(door):
    desk = await hire(door)
    await Officer.filter(id=desk.id).update(demo=True)
    door.app.state.identity = replace(door.identity, in_production=True)
    assert (await desk.try_to_sign_in()).status_code == 401
    refused = await AuditEntry.get(action="officer.sign_in_refused")
    assert refused.details["why"] == "demo"
