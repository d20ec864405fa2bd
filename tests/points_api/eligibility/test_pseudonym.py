import pytest

from points_api.crypto.cipher import CipherError
from points_api.crypto.keyring import Keyring
from points_api.eligibility import pseudonym
from points_api.ids import new_id
from points_api.settings import MasterKey

OLD, NEW = MasterKey("2026a", b"a" * 32), MasterKey("2026b", b"b" * 32)
ONE, OTHER, RESIDENT = new_id(), new_id(), new_id()


def _ring(*keys, outward=b"o" * 32):
    return Keyring(keys).with_outward(outward)


def test_a_name_is_the_merchants_own_and_leads_back_with_the_key_alone():
    keyring = _ring(OLD)
    name = pseudonym.of(keyring, ONE, RESIDENT)
    assert len(name) == 32
    assert name == pseudonym.of(keyring, ONE, RESIDENT)
    assert name != pseudonym.of(keyring, OTHER, RESIDENT)
    assert pseudonym.residents_of(keyring, ONE, name) == [RESIDENT]
    assert pseudonym.residents_of(keyring, OTHER, name) != [RESIDENT]


def test_a_name_does_not_depend_on_the_master_keys():
    names = {pseudonym.of(_ring(*keys), ONE, RESIDENT) for keys in ([OLD], [NEW, OLD], [NEW])}
    assert len(names) == 1
    assert pseudonym.of(_ring(OLD, outward=bytes(32)), ONE, RESIDENT) not in names


def test_without_the_citys_secret_there_are_no_names():
    with pytest.raises(CipherError):
        pseudonym.of(Keyring([OLD]), ONE, RESIDENT)


def test_what_is_no_name_means_nobody():
    for text in ("", "x" * 32, "00" * 15, "0" * 34, "é" * 32):
        assert pseudonym.residents_of(_ring(OLD), ONE, text) == []
