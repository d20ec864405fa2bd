import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop import base64url, refusals
from interop.canonical import canonical
from interop.keys import Signer
from interop.proof.disclosures import digest_of, reveal
from tests.interop.cities import HUANGSHI, SANYA, later, private, signer
from tests.interop.editions import at
from tests.interop.proof.shown import (
    CLAIMS,
    INDEX,
    ISSUED,
    MERCHANT,
    SCENARIO,
    SHOWN,
    URI,
    disclosed,
    made,
    status_lists,
    verify,
)

ONE, [DIGEST] = disclosed((SCENARIO, True))
OTHER, [OTHER_DIGEST] = disclosed(("metro-fare", True))
INNER, [INNER_DIGEST] = disclosed(("deep", 1))
WRAPPED, [WRAPPED_DIGEST] = disclosed(("outer", {"_sd": [INNER_DIGEST]}))
TWICE, [TWICE_DIGEST] = disclosed(("outer", {"_sd": [DIGEST]}))
ELEMENT = base64url.encode(canonical(["salt", True]))


def named(name, value=True):
    texts, digests = disclosed((name, value))
    return made({"_sd": digests}, [*ONE, *texts])


def in_eligible(*texts):
    return made({"eligible": {"_sd": [digest_of(text) for text in texts]}}, list(texts))


def raw_disclosure(value):
    return base64url.encode(canonical(value))


def with_header(header):
    signed, _, rest = SHOWN.partition("~")
    claims = signed.split(".")[1]
    return f"{base64url.encode(canonical(header))}.{claims}.{signed.split('.')[2]}~{rest}"


KEYED = {"typ": "dc+sd-jwt", "kid": "420200/2026-1"}
BODY, _, BINDING = SHOWN.rpartition("~")

