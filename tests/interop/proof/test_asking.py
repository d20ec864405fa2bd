import json
from random import Random

import pytest

from interop import refusals
from interop.proof import asking, verifying

RANDOM = Random(7).randbytes
ASKED = asking.ask("merchant-17", "library-deposit", RANDOM)


def test_what_is_shown_is_what_an_answer_has_to_prove():
    said = json.loads(ASKED)
    assert asking.expected(ASKED) == verifying.Expected(
        "merchant-17", said["nonce"], "library-deposit"
    )
    assert asking.expected(ASKED, status=False).status is False


def test_each_visitor_gets_a_nonce_of_their_own():
    nonces = {json.loads(asking.ask("m", "s", RANDOM))["nonce"] for _ in range(100)}
    assert len(nonces) == 100
    assert all(len(one) == 32 for one in nonces)


@pytest.mark.parametrize("changed", [
    {"nonce": "short"}, {"nonce": None}, {"scenario": "Library"}, {"audience": "商户"},
    {"audience": ""}, {"note": "believe me"},
])  # fmt: skip
def test_what_is_no_request_is_refused(changed):
    with pytest.raises(refusals.Malformed):
        asking.expected(json.dumps({**json.loads(ASKED), **changed}).encode())
