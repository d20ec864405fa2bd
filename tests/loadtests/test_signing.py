"""A partner of another make, written after the page alone, and ours read each other's messages."""

import pytest

from interop.signing import Response, sign_response
from loadtests import signing
from tests.interop.cities import HUANGSHI, NOW, SANYA, signer
from tests.interop.signing.signed import KEYS, SIGNED, check

HUANGSHIS, SANYAS = signer(HUANGSHI), signer(SANYA)
HOME_KEYS = {SANYAS.keyid: SANYAS.private.public_key()}


def asked():
    headers = signing.signed(
        HUANGSHIS.private, HUANGSHIS.keyid, SIGNED.target, SIGNED.body, int(NOW.timestamp())
    )
    return SIGNED.with_headers({name.lower(): value for name, value in headers.items()}), headers


def answered(question):
    plain = Response(200, {"content-type": "application/json"}, b'{"statement":"x"}')
    made = sign_response(plain, question, SANYAS, NOW, "nonce-of-the-answer-1")
    return made, {name.title(): value for name, value in made.headers.items()}


def test_what_the_partner_signs_is_admitted():
    question, _ = asked()
    assert check(question, keys=KEYS).city == HUANGSHI


def test_a_signed_answer_holds_for_its_question_alone():
    question, headers = asked()
    answer, said = answered(question)
    assert signing.answer_fault(HOME_KEYS, headers, 200, said, answer.body) is None
    _, others = asked()
    assert signing.answer_fault(HOME_KEYS, others, 200, said, answer.body) is not None


@pytest.mark.parametrize("change", ["body", "status", "keys", "headers"])
def test_what_was_changed_on_the_way_is_seen(change):
    question, headers = asked()
    answer, said = answered(question)
    body = answer.body + b" " if change == "body" else answer.body
    keys = {SANYAS.keyid: HUANGSHIS.private.public_key()} if change == "keys" else HOME_KEYS
    seen = {} if change == "headers" else said
    status = 201 if change == "status" else 200
    assert signing.answer_fault(keys, headers, status, seen, body) is not None
