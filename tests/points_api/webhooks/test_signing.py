"""Signatures, against the published vector and the reference implementation."""

from base64 import b64decode
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from points_api.webhooks import signing


def test_the_vector_of_the_reference_implementation():
    signed = b'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}'
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert signing._signature(secret, signed) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(body=st.text(max_size=200), seconds=st.integers(0, 2**32), message_id=st.uuids())
def test_every_body_is_signed_as_the_reference_implementation_signs_it(body, seconds, message_id):
    keys, at = [signing.new_secret(), signing.new_secret()], datetime.fromtimestamp(seconds, UTC)
    data = body.encode()
    said = signing.headers(message_id, data, keys, at)
    expected = [Webhook(key).sign(said["webhook-id"], at, data.decode()) for key in keys]
    assert said["webhook-signature"] == " ".join(expected)
    assert said["webhook-timestamp"] == str(seconds)
    assert "." not in said["webhook-id"]


def test_secrets_are_of_the_length_that_the_specification_asks_for_and_never_alike():
    secrets = {signing.new_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert {len(b64decode(one.removeprefix("whsec_"))) for one in secrets} == {32}
