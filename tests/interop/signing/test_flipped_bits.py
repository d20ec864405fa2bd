from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop import refusals
from tests.interop.signing.signed import (
    ANSWERED,
    SIGNED,
    check,
    check_answer,
)


def flipped(text: bytes, bit: int) -> bytes:
    index = bit // 8 % len(text)
    return text[:index] + bytes([text[index] ^ (1 << bit % 8)]) + text[index + 1 :]


def flipped_text(text: str, bit: int) -> str:
    return flipped(text.encode(), bit).decode("latin-1")


@given(st.sampled_from(["method", "target", "body", *sorted(SIGNED.headers)]), st.integers(0, 8000))
def test_any_flipped_bit_of_a_signed_request_is_refused(part, bit):
    if part == "method":
        changed = replace(SIGNED, method=flipped_text(SIGNED.method, bit))
    elif part == "target":
        changed = replace(SIGNED, target=flipped_text(SIGNED.target, bit))
    elif part == "body":
        changed = replace(SIGNED, body=flipped(SIGNED.body, bit))
    else:
        changed = SIGNED.with_headers({part: flipped_text(SIGNED.headers[part], bit)})
    with pytest.raises(refusals.Refused):
        check(changed)


@given(st.sampled_from(["status", "body", *sorted(ANSWERED.headers)]), st.integers(0, 8000))
def test_any_flipped_bit_of_a_signed_answer_is_refused(part, bit):
    if part == "status":
        changed = replace(ANSWERED, status=ANSWERED.status ^ (1 << bit % 10))
    elif part == "body":
        changed = replace(ANSWERED, body=flipped(ANSWERED.body, bit))
    else:
        changed = ANSWERED.with_headers({part: flipped_text(ANSWERED.headers[part], bit)})
    with pytest.raises(refusals.Refused):
        check_answer(changed)


@given(
    st.dictionaries(st.sampled_from(["signature", "signature-input", "content-digest"]), st.text())
)
def test_garbage_in_the_fields_is_refused_and_never_an_error(garbage):
    if garbage:
        with pytest.raises(refusals.Refused):
            check(SIGNED.with_headers(garbage))
