import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from points_api.audit.models import AuditEntry
from points_api.auth.local_wechat import REFUSED
from points_api.auth.models import Session
from points_api.auth.service import RETRY, purge
from points_api.crypto.keyring import Keyring
from points_api.db.models import OutboxEvent
from points_api.residents import accounts
from points_api.residents.models import Resident
from points_api.residents.rotation import rotate
from tests.points_api.auth.door import NEW, OLD, bearer
from tests.points_api.auth.door import door as open_door


async def refreshed(door, token):
    return await door.client.post("/v1/auth/refresh", json={"refresh_token": token})


async def works(door, tokens):
    answer = await door.client.get("/v1/me/enrollment", headers=bearer(tokens["access_token"]))
    return answer.status_code == 200


async def test_a_resident_signs_in_with_a_code_of_wechat(door):
    tokens = await door.sign_in(1)
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 900
    assert tokens["refresh_expires_in"] == timedelta(days=30).total_seconds()
    assert await works(door, tokens)


async def test_tokens_are_never_kept_by_whoever_stands_in_between(door):
    answer = await door.client.post("/v1/auth/wechat", json={"code": "demo:1"})
    assert answer.headers["cache-control"] == "no-store"


async def test_the_same_wechat_account_is_the_same_resident(door):
    await door.sign_in(1)
    await door.sign_in(1)
    await door.sign_in(2)
    assert await Resident.all().count() == 2
    assert await Session.all().count() == 3


async def test_ten_first_sign_ins_at_once_make_one_resident(door):
    await asyncio.gather(*(door.sign_in(7) for _ in range(10)))
    assert await Resident.all().count() == 1


@pytest.mark.parametrize("code", sorted(REFUSED))
async def test_what_wechat_refuses_is_told_in_both_languages(door, code):
    for language in ("zh", "en"):
        answer = await door.client.post(
            "/v1/auth/wechat", json={"code": code}, headers={"Accept-Language": language}
        )
        problem = REFUSED[code]
        assert answer.status_code == problem.status
        assert answer.json()["errcode"] == problem.errcode
        assert (
            answer.json()["title"] == dict(zip(("zh", "en"), problem.title, strict=True))[language]
        )
    assert await Session.all().count() == 0


async def test_a_code_issued_by_the_fake_works_once(door):
    code = {"code": door.wechat.issue(3)}
    assert (await door.client.post("/v1/auth/wechat", json=code)).status_code == 200
    again = await door.client.post("/v1/auth/wechat", json=code)
    assert (again.status_code, again.json()["type"]) == (400, "/problems/sign-in-code-used")


async def test_an_access_token_ends_after_a_quarter_of_an_hour(door, frozen_clock):
    tokens = await door.sign_in(1)
    frozen_clock.forward(timedelta(minutes=15))
    answer = await door.client.get("/v1/me/enrollment", headers=bearer(tokens["access_token"]))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


