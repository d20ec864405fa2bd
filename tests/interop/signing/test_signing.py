from dataclasses import replace
from datetime import timedelta

import pytest

from interop import refusals
from interop.keys import Signer
from interop.signing import (
    Request,
    sign_request,
    verify_request,
)
from interop.signing.base import signature_base
from interop.signing.fields import covered, parameters, read
from interop.signing.messages import Component, components_of_request
from tests.interop.cities import (
    ADDRESS,
    HUANGSHI,
    NOW,
    SANYA,
    Memory,
    later,
    private,
    signer,
)
from tests.interop.signing.signed import (
    ANSWER,
    ANSWERED,
    ASKED,
    HUANGSHIS,
    KEYS,
    NONCE,
    SIGNED,
    TERMS,
    check,
    check_answer,
)


def self_made(leave_out=(), components=None, by=HUANGSHIS, request=SIGNED, **changed):
    """A signature that holds, but not as it should be made; None leaves a parameter out."""
    values = {
        "created": int(NOW.timestamp()), "expires": int(NOW.timestamp()) + 60, "nonce": NONCE,
        "keyid": by.keyid, "tag": TERMS.tag, **changed,
    }  # fmt: skip
    values = {name: value for name, value in values.items() if value is not None}
    chosen = components or [
        one for one in components_of_request(request) if one.name not in leave_out
    ]
    said = parameters(chosen, values)
    signature = by.private.sign(signature_base(chosen, said, request))
    import http_sf

    return request.with_headers(
        {"signature-input": f"city={said}", "signature": http_sf.ser({"city": signature})}
    )


def with_headers(**changed):
    return SIGNED.with_headers({name.replace("_", "-"): value for name, value in changed.items()})


def at(offset):
    return int(NOW.timestamp()) + offset


@pytest.mark.parametrize("message", [SIGNED, ANSWERED, self_made(leave_out={"content-type"})])
def test_what_a_signature_covers_is_read_without_the_rest_of_it(message):
    assert covered(message.headers) == read(message.headers)[0].components
    assert covered(message.headers)


@pytest.mark.parametrize("said", ["", "city=", 'city=("@method"', 'city=("@Method")', "city=1)"])
def test_what_is_no_list_of_components_covers_nothing(said):
    with pytest.raises(refusals.Malformed):
        covered({"signature-input": said})


def test_what_was_signed_is_verified():
    verified = check(SIGNED)
    assert (verified.city, verified.nonce, verified.created) == (HUANGSHI, NONCE, NOW)
    assert verified.keyid == "420200/2026-1"
    answered = check_answer(ANSWERED)
    assert answered.city == SANYA


def test_a_request_without_a_body_needs_no_content_type():
    read = sign_request(
        Request("GET", ADDRESS[SANYA] + "/interop/v1/profile"), signer(HUANGSHI), NOW, NONCE
    )
    assert check(read).city == HUANGSHI
    assert "content-type" not in read.headers["signature-input"]


def test_the_bytes_of_a_signature_stay_the_same():
    assert SIGNED.headers["signature-input"] == (
        'city=("@method" "@target-uri" "content-digest" "content-type");created=1780286400;'
        f'expires=1780286460;nonce="{NONCE}";keyid="420200/2026-1";tag="points-exchange"'
    )
    assert ANSWERED.headers["signature-input"].startswith(
        'city=("@status" "content-digest" "content-type" "signature";req);created='
    )


def test_a_further_component_may_be_covered():
    chosen = [*components_of_request(SIGNED), Component("@authority"), Component("@query")]
    assert check(self_made(components=chosen)).city == HUANGSHI


