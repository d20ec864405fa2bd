"""Another implementation of RFC 9421 reads what is signed here; its time is the system's."""

from types import SimpleNamespace

import pytest
import time_machine
from http_message_signatures import HTTPMessageVerifier, MappingKeyResolver
from http_message_signatures.algorithms import ED25519
from http_message_signatures.exceptions import InvalidSignature

from tests.interop.cities import HUANGSHI, NOW, SANYA, signer
from tests.interop.signing.signed import ANSWERED, SIGNED, TERMS

REQUEST = SimpleNamespace(method=SIGNED.method, url=SIGNED.target, headers=dict(SIGNED.headers))
RESPONSE = SimpleNamespace(
    status_code=ANSWERED.status, headers=dict(ANSWERED.headers), request=REQUEST
)
MESSAGES = [(REQUEST, SIGNED.body, HUANGSHI), (RESPONSE, ANSWERED.body, SANYA)]


@pytest.mark.parametrize(("message", "body", "city"), MESSAGES)
def test_another_implementation_verifies_what_is_signed_here(message, body, city):
    key = signer(city)
    known = MappingKeyResolver(public_keys={key.keyid: key.private.public_key()}, private_keys={})
    reader = HTTPMessageVerifier(signature_algorithm=ED25519, key_resolver=known)
    with time_machine.travel(NOW, tick=False):
        [read] = reader.verify(message, expect_tag=TERMS.tag, body=body)
        with pytest.raises(InvalidSignature):
            reader.verify(message, expect_tag=TERMS.tag, body=body + b" ")
    assert read.parameters["keyid"] == key.keyid
