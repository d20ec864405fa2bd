import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from points_api.auth import assertions
from points_api.auth.problems import ClientRefused

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
AT = int(NOW.timestamp())
US = "huangshi-credit-points"
ED = Ed25519PrivateKey.generate()
EC = ec.generate_private_key(ec.SECP256R1())
ED_PUBLIC = assertions.public_jwk(OKPAlgorithm.to_jwk(ED.public_key()))
EC_PUBLIC = assertions.public_jwk(ECAlgorithm.to_jwk(EC.public_key()))
GOOD = {"iss": "civil-1", "sub": "civil-1", "aud": US, "exp": AT + 300, "jti": "a"}


def made(claims=None, key=ED, algorithm="EdDSA", **header):
    return jwt.encode(GOOD | (claims or {}), key, algorithm=algorithm, headers=header)


@pytest.mark.parametrize(
    ("key", "algorithm", "public"), [(ED, "EdDSA", ED_PUBLIC), (EC, "ES256", EC_PUBLIC)]
)
def test_an_agency_proves_itself_with_either_kind_of_key(key, algorithm, public):
    found = assertions.verify(made(key=key, algorithm=algorithm), public, US, NOW)
    assert found.client_id == "civil-1"
    assert found.expires_at >= NOW + timedelta(seconds=300)


def test_each_jti_of_each_client_has_a_mark_of_its_own():
    def mark(**claims):
        return assertions.verify(made(claims), ED_PUBLIC, US, NOW).mark

    marks = {mark(), mark(jti="b"), mark(iss="civil-2", sub="civil-2")}
    assert len(marks) == 3
    assert mark() == mark(exp=AT + 100)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "somebody"},
        {"sub": 7},
        {"aud": "tianjin-credit-points"},
        {"aud": [US]},
        {"aud": [US, "another"]},
        {"exp": AT},
        {"exp": AT + 331},
        {"exp": "soon"},
        {"iat": AT + 31},
        {"nbf": AT + 31},
        {"nbf": "now"},
        {"jti": ""},
        {"jti": "x" * 257},
        {"jti": 5},
    ],
)
def test_an_assertion_with_one_thing_wrong_is_refused(claims):
    with pytest.raises(ClientRefused) as refusal:
        # PyJWT refuses to write some of them, so the token is put together by hand.
        assertions.verify(by_hand(GOOD | claims), ED_PUBLIC, US, NOW)
    assert refusal.value.body("en")["error"] == "invalid_client"


def by_hand(claims):
    return jwt.api_jws.PyJWS().encode(json.dumps(claims).encode(), ED, algorithm="EdDSA")


@pytest.mark.parametrize("claim", sorted(GOOD))
def test_an_assertion_that_leaves_a_claim_out_is_refused(claim):
    rest = {name: value for name, value in GOOD.items() if name != claim}
    with pytest.raises(ClientRefused):
        assertions.verify(by_hand(rest), ED_PUBLIC, US, NOW)


def test_the_key_decides_the_algorithm_not_the_sender():
    forged = [
        made(key=EC, algorithm="ES256"),
        made(key=ED_PUBLIC["x"] * 2, algorithm="HS256"),
        made(key="", algorithm="none"),
    ]
    for assertion in forged:
        with pytest.raises(ClientRefused):
            assertions.verify(assertion, ED_PUBLIC, US, NOW)


def test_an_access_token_does_not_pass_as_an_assertion():
    with pytest.raises(ClientRefused):
        assertions.verify(made(typ="at+jwt"), ED_PUBLIC, US, NOW)
    newer = made(typ="client-authentication+jwt")
    assert assertions.verify(newer, ED_PUBLIC, US, NOW).client_id == "civil-1"


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "x" * 100_000])
def test_what_is_no_assertion_is_refused(text):
    with pytest.raises(ClientRefused):
        assertions.claimed_client(text)


def test_a_private_key_is_not_taken_in():
    with pytest.raises(assertions.PublicKeyError, match="private"):
        assertions.public_jwk(OKPAlgorithm.to_jwk(ED))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"kty":"RSA","n":"x","e":"AQAB"}',
        '{"kty":"OKP","crv":"X25519","x":"AAAA"}',
        '{"kty":"OKP","crv":"Ed25519","x":"AAAA"}',
        '{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}',
        '{"kty":"EC","crv":"P-256","x":"AAAA"}',
        '{"kty":["OKP"],"crv":"Ed25519","x":"AAAA"}',
    ],
)
def test_only_a_real_public_key_is_taken_in(text):
    with pytest.raises(assertions.PublicKeyError):
        assertions.public_jwk(text)


def test_only_what_makes_the_key_is_kept():
    dressed = json.dumps({**ED_PUBLIC, "kid": "x", "use": "sig", "note": "张三"})
    assert assertions.public_jwk(dressed) == ED_PUBLIC
