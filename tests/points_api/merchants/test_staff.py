"""A merchant's managers look after its staff and keys; a manager who can sign in remains."""

import asyncio
from datetime import timedelta

import pytest

from points_api.auth.models import ApiClient
from points_api.merchants.models import MerchantStaff
from tests.points_api.merchants.shop import Key, desk, hired, opened, try_token

OFFICER = "/v1/officer/merchants"
OTHER = "914202001234567888"


@pytest.fixture
async def manager(application):
    return await opened(application.http)


async def test_the_token_names_merchant_post_and_key_and_lives_fifteen_minutes(
    application, manager, frozen_clock
):
    answer = await try_token(application.http, manager.key, manager.client_id)
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 900)
    me = (await manager.call("GET", "/me")).json()
    assert me | {"now": ""} == {
        "merchant_id": str(manager.merchant_id), "name": "某书店", "division": "420202",
        "division_name": "黄石港区", "sandbox": False, "staff_id": str(manager.staff_id),
        "label": "manager", "role": "manager", "client_id": manager.client_id, "now": "",
    }  # fmt: skip
    frozen_clock.forward(timedelta(minutes=15))
    assert (await manager.call("GET", "/me")).status_code == 401


async def test_a_cashier_signs_in_and_may_manage_nothing(manager):
    cashier = await hired(manager)
    assert (await cashier.call("GET", "/me")).json()["role"] == "cashier"
    for method, path, body in (
        ("GET", "/staff", None),
        ("POST", "/staff", {"label": "till-2", "role": "manager"}),
        ("DELETE", f"/staff/{manager.staff_id}", None),
        ("GET", f"/staff/{cashier.staff_id}/keys", None),
        ("POST", f"/staff/{cashier.staff_id}/keys", {"public_jwk": Key().jwk}),
        ("DELETE", f"/staff/{manager.staff_id}/keys/{manager.client_id}", None),
    ):
        answer = await cashier.call(method, path, body)
        assert (answer.status_code, answer.json()["errcode"]) == (403, 40334), path


async def test_a_label_is_a_post_and_neither_a_name_nor_a_number(manager):
    for label in (
        "张三",
        "Zhang San",
        "13800138000",
        "x",
        "till 13800138000",
        "a\nb",
        "till-",
        "a@b.c",
    ):
        answer = await manager.call("POST", "/staff", {"label": label, "role": "cashier"})
        assert answer.status_code == 422, label


async def test_the_body_of_a_post_says_nothing_but_label_and_role(manager):
    for more in ({"merchant_id": OTHER}, {"staff_id": OTHER}, {"left_at": None}):
        body = {"label": "till-1", "role": "cashier"} | more
        assert (await manager.call("POST", "/staff", body)).status_code == 422
    assert (
        await manager.call("POST", "/staff", {"label": "till-1", "role": "owner"})
    ).status_code == 422


async def test_a_label_is_taken_until_its_post_has_ended(manager):
    body = {"label": "till-1", "role": "cashier"}
    first = await manager.call("POST", "/staff", body)
    assert (await manager.call("POST", "/staff", body)).json()["errcode"] == 40935
    assert (await manager.call("DELETE", f"/staff/{first.json()['staff_id']}")).status_code == 204
    assert (await manager.call("POST", "/staff", body)).status_code == 201
    listed = (await manager.call("GET", "/staff")).json()["items"]
    assert [one["label"] for one in listed] == ["manager", "till-1"]


async def test_who_left_is_refused_everywhere_within_five_seconds(manager, frozen_clock):
    cashier = await hired(manager)
    assert (await cashier.call("GET", "/me")).status_code == 200
    await manager.call("DELETE", f"/staff/{cashier.staff_id}")
    frozen_clock.forward(timedelta(seconds=2))
    assert (await cashier.call("GET", "/me")).status_code == 401
    refused = await try_token(cashier.http, cashier.key, cashier.client_id)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert not await ApiClient.filter(staff_id=cashier.staff_id, revoked_at=None).exists()