REFUSED = {
    "no signature at all": (ASKED, refusals.Malformed),
    "no signature input": (with_headers(signature_input=""), refusals.Malformed),
    "no signature bytes": (with_headers(signature="city=::"), refusals.BadSignature),
    "another label": (with_headers(signature="town=:AA==:"), refusals.Malformed),
    "a token for a signature": (with_headers(signature="city=AA"), refusals.Malformed),
    "two signatures": (
        with_headers(
            signature=SIGNED.headers["signature"] + ", b=:AA==:",
            signature_input=SIGNED.headers["signature-input"] + ", b=()",
        ),
        refusals.Malformed,
    ),
    "another spelling": (
        with_headers(signature_input=SIGNED.headers["signature-input"].replace(";", "; ")),
        refusals.Malformed,
    ),
    "not ascii": (with_headers(signature="城=:AA==:"), refusals.Malformed),
    "very long": (with_headers(signature_input="city=" + "(" * 5000), refusals.Malformed),
    "only the method covered": (
        self_made(components=[Component("@method")]),
        refusals.MissingComponent,
    ),
    "address not covered": (self_made(["@target-uri"]), refusals.MissingComponent),
    "digest not covered": (self_made(["content-digest"]), refusals.MissingComponent),
    "type of the body not covered": (self_made(["content-type"]), refusals.MissingComponent),
    "method not covered": (self_made(["@method"]), refusals.MissingComponent),
    "covered but absent": (
        replace(SIGNED, headers={k: v for k, v in SIGNED.headers.items() if k != "content-type"}),
        refusals.MissingComponent,
    ),
    "unknown algorithm": (self_made(alg="rsa-pss-sha512"), refusals.Malformed),
    "unknown parameter": (self_made(context="x"), refusals.Malformed),
    "without created": (self_made(created=None), refusals.MissingParameter),
    "without expires": (self_made(expires=None), refusals.MissingParameter),
    "without nonce": (self_made(nonce=None), refusals.MissingParameter),
    "without keyid": (self_made(keyid=None), refusals.MissingParameter),
    "without tag": (self_made(tag=None), refusals.MissingParameter),
    "created as a text": (self_made(created="1780286400"), refusals.Malformed),
    "created as a truth": (self_made(created=True), refusals.Malformed),
    "a short nonce": (self_made(nonce="1"), refusals.Malformed),
    "another tag": (self_made(tag="points-webhook"), refusals.WrongTag),
    "for longer than agreed": (self_made(expires=at(3600)), refusals.LivesTooLong),
    "expires before created": (self_made(expires=at(-1)), refusals.Malformed),
    "created yesterday": (self_made(created=at(-86400), expires=at(-86340)), refusals.Stale),
    "created tomorrow": (
        self_made(created=at(86400), expires=at(86460)),
        refusals.FromTheFuture,
    ),
    "expired by its own end": (self_made(created=at(-80), expires=at(-70)), refusals.Expired),
    "to another city": (
        sign_request(
            replace(ASKED, target=ADDRESS[HUANGSHI] + "/interop/v1/recognitions"),
            signer(HUANGSHI), NOW, NONCE,
        ),
        refusals.WrongDestination,
    ),
    "to a host that begins like ours": (
        sign_request(
            replace(ASKED, target=ADDRESS[SANYA] + ".evil.example/"), signer(HUANGSHI), NOW, NONCE
        ),
        refusals.WrongDestination,
    ),
    "another body": (replace(SIGNED, body=b"{}"), refusals.DigestMismatch),
    "another body and digest": (
        replace(with_headers(content_digest=self_made().headers["content-digest"]), body=b"{}"),
        refusals.DigestMismatch,
    ),
    "a digest of an unknown kind": (
        self_made(request=with_headers(content_digest="md5=:AA==:")),
        refusals.Malformed,
    ),
    "another method": (replace(SIGNED, method="PUT"), refusals.BadSignature),
    "another address": (replace(SIGNED, target=ASKED.target + "&x=1"), refusals.BadSignature),
    "a city not listed": (self_made(by=signer("110000")), refusals.UnlistedPeer),
    "a key not known": (self_made(by=signer(HUANGSHI, "2019-1")), refusals.UnknownKey),
    "a key without a city": (self_made(keyid="2026-1"), refusals.Malformed),
    "somebody else's key": (
        self_made(by=Signer(f"{HUANGSHI}/2026-1", private("mallory"))),
        refusals.BadSignature,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_hold_is_refused_by_its_name(name):
    request, refusal = REFUSED[name]
    with pytest.raises(refusal) as told:
        check(request)
    assert type(told.value) is refusal


@pytest.mark.parametrize(
    ("seconds", "refusal"),
    [(-61, refusals.FromTheFuture), (-60, None), (0, None), (119, None), (120, refusals.Stale)],
)
def test_the_window_with_its_leeway_of_a_minute(seconds, refusal):
    if refusal is None:
        assert check(SIGNED, now=later(seconds=seconds))
    else:
        with pytest.raises(refusal):
            check(SIGNED, now=later(seconds=seconds))


def test_a_time_without_its_offset_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="offset"):
        check(SIGNED, now=NOW.replace(tzinfo=None))


async def test_the_second_time_is_a_replay_for_longer_than_the_message_could_pass():
    memory = Memory()
    verified = await verify_request(SIGNED, KEYS, TERMS, NOW, memory)
    with pytest.raises(refusals.ReplayedNonce):
        await verify_request(SIGNED, KEYS, TERMS, later(seconds=59), memory)
    with pytest.raises(refusals.Stale):
        check(SIGNED, now=verified.remember_until - timedelta(seconds=1))


async def test_a_nonce_is_not_spent_by_who_cannot_sign():
    memory = Memory()
    forged = self_made(by=Signer(f"{HUANGSHI}/2026-1", private("mallory")))
    with pytest.raises(refusals.BadSignature):
        await verify_request(forged, KEYS, TERMS, NOW, memory)
    assert not memory.seen
    await verify_request(SIGNED, KEYS, TERMS, NOW, memory)
    assert list(memory.seen) == [("420200/2026-1", NONCE)]


def test_an_answer_holds_for_its_own_request_only():
    other = sign_request(ASKED, signer(HUANGSHI), NOW, "b3RoZXIgcXVlc3Rpb24")
    with pytest.raises(refusals.BadSignature):
        check_answer(ANSWERED, asked=other)
    with pytest.raises(refusals.MissingComponent):
        check_answer(ANSWERED, asked=ASKED)


ANSWERS_REFUSED = {
    "another status": (replace(ANSWERED, status=403), refusals.BadSignature),
    "another body": (replace(ANSWERED, body=b"{}"), refusals.DigestMismatch),
    "the request's signature for the answer's": (
        ANSWER.with_headers(
            {name: of for name, of in SIGNED.headers.items() if name != "content-type"}
        ),
        refusals.MissingComponent,
    ),
    "unsigned": (ANSWER, refusals.Malformed),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS_REFUSED)
def test_an_answer_that_does_not_hold_is_refused_by_its_name(name):
    response, refusal = ANSWERS_REFUSED[name]
    with pytest.raises(refusal):
        check_answer(response)
