import dataclasses

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from points_api.crypto.cipher import CipherError
from points_api.crypto.keyring import Keyring, message_authenticator
from points_api.settings import MasterKey, load
from tests.points_api.published import wycheproof

OLD = MasterKey("2025", bytes(range(32)))
NEW = MasterKey("2026", bytes(range(1, 33)))
ID_NUMBER = "42020019900101001X"


@pytest.mark.parametrize(("suite", "file"), [("aes", "hmac_sha256"), ("sm4", "hmac_sm3")])
def test_the_index_is_the_published_hmac_of_the_suite(suite, file):
    cases = wycheproof(file, tagSize=256)
    assert len(cases) > 50
    for case in cases:
        key, message = bytes.fromhex(case["key"]), bytes.fromhex(case["msg"])
        same = message_authenticator(suite, key)(message).hex() == case["tag"]
        assert same == (case["result"] == "valid"), case["tcId"]


def test_keys_are_derived_by_the_published_hkdf():
    cases = [case for case in wycheproof("hkdf_sha256") if case["result"] == "valid"]
    assert len(cases) > 50
    for case in cases:
        ikm, salt, info = (bytes.fromhex(case[name]) for name in ("ikm", "salt", "info"))
        made = HKDF(SHA256(), case["size"], salt, info).derive(ikm)
        assert made.hex() == case["okm"], case["tcId"]


def test_a_derived_key_never_changes_from_one_release_to_the_next():
    """Otherwise everything stored would be lost by an upgrade."""
    ring = Keyring([OLD])
    assert ring.derive("index/aes").hex() == PINNED["index/aes"]
    assert ring.derive("field/aes").hex() == PINNED["field/aes"]
    assert ring.index("id_number", ID_NUMBER).hex() == PINNED["index"]
    assert ring.signing_keys()[0].public_jwk()["x"] == PINNED["x"]


@given(st.text(max_size=40), st.sampled_from(["aes", "sm4"]))
def test_a_text_comes_back_as_it_was(text, suite):
    ring = Keyring([NEW, OLD], suite)
    assert ring.decrypt_text(ring.encrypt(text, "person.name"), "person.name") == text


@given(st.sampled_from(["aes", "sm4"]), st.binary(max_size=60), st.data())
def test_no_single_changed_byte_goes_unnoticed(suite, plain, data):
    ring = Keyring([NEW, OLD], suite)
    sealed = bytearray(ring.encrypt(plain, "person.name"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CipherError):
        ring.decrypt(bytes(sealed), "person.name")


@pytest.mark.parametrize("before", ["aes", "sm4"])
@pytest.mark.parametrize("after", ["aes", "sm4"])
def test_while_keys_rotate_old_values_open_and_are_found(before, after):
    old, ring = Keyring([OLD], before), Keyring([NEW, OLD], after)
    sealed = old.encrypt(ID_NUMBER, "person.id_number")
    assert not ring.is_current(sealed)
    assert ring.decrypt(sealed, "person.id_number").decode() == ID_NUMBER
    anew = ring.encrypt(ring.decrypt(sealed, "person.id_number"), "person.id_number")
    assert ring.is_current(anew)
    assert old.index("id_number", ID_NUMBER) in ring.indexes("id_number", ID_NUMBER)
    assert ring.index("id_number", ID_NUMBER) == ring.indexes("id_number", ID_NUMBER)[0]


def test_changing_only_the_suite_also_asks_for_sealing_anew():
    sealed = Keyring([OLD], "aes").encrypt("x", "c")
    assert not Keyring([OLD], "sm4").is_current(sealed)
    assert Keyring([OLD], "sm4").decrypt(sealed, "c") == b"x"


def test_a_key_that_was_dropped_is_named_when_it_is_missed():
    sealed = Keyring([OLD]).encrypt("x", "c")
    with pytest.raises(CipherError, match="2025"):
        Keyring([NEW]).decrypt(sealed, "c")


def test_another_secret_under_the_same_id_opens_nothing():
    sealed = Keyring([OLD]).encrypt("x", "c")
    impostor = dataclasses.replace(OLD, secret=NEW.secret)
    with pytest.raises(CipherError):
        Keyring([impostor]).decrypt(sealed, "c")


@given(st.text(max_size=20), st.text(max_size=20))
def test_indexes_of_different_kinds_or_values_never_meet(one, other):
    ring = Keyring([OLD])
    assert ring.index("id_number", one) != ring.index("openid", one)
    assert (ring.index("openid", one) == ring.index("openid", other)) == (one == other)


def test_every_key_and_suite_gives_an_index_of_its_own():
    found = Keyring([NEW, OLD]).indexes("id_number", ID_NUMBER)
    assert len(set(found)) == 4
    assert {len(index) for index in found} == {32}


@pytest.mark.parametrize("suite", ["aes", "sm4"])
def test_the_bulk_functions_do_what_the_single_ones_do(suite):
    ring = Keyring([OLD], suite)
    names = [f"张{n}" for n in range(100)]
    assert ring.index_many("name", names) == [ring.index("name", name) for name in names]
    opened = [
        ring.decrypt_text(row, "person.name") for row in ring.encrypt_many(names, "person.name")
    ]
    assert opened == names


def test_the_newest_key_signs_and_every_published_key_verifies():
    keys = Keyring([NEW, OLD]).signing_keys()
    assert [key.kid for key in keys] == ["2026", "2025"]
    for key in keys:
        key.public.verify(key.private.sign(b"m"), b"m")
        assert "d" not in key.public_jwk()
    assert isinstance(keys[0].public, Ed25519PublicKey)
    assert keys[0].public_jwk()["x"] != keys[1].public_jwk()["x"]


def test_no_key_shows_itself_in_a_print_out():
    ring = Keyring([OLD])
    shown = f"{OLD!r} {ring!r} {ring.signing_keys()!r} {vars(load())!r}"
    assert OLD.secret.hex() not in shown
    assert repr(OLD.secret) not in shown


def test_a_ring_without_keys_is_refused():
    with pytest.raises(ValueError, match="master key"):
        Keyring([])


PINNED = {
    "index/aes": "338f5f7fac130a963c9264e316a1af599e22a50c4591a0b70cb9545161462103",
    "field/aes": "b1fa1df019955665e9a91ab680f8a74a345f2b3f57314483671df54c35a76902",
    "index": "133c453b8859bcdde9cfc005d9b2e090af6ea776c8124f94d2bc4502551b6c46",
    "x": "VRlvAFBfZEYFNlO5G6yflyahuuIbpn26RX3i0DTrQZ8",
}
