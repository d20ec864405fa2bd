import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from points_api.auth.problems import AccessTokenRefused
from points_api.auth.tokens import AUDIENCE, LONGEST_TOKEN, TTL_SECONDS, AccessTokens
from points_api.crypto.keyring import Keyring
from points_api.settings import MasterKey

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
OLD, NEW = MasterKey("2026a", b"a" * 32), MasterKey("2026b", b"b" * 32)
KEYS = Keyring([NEW, OLD]).signing_keys()
GOOD = {
    "iss": "huangshi",
    "aud": AUDIENCE,
    "sub": "r1",
    "sid": "s1",
    "kind": "resident",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 900,
}
HEADER = {"typ": "at+jwt", "kid": "2026b"}


@pytest.fixture
def tokens():
    return AccessTokens(KEYS, "huangshi")


def signed(claims=GOOD, header=HEADER, key=KEYS[0].private, algorithm="EdDSA"):
    return jwt.encode(claims, key, algorithm=algorithm, headers=header)


def test_a_token_says_who_was_signed_in(tokens):
    claims = tokens.verify(tokens.issue("resident", "r1", "s1", NOW), NOW)
    assert (claims.kind, claims.subject, claims.session) == ("resident", "r1", "s1")
    assert claims.expires_at == NOW.timestamp() + TTL_SECONDS


def test_an_officer_s_token_tells_its_roles_and_lives_as_long_as_told(tokens):
    token = tokens.issue("officer", "o1", "s1", NOW, 1800, {"scenario", "case"})
    assert tokens.verify(token, NOW).expires_at == NOW.timestamp() + 1800
    said = jwt.decode(token, options={"verify_signature": False})
    assert said["roles"] == ["case", "scenario"]


def test_the_hand_made_token_of_these_tests_is_itself_accepted(tokens):
    assert tokens.verify(signed(), NOW).subject == "r1"


def test_a_token_ends_on_the_second_even_when_it_is_remembered(tokens):
    token = tokens.issue("resident", "r1", "s1", NOW)
    last = NOW + timedelta(seconds=TTL_SECONDS) - timedelta(milliseconds=1)
    assert tokens.verify(token, last)
    with pytest.raises(AccessTokenRefused):
        tokens.verify(token, NOW + timedelta(seconds=TTL_SECONDS))
    with pytest.raises(AccessTokenRefused):
        AccessTokens(KEYS, "huangshi").verify(token, NOW + timedelta(seconds=TTL_SECONDS))


@pytest.mark.parametrize(
    ("claims", "header"),
    [
        ({"iss": "tianjin"}, {}),
        ({"aud": "another-api"}, {}),
        ({"aud": [AUDIENCE]}, {}),
        ({"kind": "mayor"}, {}),
        ({"kind": ["resident"]}, {}),
        ({"sid": 7}, {}),
        ({"exp": "tomorrow"}, {}),
        ({"exp": int(NOW.timestamp())}, {}),
        ({"iat": int(NOW.timestamp()) + 61}, {}),
        ({}, {"typ": "JWT"}),
        ({}, {"typ": "score+jwt"}),
        ({}, {"kid": "unknown"}),
        ({}, {"kid": "2026a"}),
    ],
)
def test_a_token_with_one_thing_wrong_is_refused(tokens, claims, header):
    with pytest.raises(AccessTokenRefused):
        tokens.verify(signed(GOOD | claims, HEADER | header), NOW)


@pytest.mark.parametrize("claim", sorted(GOOD))
def test_a_token_that_leaves_a_claim_out_is_refused(tokens, claim):
    rest = {name: value for name, value in GOOD.items() if name != claim}
    with pytest.raises(AccessTokenRefused):
        tokens.verify(signed(rest), NOW)


def test_only_our_algorithm_signs(tokens):
    public = KEYS[0].public.public_bytes_raw()
    hmac_with_the_public_key = signed(key=public, algorithm="HS256")
    unsigned = signed(key="", algorithm="none")
    strangers = signed(key=Ed25519PrivateKey.generate())
    for token in (hmac_with_the_public_key, unsigned, strangers):
        with pytest.raises(AccessTokenRefused):
            tokens.verify(token, NOW)


@pytest.mark.parametrize(
    "text", ["", "x", "a.b.c", "é.é.é", "x" * (LONGEST_TOKEN + 1), "W10.W10.W10"]
)
def test_what_is_no_token_is_refused(tokens, text):
    with pytest.raises(AccessTokenRefused):
        tokens.verify(text, NOW)


def test_a_token_signed_before_a_key_rotation_still_verifies():
    old = AccessTokens(Keyring([OLD]).signing_keys(), "huangshi").issue("resident", "r1", "s1", NOW)
    rotated = AccessTokens(KEYS, "huangshi")
    assert rotated.verify(old, NOW).subject == "r1"
    assert jwt.get_unverified_header(rotated.issue("resident", "r1", "s1", NOW))["kid"] == "2026b"


def test_the_memory_of_verified_tokens_stays_bounded_and_holds_no_token():
    tokens = AccessTokens(KEYS, "huangshi", remember=3)
    made = [tokens.issue("resident", f"r{n}", "s", NOW) for n in range(10)]
    assert [tokens.verify(token, NOW).subject for token in made] == [f"r{n}" for n in range(10)]
    assert len(tokens._verified) == 3
    assert not any(token.encode() in repr(tokens._verified).encode() for token in made)


def test_anyone_can_check_a_token_with_the_published_keys_and_no_private_part_is_there(tokens):
    published = tokens.key_set()
    assert {key["kid"] for key in published["keys"]} == {"2026a", "2026b"}
    assert not any("d" in key for key in published["keys"])
    token = tokens.issue("resident", "r1", "s1", NOW)
    key = jwt.PyJWKSet.from_json(json.dumps(published))["2026b"]
    read = jwt.decode(
        token,
        key,
        algorithms=["EdDSA"],
        audience=AUDIENCE,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert read["sub"] == "r1"
