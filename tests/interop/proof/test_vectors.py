"""The examples of RFC 9901 and of the Token Status List, as others have published them."""

import jwt
import pytest

from interop.proof import status_list
from interop.proof.disclosures import digest_of, reveal
from interop.refusals import Malformed
from tests.interop.published import vectors


def test_every_example_of_rfc_9901_is_read_as_published():
    examples = vectors("rfc9901_sd_jwt_examples.json")["examples"]
    checked = 0
    for name, example in examples.items():
        for one in example["disclosures"]:
            assert digest_of(one["disclosure"]) == one["digest"], name
            checked += 1
        if example["presentation"].startswith("{"):
            continue  # the JSON serialization, which nobody here sends
        signed, *disclosures, _ = example["presentation"].split("~")
        payload = jwt.decode(signed, options={"verify_signature": False})
        assert reveal(payload, disclosures) == example["verified_contents"], name
    assert checked == 131


def test_the_published_status_lists_are_read():
    for name, published in vectors("token_status_list_examples.json")["lists"].items():
        bits = published["bits"]
        packed = status_list.decode(published["lst"])
        assert len(packed) * 8 // bits == published["size"], name
        nonzero = {int(index): status for index, status in published["nonzero"].items()}
        assert packed == status_list.pack(nonzero, published["size"], bits), name
        known = status_list.StatusList("", "", bits, packed, 1)
        assert {index: known.status(index, 0) for index in nonzero} == nonzero, name
        written = status_list.encode(packed)
        assert status_list.decode(written) == packed, name
        assert len(written) <= len(published["lst"]) * 1.1, name


@pytest.mark.parametrize("wrong", ["", "AAAA", "eNrbuRgAAhcBX", "eNrbuRgAAhcBXQ=="])
def test_what_is_no_list_is_refused(wrong):
    with pytest.raises(Malformed):
        status_list.decode(wrong)