async def test_keys_rotate_by_standing_side_by_side_for_a_while(manager, frozen_clock):
    path, newer = f"/staff/{manager.staff_id}/keys", Key()
    frozen_clock.forward(timedelta(minutes=5))
    added = await manager.call("POST", path, {"public_jwk": newer.jwk})
    for key, client_id in ((manager.key, manager.client_id), (newer, added.json()["client_id"])):
        assert (await try_token(manager.http, key, client_id)).status_code == 200
    old = manager.client_id
    manager.key, manager.client_id = newer, added.json()["client_id"]
    await manager.sign_in()
    assert (await manager.call("DELETE", f"{path}/{old}")).status_code == 204
    assert (await manager.call("DELETE", f"{path}/{old}")).status_code == 404
    frozen_clock.forward(timedelta(seconds=2))
    listed = (await manager.call("GET", path)).json()["items"]
    assert [(one["client_id"], one["revoked_at"] is None) for one in listed] == [
        (old, False), (manager.client_id, True),
    ]  # fmt: skip


async def test_a_private_or_foreign_or_sixth_key_is_refused_and_not_repeated(manager):
    path = f"/staff/{manager.staff_id}/keys"
    private = Key().jwk | {"d": "c2VjcmV0LXNlY3JldA"}
    answer = await manager.call("POST", path, {"public_jwk": private})
    assert (answer.status_code, answer.json()["errcode"]) == (422, 42233)
    assert "c2VjcmV0" not in answer.text
    cashier = await hired(manager)
    answer = await manager.call("POST", path, {"public_jwk": cashier.key.jwk})
    assert answer.json()["errcode"] == 42233
    for n in range(5):
        answer = await manager.call("POST", path, {"public_jwk": Key().jwk})
        assert (answer.status_code == 201) == (n < 4)
    assert answer.json()["errcode"] == 40937


async def test_the_last_manager_stays_until_the_office_lets_another_in(application, manager):
    own = f"/staff/{manager.staff_id}"
    for path in (own, f"{own}/keys/{manager.client_id}"):
        answer = await manager.call("DELETE", path)
        assert (answer.status_code, answer.json()["errcode"]) == (409, 40936)
    assert await MerchantStaff.filter(left_at=None).count() == 1
    officer, base = await desk(application), f"{OFFICER}/{manager.merchant_id}"
    ended = await application.http.delete(f"{base}/staff/{manager.staff_id}", headers=officer)
    assert ended.status_code == 204
    body = {"label": "manager", "public_jwk": Key().jwk}
    again = await application.http.post(f"{base}/managers", json=body, headers=officer)
    assert (again.status_code, again.json()["staff"]["role"]) == (201, "manager")


async def test_another_merchants_staff_and_keys_are_as_good_as_missing(application, manager):
    stranger = await opened(application.http, credit_code=OTHER)
    nobody = "01890000-0000-7000-8000-000000000001"
    for staff_id, client_id in ((stranger.staff_id, stranger.client_id), (nobody, "x")):
        for method, path, body in (
            ("GET", f"/staff/{staff_id}", None),
            ("DELETE", f"/staff/{staff_id}", None),
            ("GET", f"/staff/{staff_id}/keys", None),
            ("POST", f"/staff/{staff_id}/keys", {"public_jwk": Key().jwk}),
            ("DELETE", f"/staff/{staff_id}/keys/{client_id}", None),
            ("DELETE", f"/staff/{manager.staff_id}/keys/{client_id}", None),
        ):
            answer = await manager.call(method, path, body)
            assert (answer.status_code, answer.json()["errcode"]) == (404, 40400), path
    assert (await stranger.call("GET", "/me")).status_code == 200


async def test_of_two_who_revoke_a_key_at_once_one_finds_it(on_postgres):
    manager = await opened(on_postgres.http)
    cashier = await hired(manager)
    path = f"/staff/{cashier.staff_id}/keys/{cashier.client_id}"
    answers = await asyncio.gather(*(manager.call("DELETE", path) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [204, 404]


async def test_two_managers_who_end_each_other_at_once_leave_one(on_postgres):
    first = await opened(on_postgres.http)
    second = await hired(first, "manager", "deputy")
    answers = await asyncio.gather(
        first.call("DELETE", f"/staff/{second.staff_id}"),
        second.call("DELETE", f"/staff/{first.staff_id}"),
    )
    assert sorted(answer.status_code for answer in answers) == [204, 409]
    assert await MerchantStaff.filter(left_at=None).count() == 1


async def test_of_two_who_register_one_key_at_once_for_two_posts_one_is_refused(on_postgres):
    manager = await opened(on_postgres.http)
    other = await opened(on_postgres.http, credit_code=OTHER)
    body = {"public_jwk": Key().jwk}
    answers = await asyncio.gather(
        *(one.call("POST", f"/staff/{one.staff_id}/keys", body) for one in (manager, other))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 422]
