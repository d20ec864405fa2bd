import asyncio
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from points_api import clock
from points_api.audit.models import AuditEntry
from points_api.auth import callers, clients
from points_api.auth.assertions import ASSERTION_TYPE, PublicKeyError
from points_api.auth.clients import Owner
from points_api.auth.models import UsedAssertion
from points_api.auth.problems import AccessTokenRefused

AGENCY = "civil_affairs"
KEY = Ed25519PrivateKey.generate()
JWK = OKPAlgorithm.to_jwk(KEY.public_key())


@pytest.fixture
async def client(door):
    return await clients.register(Owner(AGENCY), JWK, "officer:1", clock.now())


def assertion(client_id, key=KEY, algorithm="EdDSA", **claims):
    now = int(clock.now().timestamp())
    said = {"iss": client_id, "sub": client_id, "aud": "huangshi-credit-points"}
    return jwt.encode(said | {"exp": now + 300, "jti": "1"} | claims, key, algorithm=algorithm)


async def token(door, made, **changes):
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": made,
    }
    return await door.client.post("/v1/auth/token", data=form | changes)


async def admitted(door, access_token):
    headers = [(b"authorization", f"Bearer {access_token}".encode())]
    return await callers.admit(door.identity, "agency", headers)


async def test_an_agency_gets_a_token_with_its_key_and_is_known_by_it(door, client):
    answer = await token(door, assertion(client.id))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() | {"access_token": ""} == {
        "access_token": "", "token_type": "Bearer", "expires_in": 900
    }  # fmt: skip
    caller = await admitted(door, answer.json()["access_token"])
    assert (caller.client_id, caller.agency) == (client.id, AGENCY)


async def test_a_p256_key_serves_as_well(door):
    key = ec.generate_private_key(ec.SECP256R1())
    public = ECAlgorithm.to_jwk(key.public_key())
    client = await clients.register(Owner(AGENCY), public, "officer:1", clock.now())
    answer = await token(door, assertion(client.id, key, "ES256"))
    assert answer.status_code == 200


async def test_an_assertion_works_once(door, client):
    made = assertion(client.id)
    assert (await token(door, made)).status_code == 200
    again = await token(door, made)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")
    assert (await token(door, assertion(client.id, jti="2"))).status_code == 200


async def test_of_ten_that_show_one_assertion_at_once_one_gets_in(door, client):
    made = assertion(client.id)
    answers = await asyncio.gather(*(token(door, made) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 9


async def test_used_assertions_are_forgotten_only_when_they_could_not_be_shown_again(
    door, client, frozen_clock
):
    made = assertion(client.id)
    await token(door, made)
    frozen_clock.forward(timedelta(seconds=299))
    await token(door, assertion(client.id, jti="2"))
    assert (await token(door, made)).status_code == 401
    frozen_clock.forward(timedelta(minutes=10))
    await token(door, assertion(client.id, jti="3"))
    assert await UsedAssertion.all().count() == 1
    assert (await token(door, made)).status_code == 401


async def test_a_stranger_and_a_strangers_key_are_refused_alike(door, client):
    other = Ed25519PrivateKey.generate()
    for made in (assertion(client.id, other), assertion("nobody-1"), "x"):
        answer = await token(door, made)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_the_answer_names_the_audience_that_is_missing(door, client):
    answer = await token(door, assertion(client.id, aud="https://example.com"))
    assert "huangshi-credit-points" in answer.json()["detail"]


async def test_another_grant_is_answered_as_oauth_says(door, client):
    for changes in ({"grant_type": "password"}, {"client_assertion_type": "x"}):
        answer = await token(door, assertion(client.id), **changes)
        assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


async def test_a_revoked_key_stops_new_tokens_and_those_given_out(door, client):
    given = (await token(door, assertion(client.id))).json()["access_token"]
    assert await clients.revoke(client.id, "officer:1", clock.now())
    assert not await clients.revoke(client.id, "officer:1", clock.now())
    assert (await token(door, assertion(client.id, jti="2"))).status_code == 401
    with pytest.raises(AccessTokenRefused):
        await admitted(door, given)


async def test_an_agency_rotates_by_having_two_keys_for_a_while(door, client, frozen_clock):
    frozen_clock.forward(timedelta(days=300))
    newer = Ed25519PrivateKey.generate()
    jwk = OKPAlgorithm.to_jwk(newer.public_key())
    second = await clients.register(Owner(AGENCY), jwk, "officer:1", clock.now())
    assert (await token(door, assertion(client.id))).status_code == 200
    assert (await token(door, assertion(second.id, newer))).status_code == 200
    await clients.revoke(client.id, "officer:1", clock.now())
    assert (await token(door, assertion(second.id, newer, jti="2"))).status_code == 200
    listed = await clients.of_agency(AGENCY)
    assert [(one.id, one.revoked_at is None) for one in listed] == [
        (client.id, False), (second.id, True)
    ]  # fmt: skip


async def test_registering_the_same_key_again_changes_nothing(door, client):
    assert await clients.register(Owner(AGENCY), JWK, "officer:1", clock.now()) == client
    assert await AuditEntry.filter(action="client.register").count() == 1


async def test_a_key_belongs_to_one_agency_and_does_not_come_back(door, client):
    with pytest.raises(PublicKeyError):
        await clients.register(Owner("courts"), JWK, "officer:1", clock.now())
    await clients.revoke(client.id, "officer:1", clock.now())
    with pytest.raises(PublicKeyError):
        await clients.register(Owner(AGENCY), JWK, "officer:1", clock.now())
