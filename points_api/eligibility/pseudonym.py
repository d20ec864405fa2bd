"""What a merchant calls a resident: a name of its own, so that two lists cannot be joined.

One block of AES under a key of that merchant. Without the key it says nothing; with it the
resident is found again, so a merchant's system may ask by this name and no table has to list them.
"""

from functools import lru_cache
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from points_api.crypto.keyring import Keyring

_PLACES = 32


def of(keyring: Keyring, merchant_id: UUID, resident_id: UUID) -> str:
    """The pseudonym of a resident for a merchant: 32 hexadecimal digits."""
    # A single block whose content never repeats: there is nothing for a mode to hide.
    encryptor = _cipher(_key(keyring, merchant_id)).encryptor()
    return (encryptor.update(resident_id.bytes) + encryptor.finalize()).hex()


def residents_of(keyring: Keyring, merchant_id: UUID, pseudonym: str) -> list[UUID]:
    """Who may be meant: one id, which need not be a resident's; none of what is no name."""
    try:
        block = bytes.fromhex(pseudonym)
    except ValueError:
        return []
    if len(pseudonym) != _PLACES or len(block) != _PLACES // 2:
        return []
    decryptor = _cipher(_key(keyring, merchant_id)).decryptor()
    return [UUID(bytes=decryptor.update(block) + decryptor.finalize())]


def _key(keyring: Keyring, merchant_id: UUID) -> bytes:
    return keyring.outward(f"pairwise/{merchant_id}")


@lru_cache(maxsize=1024)
def _cipher(key: bytes) -> Cipher[modes.ECB]:
    return Cipher(AES(key), modes.ECB())  # noqa: S305 - one block, see above
