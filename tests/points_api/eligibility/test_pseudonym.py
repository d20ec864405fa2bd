from points_api.crypto.keyring import Keyring
from points_api.eligibility import pseudonym
from points_api.ids import new_id
from points_api.settings import MasterKey

OLD, NEW = MasterKey("2026a", b"a" * 32), MasterKey("2026b", b"b" * 32)
ONE, OTHER, RESIDENT = new_id(), new_id(), new_id()


def test_a_name_is_the_merchants_own_and_leads_back_with_the_key_alone():
    keyring = Keyring([OLD])
    name = pseudonym.of(keyring, ONE, RESIDENT)
    assert len(name) == 32
    assert name == pseudonym.of(keyring, ONE, RESIDENT)
    assert name != pseudonym.of(keyring, OTHER, RESIDENT)
    assert pseudonym.residents_of(keyring, ONE, name) == [RESIDENT]
    assert pseudonym.residents_of(keyring, OTHER, name) != [RESIDENT]


def test_names_given_before_a_rotation_still_lead_back():
    name = pseudonym.of(Keyring([OLD]), ONE, RESIDENT)
    assert RESIDENT in pseudonym.residents_of(Keyring([NEW, OLD]), ONE, name)


def test_what_is_no_name_means_nobody():
    for text in ("", "x" * 32, "00" * 15, "0" * 34, "é" * 32):
        assert pseudonym.residents_of(Keyring([OLD]), ONE, text) == []
