import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from hypothesis import given
from hypothesis import strategies as st

from points_api.crypto.cipher import KEY_BYTES, CipherError, Sealer, Suite, aead, header_of
from tests.points_api.published import vectors, wycheproof

SUITES = st.sampled_from(sorted(KEY_BYTES))


def sealer(suite: Suite, key_id: str = "a") -> Sealer:
    return Sealer(suite, key_id, bytes(range(KEY_BYTES[suite])))


@pytest.mark.parametrize(
    ("suite", "file", "bits"), [("aes", "aes_gcm", 256), ("sm4", "sm4_gcm", 128)]
)
def test_both_suites_agree_with_the_published_cases(suite, file, bits):
    cases = wycheproof(file, keySize=bits, ivSize=96, tagSize=128)
    assert len(cases) > 30
    for case in cases:
        key, nonce, aad, plain, ct, tag = (
            bytes.fromhex(case[name]) for name in ("key", "iv", "aad", "msg", "ct", "tag")
        )
        cipher = aead(suite, key)
        if case["result"] == "valid":
            assert cipher.encrypt(nonce, plain, aad) == ct + tag, case["tcId"]
            assert cipher.decrypt(nonce, ct + tag, aad) == plain, case["tcId"]
        else:
            with pytest.raises(InvalidTag):
                cipher.decrypt(nonce, ct + tag, aad)


def test_the_block_cipher_is_the_sm4_of_the_standard():
    case = vectors("standards_small_vectors.json")["gbt32907_sm4_ecb"]
    key, plain = bytes.fromhex(case["key"]), bytes.fromhex(case["plain"])
    zero = Cipher(SM4(key), modes.CTR(plain)).encryptor().update(bytes(16))
    assert zero.hex() == case["cipher"]  # counter mode over zeros shows the block itself


@given(SUITES, st.binary(max_size=200), st.binary(max_size=30))
def test_what_was_sealed_opens_in_its_own_context(suite, plain, context):
    one = sealer(suite)
    sealed = one.seal(plain, context)
    assert one.open(sealed, header_of(sealed), context) == plain
    assert plain not in sealed or len(plain) < 4


@pytest.mark.parametrize("suite", sorted(KEY_BYTES))
def test_a_value_moved_to_another_column_does_not_open(suite):
    one = sealer(suite)
    sealed = one.seal(b"42020019900101001X", b"person.id_number")
    with pytest.raises(CipherError):
        one.open(sealed, header_of(sealed), b"person.name")


@given(st.binary(max_size=40))
def test_bytes_that_were_never_sealed_are_refused_and_not_guessed_at(junk):
    if junk[:1] in {b"\x01", b"\x02"}:
        junk = b"\x03" + junk
    with pytest.raises(CipherError):
        header_of(junk)


@pytest.mark.parametrize("length", range(31))
@pytest.mark.parametrize("suite", sorted(KEY_BYTES))
def test_a_value_cut_short_is_refused(suite, length):
    with pytest.raises(CipherError):
        header_of(sealer(suite).seal(b"", b"")[: length - 1])


@pytest.mark.parametrize("suite", sorted(KEY_BYTES))
def test_a_column_sealed_at_once_has_a_fresh_nonce_in_every_row(suite):
    one = sealer(suite)
    sealed = one.seal_many([b"same"] * 500, b"c")
    assert len({row[3:15] for row in sealed}) == 500
    assert {one.open(row, header_of(row), b"c") for row in sealed} == {b"same"}
