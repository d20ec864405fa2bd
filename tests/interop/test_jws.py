import pytest

from interop import base64url, jws
from interop.keys import check_signature
from interop.refusals import BadSignature, Refused
from tests.interop.published import vectors


def test_no_token_of_another_algorithm_is_read_whatever_is_wrong_or_right_with_it():
    """Wycheproof has none with Ed25519: each of the 401 is refused, none is an error of ours."""
    groups = vectors("wycheproof/json_web_signature_test.json")["testGroups"]
    tokens = [case["jws"] for group in groups for case in group["tests"]]
    assert len(tokens) == 401
    for token in tokens:
        with pytest.raises(Refused):
            jws.read(str(token), "JWT")


def test_the_example_of_rfc_8037():
    """Appendix A.4: its header has no `typ`, so only the key and the signature are compared."""
    key = jws.public_key_of("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
    signed, _, signature = (
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    ).rpartition(".")
    check_signature(key, base64url.decode(signature), signed.encode())
    with pytest.raises(BadSignature):
        check_signature(key, base64url.decode(signature), signed[:-1].encode())
