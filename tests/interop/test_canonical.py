import json
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.canonical import canonical, parse
from interop.refusals import Malformed
from tests.interop.published import vectors

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
EXACT = 2**53 - 1
VALUES = st.recursive(
    st.none() | st.booleans() | TEXT
    | st.integers(-EXACT, EXACT)
    | st.floats(-EXACT, EXACT),
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=20,
)  # fmt: skip


def test_the_published_pairs_of_rfc_8785():
    cases = vectors("rfc8785_jcs_cases.json")
    assert cases
    for name, case in cases.items():
        got = canonical(parse(case["input"].encode()))
        assert got == bytes.fromhex(case["canonical_utf8_hex"]), name


# RFC 8785, appendix B: the bits of a double and how it is written.
@pytest.mark.parametrize(
    ("bits", "written"),
    [
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("8000000000000001", "-5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("4430000000000000", "295147905179352830000"),
        ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("44b52d02c7e14af6", "1e+23"),
        ("44b52d02c7e14af7", "1.0000000000000001e+23"),
        ("444b1ae4d6e2ef4e", "999999999999999700000"),
        ("444b1ae4d6e2ef4f", "999999999999999900000"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("41b3de4355555553", "333333333.3333332"),
        ("41b3de4355555557", "333333333.33333343"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
        ("43143ff3c1cb0959", "1424953923781206.2"),
    ],
)
def test_numbers_are_written_as_ecmascript_writes_them(bits, written):
    assert canonical(struct.unpack(">d", bytes.fromhex(bits))[0]).decode() == written


@given(VALUES)
def test_canonical_bytes_are_read_back_and_written_the_same(value):
    once = canonical(value)
    assert canonical(parse(once)) == once


@given(VALUES)
def test_any_spelling_has_the_same_canonical_bytes(value):
    spelled = json.dumps(value, ensure_ascii=True, indent=3).encode()
    assert canonical(parse(spelled)) == canonical(value)


@given(st.dictionaries(TEXT, st.none(), min_size=2))
def test_the_order_of_names_does_not_matter(value):
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@pytest.mark.parametrize(
    "document",
    [
        b'{"a":1,"a":2}', b'{"a":{"b":1,"b":1}}', b"[NaN]", b"[Infinity]", b"[1e999]",
        b"[9007199254740993]", b"[" + b"9" * 5000 + b"]", b'["\\ud800"]', b'"\xff"', b"", b"{} {}",
        b"[" * 100_000, b"\xef\xbb\xbf{}", b"{'a':1}",
    ],
)  # fmt: skip
def test_what_two_readers_could_read_in_two_ways_is_refused(document):
    with pytest.raises(Malformed):
        parse(document)


@pytest.mark.parametrize("value", [math.nan, math.inf, 2**53, {"a": b"bytes"}, "\ud800", {1, 2}])
def test_what_json_cannot_say_is_refused(value):
    with pytest.raises(Malformed):
        canonical(value)
