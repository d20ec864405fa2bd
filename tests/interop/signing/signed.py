"""A request and its answer, signed as they should be."""

from interop.signing import (
    Request,
    Response,
    Terms,
    check_request,
    sign_request,
    sign_response,
    verify_response,
)
from tests.interop.cities import (
    ADDRESS,
    HUANGSHI,
    NOW,
    SANYA,
    KnownKeys,
    signer,
)

NONCE = "c2Fpc29uIGVuIGVuZmVy"
TERMS = Terms(ADDRESS[SANYA])
KEYS = KnownKeys()
HUANGSHIS = signer(HUANGSHI)
ASKED = Request(
    "POST",
    ADDRESS[SANYA] + "/interop/v1/recognitions?trial=1",
    {"content-type": "application/json"},
    b'{"home":"460200"}',
)
SIGNED = sign_request(ASKED, signer(HUANGSHI), NOW, NONCE)
ANSWER = Response(200, {"content-type": "application/json"}, b'{"statement":"..."}')
ANSWERED = sign_response(ANSWER, SIGNED, signer(SANYA), NOW, NONCE)


def check(request, now=NOW, terms=TERMS, keys=KEYS):
    return check_request(request, keys, terms, now)


def check_answer(response, asked=SIGNED, now=NOW):
    return verify_response(response, asked, KEYS, TERMS, now)