async def test_a_refresh_token_brings_new_tokens_of_the_same_session(door, frozen_clock):
    first = await door.sign_in(1)
    frozen_clock.forward(timedelta(hours=1))
    second = (await refreshed(door, first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["refresh_expires_in"] == timedelta(days=30, hours=-1).total_seconds()
    assert await works(door, second)
    assert await Session.all().count() == 1


async def test_a_client_that_lost_the_answer_gets_the_very_same_token_again(door, frozen_clock):
    first = await door.sign_in(1)
    second = (await refreshed(door, first["refresh_token"])).json()
    frozen_clock.forward(RETRY)
    again = (await refreshed(door, first["refresh_token"])).json()
    assert again["refresh_token"] == second["refresh_token"]
    assert await works(door, second)


async def test_an_old_refresh_token_used_later_ends_the_session_for_both(door, frozen_clock):
    first = await door.sign_in(1)
    second = (await refreshed(door, first["refresh_token"])).json()
    frozen_clock.forward(RETRY + timedelta(milliseconds=1))
    stolen = await refreshed(door, first["refresh_token"])
    assert (stolen.status_code, stolen.json()["type"]) == (401, "/problems/refresh-token-reused")
    assert not await works(door, second)
    rightful = await refreshed(door, second["refresh_token"])
    assert (rightful.status_code, rightful.json()["type"]) == (401, "/problems/session-ended")
    session = await Session.get()
    assert session.reason == "refresh_token_reused"


async def test_a_token_two_generations_old_has_no_time_of_grace(door):
    first = await door.sign_in(1)
    second = (await refreshed(door, first["refresh_token"])).json()
    await refreshed(door, second["refresh_token"])
    assert (await refreshed(door, first["refresh_token"])).status_code == 401
    assert not await works(door, second)


async def test_ten_refreshes_at_once_with_one_token_agree(door):
    first = await door.sign_in(1)
    answers = await asyncio.gather(*(refreshed(door, first["refresh_token"]) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    assert (await Session.get()).generation == 2


async def test_the_end_of_a_stolen_session_is_committed_although_the_answer_is_an_error(
    door, frozen_clock
):
    first = await door.sign_in(1)
    await refreshed(door, first["refresh_token"])
    frozen_clock.forward(timedelta(minutes=1))
    await refreshed(door, first["refresh_token"])
    assert (await Session.get()).revoked_at is not None
    assert await AuditEntry.filter(action="session.end").count() == 1
    assert await OutboxEvent.filter(topic="session.ended").count() == 1


async def test_a_session_ends_for_good_after_thirty_days(door, frozen_clock):
    tokens = await door.sign_in(1)
    frozen_clock.forward(timedelta(days=30))
    answer = await refreshed(door, tokens["refresh_token"])
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/session-ended")


@pytest.mark.parametrize("token", ["", "x", "rt1.", "rt1." + "0" * 32 + ".1." + "0" * 64])
async def test_a_made_up_refresh_token_is_refused(door, token):
    answer = await refreshed(door, token)
    assert answer.status_code in (401, 422)


async def test_no_token_and_no_openid_is_in_the_database(door):
    tokens = await door.sign_in(1)
    await refreshed(door, tokens["refresh_token"])
    stored = [
        repr(row)
        for model in (Session, Resident, AuditEntry, OutboxEvent)
        for row in await model.all().values()
    ]
    mac = tokens["refresh_token"].rpartition(".")[2]
    for secret in (mac, bytes.fromhex(mac), "demo-1", tokens["access_token"]):
        assert not [row for row in stored if str(secret) in row]


async def test_sessions_long_over_are_deleted_after_the_term_of_logs(door, frozen_clock):
    await door.sign_in(1)
    frozen_clock.forward(timedelta(days=30 + 180))
    assert await purge(frozen_clock.at) == 0
    assert await purge(frozen_clock.at + timedelta(seconds=1)) == 1


async def test_signing_in_finds_an_account_of_an_older_key_and_leaves_it_to_the_rotation(
    frozen_clock, database
):
    async with open_door(keys=(OLD,)) as before:
        await before.sign_in(1)
    account = await Resident.get()
    async with open_door(keys=(NEW, OLD)) as after:
        await after.sign_in(1)
        untouched = await Resident.get()
        await rotate(after.keyring)
    moved = await Resident.get()
    assert untouched.openid_index == Keyring([OLD]).index(accounts.INDEX, "demo-1")
    assert moved.openid_index == Keyring([NEW]).index(accounts.INDEX, "demo-1")
    assert account.id == untouched.id == moved.id


async def test_both_old_tokens_stay_good_while_the_keys_rotate(frozen_clock, database):
    async with open_door(keys=(OLD,)) as before:
        tokens = await before.sign_in(1)
    async with open_door(keys=(NEW, OLD)) as after:
        assert await works(after, tokens)
        newer = (await refreshed(after, tokens["refresh_token"])).json()
    async with open_door(keys=(NEW,)) as alone:
        assert await works(alone, newer)
        assert not await works(alone, tokens)


async def test_the_key_set_is_public_and_may_be_kept_for_minutes(door):
    answer = await door.client.get("/.well-known/jwks.json")
    assert [key["kid"] for key in answer.json()["keys"]] == ["2026b", "2026a"]
    assert "max-age" in answer.headers["cache-control"]
    assert "d" not in answer.json()["keys"][0]


async def test_a_session_is_named_by_an_id_that_is_nobodys_secret(door):
    await door.sign_in(1)
    assert UUID(str((await Session.get()).id)).version == 7