REFUSED = {
    # the disclosures
    "a disclosure nobody signed": (
        made(disclosures=[*ONE, *OTHER]), refusals.UnreferencedDisclosure,
    ),
    "the same disclosure twice": (made(disclosures=[*ONE, *ONE]), refusals.DuplicateDigest),
    "a digest twice in one place": (
        made({"eligible": {"_sd": [DIGEST, DIGEST]}}), refusals.DuplicateDigest,
    ),
    "a digest twice in two places": (made({"_sd": [DIGEST]}), refusals.DuplicateDigest),
    "a decoy twice": (
        made({"eligible": {"_sd": [DIGEST, OTHER_DIGEST, OTHER_DIGEST]}}), refusals.DuplicateDigest,
    ),
    "a digest again inside a disclosure": (
        made({"_sd": [TWICE_DIGEST]}, [*ONE, *TWICE]), refusals.DuplicateDigest,
    ),
    "an inner disclosure without its outer one": (
        made({"_sd": [WRAPPED_DIGEST]}, [*ONE, *INNER]), refusals.UnreferencedDisclosure,
    ),
    "a claim named _sd": (named("_sd", []), refusals.ForbiddenClaim),
    "a claim named ...": (named("..."), refusals.ForbiddenClaim),
    "a claim that stands there already": (
        named("eligible", {SCENARIO: True}), refusals.ForbiddenClaim,
    ),
    "one claim disclosed twice": (
        in_eligible(raw_disclosure(["a", SCENARIO, True]), raw_disclosure(["b", SCENARIO, True])),
        refusals.ForbiddenClaim,
    ),
    **{
        f"{name} disclosed": (named(name, 1), refusals.ForbiddenClaim)
        for name in ("iss", "iat", "nbf", "exp", "cnf", "vct", "vct#integrity", "status")
    },
    "a list's disclosure for a claim": (in_eligible(ELEMENT), refusals.Malformed),
    "a claim's disclosure in a list": (
        made({"list": [{"...": OTHER_DIGEST}]}, [*ONE, *OTHER]), refusals.Malformed,
    ),
    "a disclosure of four": (in_eligible(raw_disclosure(["a", "b", 1, 2])), refusals.Malformed),
    "a disclosure of one": (in_eligible(raw_disclosure(["a"])), refusals.Malformed),
    "a disclosure that is no list": (in_eligible(raw_disclosure({"a": 1})), refusals.Malformed),
    "a disclosure without a salt": (in_eligible(raw_disclosure([1, "b", 1])), refusals.Malformed),
    "a name that is no text": (in_eligible(raw_disclosure(["a", 1, 1])), refusals.Malformed),
    "an empty disclosure": (made(disclosures=[*ONE, ""]), refusals.Malformed),
    "a disclosure with padding": (made(disclosures=[ONE[0] + "="]), refusals.Malformed),
    "_sd that is no list": (made({"eligible": {"_sd": DIGEST}}), refusals.Malformed),
    "_sd of numbers": (made({"eligible": {"_sd": [1]}}), refusals.Malformed),
    "... beside something else": (
        made({"list": [{"...": OTHER_DIGEST, "a": 1}]}), refusals.Malformed,
    ),
    "... that is no text": (made({"list": [{"...": 1}]}), refusals.Malformed),
    "... outside a list": (made({"...": OTHER_DIGEST}), refusals.Malformed),
    "_sd_alg inside": (made({"other": {"_sd_alg": "sha-256"}}), refusals.Malformed),
    "another hash": (made({"_sd_alg": "sha-512"}), refusals.WrongHashing),
    "a hash unknown": (made({"_sd_alg": "md5"}), refusals.WrongHashing),
    "very many disclosures": (
        made(disclosures=[raw_disclosure([str(n), 1]) for n in range(300)]), refusals.Malformed,
    ),
    # the issuer's signature
    "alg none": (with_header({**KEYED, "alg": "none"}), refusals.BadSignature),
    "alg HS256": (with_header({**KEYED, "alg": "HS256"}), refusals.BadSignature),
    "a changed header": (with_header({**KEYED, "alg": "EdDSA", "x": 1}), refusals.BadSignature),
    "another type": (made(typ="vc+jwt"), refusals.WrongType),
    "a type in capitals": (made(typ="DC+SD-JWT"), refusals.WrongType),
    "another credential": (made({"vct": "urn:points:credential:officer:1"}), refusals.WrongType),
    "a city not listed": (made({"iss": "110000"}, by=signer("110000")), refusals.UnlistedPeer),
    "a key not listed": (made(by=signer(HUANGSHI, "2026-9")), refusals.UnknownKey),
    "a forged key": (
        made(by=Signer(f"{HUANGSHI}/2026-1", private("mallory"))), refusals.BadSignature,
    ),
    "in another city's name": (made(by=signer(SANYA)), refusals.WrongHome),
    # its term
    "expired": (made({"iat": at() - 7200, "exp": at() - 60}), refusals.Expired),
    "of the future": (made({"iat": at() + 61}), refusals.FromTheFuture),
    "not yet valid": (made({"nbf": at() + 61}), refusals.FromTheFuture),
    "valid for a year": (made({"exp": at(365)}), refusals.LivesTooLong),
    "without an end": (made({"exp": None}), refusals.Malformed),
    "without a beginning": (made({"iat": None}), refusals.Malformed),
    "an end as a text": (made({"exp": str(at(1))}), refusals.Malformed),
    "an end with a fraction": (made({"exp": at(1) + 0.5}), refusals.Malformed),
    # the key binding
    "no key binding": (BODY + "~", refusals.KeyBindingMissing),
    "no tilde at the end": (BODY, refusals.Malformed),
    "nothing but a token": (SHOWN.partition("~")[0], refusals.Malformed),
    "no holder's key": (made({"cnf": None}), refusals.Malformed),
    "a holder's private key": (
        made({"cnf": {"jwk": {**CLAIMS["cnf"]["jwk"], "d": "AAAA"}}}), refusals.Malformed,
    ),
    "a holder's key of another kind": (made({"cnf": {"jwk": {"kty": "oct"}}}), refusals.Malformed),
    "bound by somebody else": (made(holder=private("thief")), refusals.BadSignature),
    "a binding of another type": (made(binding_typ="JWT"), refusals.WrongType),
    "to another merchant": (made(binding={"aud": "merchant-18"}), refusals.WrongAudience),
    "to two merchants": (made(binding={"aud": [MERCHANT, "x"]}), refusals.Malformed),
    "with another nonce": (made(binding={"nonce": "of-yesterday"}), refusals.WrongNonce),
    "bound two minutes ago": (made(binding={"iat": at() - 120}), refusals.Stale),
    "bound in the future": (made(binding={"iat": at() + 61}), refusals.FromTheFuture),
    "a binding without a time": (made(binding={"iat": None}), refusals.Malformed),
    "a binding that has expired": (made(binding={"exp": at() - 60}), refusals.Expired),
    "a binding not yet valid": (made(binding={"nbf": at() + 61}), refusals.FromTheFuture),
    "bound to another disclosure": (
        "~".join([BODY.partition("~")[0], ISSUED.split("~")[2], BINDING]), refusals.BadSignature,
    ),
    "bound to less than is shown": (
        "~".join([BODY, ISSUED.split("~")[2], BINDING]), refusals.BadSignature,
    ),
    "a hash that is not over it": (made(binding={"sd_hash": DIGEST}), refusals.BadSignature),
    # what it says
    "nothing disclosed": (made(disclosures=[]), refusals.NothingProven),
    "another scenario": (in_eligible(*OTHER), refusals.NothingProven),
    "not eligible": (in_eligible(raw_disclosure(["a", SCENARIO, False])), refusals.NothingProven),
    "one for true": (in_eligible(raw_disclosure(["a", SCENARIO, 1])), refusals.NothingProven),
    "no eligible at all": (made({"eligible": None}, []), refusals.NothingProven),
    "eligible that is no object": (made({"eligible": True}, []), refusals.NothingProven),
    # its status
    "no status": (made({"status": None}), refusals.Malformed),
    "a place below zero": (
        made({"status": {"status_list": {"uri": URI, "idx": -1}}}), refusals.Malformed,
    ),
    "a place beyond the list": (
        made({"status": {"status_list": {"uri": URI, "idx": 10**6}}}), refusals.StatusUnknown,
    ),
    "a list not at hand": (
        made({"status": {"status_list": {"uri": URI + "2", "idx": 1}}}), refusals.StatusUnknown,
    ),
    # its form
    "nothing": ("", refusals.Malformed),
    "tildes": ("~~~", refusals.Malformed),
    "not ascii": ("é~", refusals.Malformed),
    "very long": ("a" * 20_000, refusals.Malformed),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_standard_refuses_is_refused_by_its_name(name):
    shown, refusal = REFUSED[name]
    with pytest.raises(refusal) as told:
        verify(shown)
    assert type(told.value) is refusal


@pytest.mark.parametrize("status", [1, 2, 3])
def test_a_proof_withdrawn_or_suspended_counts_no_longer(status):
    with pytest.raises(refusals.Revoked):
        verify(SHOWN, lists=status_lists({INDEX: status}))
    beside = status_lists({INDEX - 1: status, INDEX + 1: status})
    assert verify(SHOWN, lists=beside).city == HUANGSHI


@pytest.mark.parametrize(
    "lists", [{}, status_lists(made=later(seconds=-360), now=later(seconds=-300))]
)
def test_without_a_fresh_list_nothing_is_proven_unless_the_merchant_asks_for_none(lists):
    with pytest.raises(refusals.StatusUnknown):
        verify(SHOWN, lists=lists)
    assert verify(SHOWN, lists=lists, status=False).city == HUANGSHI


def test_a_list_of_another_city_tells_nothing():
    [(uri, known)] = status_lists().items()
    with pytest.raises(refusals.StatusUnknown):
        verify(SHOWN, lists={uri: replace(known, city=SANYA)})


def test_nested_claims_and_lists_are_opened():
    element = base64url.encode(canonical(["salt", {"_sd": [INNER_DIGEST]}]))
    claims = {"_sd": [WRAPPED_DIGEST], "list": [1, {"...": digest_of(element)}, {"...": "x" * 43}]}
    assert reveal(claims, WRAPPED) == {"outer": {}, "list": [1]}
    only = {"list": claims["list"]}
    assert reveal(only, [element, *INNER]) == {"list": [1, {"deep": 1}]}


@given(st.integers(0, 8 * len(SHOWN) - 1))
def test_any_flipped_bit_of_a_proof_is_refused(bit):
    shown = bytearray(SHOWN.encode())
    shown[bit // 8] ^= 1 << bit % 8
    with pytest.raises(refusals.Refused):
        verify(shown.decode("latin-1"))


@given(st.text() | st.text("~.eyJ0"))
def test_garbage_is_refused_and_never_an_error(text):
    with pytest.raises(refusals.Refused):
        verify(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["_sd", "...", "_sd_alg", "a"]), inner, max_size=3)
    ),
)


@given(JSON, JSON, JSON)
def test_whatever_an_issuer_signs_is_proven_or_refused(claims, first, second):
    with contextlib.suppress(refusals.Refused):
        verify(made({"eligible": claims}, [raw_disclosure(first), raw_disclosure(second)]))
