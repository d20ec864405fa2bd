from uuid import UUID

import pytest

from points_api.auth import refresh
from points_api.crypto.keyring import Keyring
from points_api.settings import MasterKey

SID = UUID("01890000-0000-7000-8000-000000000001")


def keyring(*names):
    return Keyring([MasterKey(name, name.encode() * 32) for name in names])


def test_a_token_is_read_back_as_its_session_and_generation():
    keys = keyring("a")
    assert refresh.read(keys, refresh.token(keys, SID, 12)) == (SID, 12)


def test_the_same_generation_is_always_the_same_token():
    assert refresh.token(keyring("a"), SID, 1) == refresh.token(keyring("a"), SID, 1)
    assert refresh.token(keyring("a"), SID, 1) != refresh.token(keyring("a"), SID, 2)


def test_a_token_made_under_an_older_key_is_still_read():
    old = refresh.token(keyring("a"), SID, 1)
    assert refresh.read(keyring("b", "a"), old) == (SID, 1)
    assert refresh.read(keyring("b"), old) is None


def test_no_part_of_a_token_can_be_changed():
    keys = keyring("a")
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
    assert refresh.read(keyring("a"), text) is None
