"""Which of a city's keys signs, while a new one is being listed."""

from datetime import timedelta

import pytest

from interop import directory
from interop.instants import seconds
from interop.proof import issued_at
from points_api import clock
from points_api.crypto.keyring import Keyring
from points_api.partners.keys import OwnKeys
from points_api.partners.problems import ExchangeClosed
from points_api.settings import load
from tests.points_api.recognitions.two_cities import HOST, _member, _secret, write_directory

SETTINGS = load({"secret_keys": f"{_secret(2)},{_secret(1)}"})


def listed(folder, since):
    """Our keys, and the members with them: the newest listed from a time on."""
    keys = OwnKeys(Keyring.from_settings(SETTINGS), HOST)
    new, _ = keys.all_of("statement")
    member = _member(HOST, SETTINGS)
    for one in member["keys"]:
        if new.keyid.endswith(f"/{one['name']}"):
            one["not_before"] = seconds(since)
    digest = write_directory(folder, {}, members=[member])
    document = (folder / "directory.json").read_bytes()
    return keys, directory.begin(document, digest).at(clock.now())


def test_what_began_before_the_newest_key_is_signed_by_the_one_before(tmp_path, frozen_clock):
    frozen_clock.forward(timedelta(minutes=30))
    now = clock.now()
    keys, members = listed(tmp_path, now - timedelta(minutes=10))
    new, old = keys.all_of("statement")
    assert keys.signer(members, "statement") == new
    assert keys.signer(members, "statement", issued_at(now)) == old
    assert members.key(old.keyid, issued_at(now)) == old.private.public_key()
    frozen_clock.forward(timedelta(minutes=30))
    assert keys.signer(members, "statement", issued_at(clock.now())) == new


def test_a_key_that_is_not_listed_yet_or_no_longer_signs_nothing(tmp_path, frozen_clock):
    keys, members = listed(tmp_path, clock.now() + timedelta(minutes=10))
    _, old = keys.all_of("statement")
    assert keys.signer(members, "statement") == old
    frozen_clock.forward(timedelta(days=400))
    with pytest.raises(ExchangeClosed):
        keys.signer(members, "statement", seconds(clock.now() - timedelta(days=399)))
