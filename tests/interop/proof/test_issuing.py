from random import Random

import jwcrypto.jwk
import pytest
from sd_jwt.verifier import SDJWTVerifier

from interop import base64url, jws, proof, refusals
from interop.canonical import canonical
from tests.interop.cities import HUANGSHI, NOW, private, signer
from tests.interop.editions import at
from tests.interop.proof.shown import (
    CLAIMS,
    HOLDER,
    ISSUED,
    MERCHANT,
    NONCE,
    RANDOM,
    SCENARIO,
    SHOWN,
    URI,
    made,
    verify,
)

HOUR = 3600


def test_home_issues_the_holder_shows_and_the_merchant_verifies():
    assert verify(SHOWN) == proof.Proven(HUANGSHI, SCENARIO, at() + 25 * HOUR)
    assert verify(made()).scenario == SCENARIO


def test_it_fits_into_a_qr_code_and_tells_only_the_one_scenario():
    assert len(SHOWN) < 2000
    texts = [base64url.decode(text).decode() for text in SHOWN.split("~")[1:-1]]
    assert len(texts) == 1
    assert "metro-fare" not in str(texts)
    assert CLAIMS.keys() == {"iss", "vct", "iat", "exp", "cnf", "status", "eligible", "_sd_alg"}


def test_another_implementation_reads_the_same(monkeypatch):
    monkeypatch.setattr("sd_jwt.verifier.DEFAULT_SIGNING_ALG", "EdDSA")  # it has no other way
    key = jwcrypto.jwk.JWK(**jws.public_jwk(signer(HUANGSHI).private.public_key()))
    read = SDJWTVerifier(SHOWN, lambda *_: key, MERCHANT, NONCE).get_verified_payload()
    assert read["eligible"] == {SCENARIO: True}


def batch(scenarios, count, seed=0):
    random = Random(seed)
    places = [proof.Place(private(f"holder-{n}").public_key(), URI, 1000 + n) for n in range(count)]
    return proof.issue_batch(scenarios, places, signer(HUANGSHI), NOW, random.randbytes)


def test_the_proofs_of_a_batch_share_nothing_that_others_of_the_hour_do_not_share():
    claims = [jws.read(one.partition("~")[0], "dc+sd-jwt").claims for one in batch(["a-b"], 20)]
    for of in ("cnf", "status", "eligible"):
        assert len({canonical(one[of]) for one in claims}) == 20
    digests = [digest for one in claims for digest in one["eligible"]["_sd"]]
    assert len(set(digests)) == len(digests)
    for of in ("iss", "vct", "iat", "exp", "_sd_alg"):
        assert len({one[of] for one in claims}) == 1
    assert {one["iat"] % HOUR for one in claims} == {0}


@pytest.mark.parametrize("count", [1, 2, 8])
def test_the_number_of_scenarios_does_not_show(count):
    [one] = batch([f"scenario-{n}" for n in range(count)], 1)
    digests = jws.read(one.partition("~")[0], "dc+sd-jwt").claims["eligible"]["_sd"]
    assert len(digests) == 8
    assert digests == sorted(digests)


@pytest.mark.parametrize(
    ("scenarios", "keys", "indexes"),
    [
        ([], ["a"], [1]), ([f"s-{n}" for n in range(9)], ["a"], [1]), (["x"], [], []),
        (["x"], ["a", "a"], [1, 2]), (["x"], ["a", "b"], [1, 1]),
        (["x"], [str(n) for n in range(51)], range(51)),
    ],
)  # fmt: skip
def test_a_batch_that_would_be_linked_is_a_mistake_of_ours(scenarios, keys, indexes):
    places = [
        proof.Place(private(key).public_key(), URI, index)
        for key, index in zip(keys, indexes, strict=True)
    ]
    with pytest.raises(ValueError, match="proof"):
        proof.issue_batch(scenarios, places, signer(HUANGSHI), NOW, RANDOM.randbytes)


def test_a_scenario_that_was_not_granted_cannot_be_shown():
    with pytest.raises(refusals.NothingProven):
        proof.present(ISSUED, "hotel-deposit", HOLDER, MERCHANT, NONCE, NOW)
