"""How a merchant names a resident: by a name of its own, which no other merchant knows.

So two merchants cannot join their lists, and neither learns who somebody is.
"""

from hashlib import sha256
from hmac import digest
from uuid import UUID

from points_api.crypto.keyring import Keyring


def of(keyring: Keyring, merchant_id: UUID, resident_id: UUID) -> str:
    """The merchant's pseudonym of a resident: 32 hexadecimal digits."""
    key = keyring.derive("pairwise")
    return digest(key, merchant_id.bytes + resident_id.bytes, sha256).hex()[:32]
