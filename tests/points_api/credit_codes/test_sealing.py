from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from points_api.credit_codes.sealing import (
    CodeSeal,
    CreditCode,
    Unreadable,
    bytes_of,
    mark_of,
    scenario_mark,
    text_of,
)
from points_api.crypto.keyring import Keyring
from points_api.ids import new_id
from points_api.settings import MasterKey

OLD, NEW = MasterKey("2026a", b"a" * 32), MasterKey("2026b", b"b" * 32)
CODE = CreditCode(new_id(), new_id(), new_id(), scenario_mark("library"), 3, 1_780_000_000)


@pytest.mark.parametrize("suite", ["aes", "sm4"])
def test_a_code_says_what_was_put_in_and_shows_none_of_it(suite):
    seal = CodeSeal(Keyring([OLD], suite))
    sealed = seal.seal(CODE)
    assert seal.open(sealed) == CODE
    assert CODE.resident_id.bytes not in sealed
    assert seal.seal(CODE) != sealed


def test_codes_outlive_the_turn_of_a_key_and_end_with_it():
    shown = CodeSeal(Keyring([OLD])).seal(CODE)
    both = CodeSeal(Keyring([NEW, OLD]))
    assert both.open(shown) == CODE
    assert CodeSeal(Keyring([NEW])).open(both.seal(CODE)) == CODE
    with pytest.raises(Unreadable):
        CodeSeal(Keyring([NEW])).open(shown)


def test_no_field_of_a_table_passes_as_a_code():
    keyring = Keyring([OLD])
    with pytest.raises(Unreadable):
        CodeSeal(keyring).open(keyring.encrypt(b"x" * 58, "credit_code"))


@given(st.binary(min_size=40, max_size=120))
def test_a_text_is_the_bytes_again(sealed):
    assert bytes_of(text_of(sealed)) == sealed
    assert bytes_of(text_of(sealed).lower()) == sealed


@given(st.text(max_size=60))
def test_any_text_is_bytes_or_refused(text):
    try:
        sealed = bytes_of(text)
    except Unreadable:
        return
    with pytest.raises(Unreadable):
        CodeSeal(Keyring([OLD])).open(sealed)


def test_every_bit_is_held():
    seal = CodeSeal(Keyring([OLD]))
    sealed = seal.seal(CODE)
    for place in range(len(sealed)):
        with pytest.raises(Unreadable):
            seal.open(sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :])


def test_a_mark_is_of_one_code():
    seal = CodeSeal(Keyring([OLD]))
    other = CODE._replace(resident_id=UUID(int=1))
    assert len({mark_of(seal.seal(one)) for one in (CODE, CODE, other)}) == 3
