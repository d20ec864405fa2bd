import base64
from contextlib import nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop import merkle
from interop.refusals import NotInLog
from tests.interop.published import vectors


def decoded(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def included(case) -> None:
    path = [decoded(text) for text in case["proof"] or []]
    leaf, root = decoded(case["leafHash"]), decoded(case["root"])
    merkle.check_inclusion(leaf, case["leafIdx"], case["treeSize"], path, root)


def consistent(case) -> None:
    path = [decoded(text) for text in case["proof"] or []]
    roots = decoded(case["root1"]), decoded(case["root2"])
    merkle.check_consistency(case["size1"], roots[0], case["size2"], roots[1], path)


@pytest.mark.parametrize(("kind", "check"), [("inclusion", included), ("consistency", consistent)])
def test_the_published_proofs_good_and_corrupted(kind, check):
    published = vectors("rfc6962_merkle_proof_cases.json")
    cases = [one["case"] for one in published if one["name"].startswith(f"{kind}/")]
    assert len(cases) == 98
    for case in cases:
        with pytest.raises(NotInLog) if case["wantErr"] else nullcontext():
            check(case)


def test_the_published_roots():
    published = vectors("standards_small_vectors.json")["rfc6962_roots"]
    leaves = [merkle.leaf_hash(bytes.fromhex(leaf)) for leaf in published["leaves_hex"]]
    for count, root in enumerate(published["root_of_first_n"]):
        assert merkle.root_of(leaves[:count]).hex() == root


@given(st.integers(1, 70).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_every_entry_of_a_log_of_any_length_is_shown_to_be_in_it(drawn):
    size, index = drawn
    leaves = [merkle.leaf_hash(bytes([n])) for n in range(size)]
    root, path = merkle.root_of(leaves), merkle.inclusion_path(index, leaves)
    merkle.check_inclusion(leaves[index], index, size, path, root)
    for leaf, place, length in [
        (merkle.leaf_hash(b"other"), index, size), (leaves[index], index + 1, size),
        (leaves[index], index, size * 2 + 1),
    ]:  # fmt: skip
        with pytest.raises(NotInLog):
            merkle.check_inclusion(leaf, place, length, path, root)


def test_an_entry_that_the_log_lacks_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="no such entry"):
        merkle.inclusion_path(1, [merkle.leaf_hash(b"")])
