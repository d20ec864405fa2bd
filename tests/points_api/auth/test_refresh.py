import hashlib
import hmac
from uuid import UUID

import pytest

from points_api.auth import refresh

SID = UUID("01890000-0000-7000-8000-000000000001")


class Keys:
    """Keyed digests under several keys, newest first, as the keyring gives them."""

    def __init__(self, *secrets):
        self.secrets = secrets

    def indexes(self, kind, value):
        return [
            hmac.digest(secret, f"{kind}\0{value}".encode(), hashlib.sha256)
            for secret in self.secrets
        ]

    def index(self, kind, value):
        return self.indexes(kind, value)[0]


def test_a_token_is_read_back_as_its_session_and_generation():
    keys = Keys(b"a")
    assert refresh.read(keys, refresh.token(keys, SID, 12)) == (SID, 12)


def test_the_same_generation_is_always_the_same_token():
    assert refresh.token(Keys(b"a"), SID, 1) == refresh.token(Keys(b"a"), SID, 1)
    assert refresh.token(Keys(b"a"), SID, 1) != refresh.token(Keys(b"a"), SID, 2)


def test_a_token_made_under_an_older_key_is_still_read():
    old = refresh.token(Keys(b"a"), SID, 1)
    assert refresh.read(Keys(b"b", b"a"), old) == (SID, 1)
    assert refresh.read(Keys(b"b"), old) is None


def test_no_part_of_a_token_can_be_changed():
    keys = Keys(b"a")
    token = refresh.token(keys, SID, 3)
    changed = [
        token.replace(".3.", ".4."),
        token.replace("0001.", "0002."),
        token[:-1] + ("0" if token[-1] != "0" else "1"),
        token[:-2],
        token + "00",
        token.upper(),
        " " + token,
        token + "\n",
    ]
    assert [refresh.read(keys, one) for one in changed] == [None] * len(changed)


@pytest.mark.parametrize("text", ["", "rt1...", "rt1." + "0" * 32 + ".0." + "0" * 64, "é"])
def test_what_is_no_refresh_token_is_none(text):
    assert refresh.read(Keys(b"a"), text) is None
