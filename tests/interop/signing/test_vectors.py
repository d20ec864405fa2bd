"""RFC 9421 appendix B, RFC 9651 and RFC 9530 as others have published them."""

from typing import Any

import http_sf
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from interop.jws import public_key_of
from interop.keys import check_signature
from interop.refusals import BadSignature
from interop.signing.base import signature_base
from interop.signing.digest import check_digest
from interop.signing.fields import combined
from interop.signing.messages import Component, Request, Response
from tests.interop.published import vectors


def dictionary(text: str) -> Any:
    return http_sf.parse(text.encode(), tltype="dictionary")


def message(text: str) -> Request | Response:
    head, _, body = text.partition("\n\n")
    first, *lines = head.split("\n")
    headers = combined((line.split(": ")[0], line.split(": ")[1]) for line in lines)
    if first.startswith("HTTP/"):
        return Response(int(first.split(" ")[1]), headers, body.encode())
    method, path, _ = first.split(" ")
    return Request(method, f"https://{headers['host']}{path}", headers, body.encode())


def cases():
    published = vectors("rfc9421_test_cases.json")
    for case in published["cases"]:
        said = case["signature_input"].partition("=")[2]
        [(items, _)] = dictionary(case["signature_input"]).values()
        yield case, said, items, message(published[case["message"]])


def test_the_signature_bases_of_rfc_9421():
    built = 0
    for case, said, items, signed in cases():
        if any("name" in marks for _, marks in items):
            continue  # @query-param, which nobody here may cover
        components = [Component(name) for name, _ in items]
        assert signature_base(components, said, signed).decode() == case["signature_base"]
        built += 1
    assert built == 5


def test_the_ed25519_signature_of_rfc_9421():
    key = load_pem_public_key(
        vectors("rfc9421_test_cases.json")["keys"]["test-key-ed25519"][0].encode()
    )
    assert isinstance(key, Ed25519PublicKey)
    [(case, said, items, signed)] = [one for one in cases() if "ed25519" in one[0]["title"]]
    [(signature, _)] = dictionary(case["signature"]).values()
    base = signature_base([Component(name) for name, _ in items], said, signed)
    check_signature(key, signature, base)


@pytest.mark.parametrize("name", ["test-request", "test-response"])
def test_the_digests_of_rfc_9421(name):
    published = message(vectors("rfc9421_test_cases.json")[name])
    check_digest(published.headers["content-digest"], published.body)


def test_the_reader_of_structured_fields_against_the_cases_of_rfc_9651():
    groups = vectors("rfc9651_structured_field_cases.json").values()
    read = refused = 0
    for case in (one for group in groups for one in group if one["header_type"] == "dictionary"):
        raw = ", ".join(case["raw"])
        if case.get("must_fail"):
            with pytest.raises(http_sf.StructuredFieldError):
                dictionary(raw)
            refused += 1
        elif case["expected"] and not case.get("can_fail"):
            canonical = ", ".join(case.get("canonical", case["raw"]))
            assert http_sf.ser(dictionary(raw)) == canonical, case["name"]
            read += 1
    assert read > 20
    assert refused > 5


def test_ed25519_against_wycheproof():
    for group in vectors("wycheproof/ed25519_test.json")["testGroups"]:
        key = public_key_of(group["publicKeyJwk"]["x"])
        for case in group["tests"]:
            arguments = key, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"])
            if case["result"] == "valid":
                check_signature(*arguments)
            else:
                with pytest.raises(BadSignature):
                    check_signature(*arguments)
