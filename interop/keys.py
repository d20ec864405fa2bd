"""Keys by name. A key's full name is `<division code>/<name>`: `420200/2026-1`.

Who verifies asks by that name for the key as it was at a time. The directory answers for cities;
a test, or a city that asks an officer, may answer otherwise.
"""

import re
from dataclasses import dataclass, field
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from interop.refusals import BadSignature, Malformed

DIVISION: Final = r"[1-9]\d{5}"
KEY_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
_KEYID: Final = re.compile(rf"({DIVISION})/({KEY_NAME})", re.ASCII)


class Keys(Protocol):
    """Answers which key bore a name at a time."""

    def key(self, keyid: str, at: int, /) -> Ed25519PublicKey:
        """Return the key. Raises `UnlistedPeer` or `UnknownKey`."""
        ...


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key and its full name."""

    keyid: str
    private: Ed25519PrivateKey = field(repr=False)

    @property
    def city(self) -> str:
        """Return the division code of whose key it is."""
        return city_of(self.keyid)


def city_of(keyid: str) -> str:
    """Return the division code in a key's full name. Raises `Malformed`.

    >>> city_of("420200/2026-1")
    '420200'
    """
    found = _KEYID.fullmatch(keyid)
    if found is None:
        raise Malformed("keyid")
    return found[1]


def check_signature(key: Ed25519PublicKey, signature: bytes, message: bytes) -> None:
    """Raise `BadSignature` unless it is the key's over the message (RFC 8032)."""
    try:
        key.verify(signature, message)
    except InvalidSignature:
        raise BadSignature from None
