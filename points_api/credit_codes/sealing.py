"""A credit code is a sealed token and no row: whose, of which sign-in, under which consent, for
which version of a scenario, until when.

Sealed (AEAD) under a key of its own, so that nobody can read or make one; the id of the master key
is inside, so that codes survive a rotation. Written in the digits of base 32 (RFC 4648 section 7),
which a QR code packs into five and a half bits each. Its `mark` is what is written once.
"""

import base64
import struct
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

from points_api.crypto.cipher import CipherError, Header, Sealer, header_of
from points_api.crypto.keyring import Keyring
from points_api.ids import driver_uuid

LIVES_SECONDS: Final = 60
LONGEST: Final = 400
_CONTEXT: Final = b"credit_code"
_LAYOUT: Final = struct.Struct(">16s16s16s4sHI")


class Unreadable(ValueError):
    """Not a code of ours, or of a key that is no longer there."""


class CreditCode(NamedTuple):
    """What a code says. `expires_at` is in seconds since 1970; `scenario` a digest of its id."""

    resident_id: UUID
    session_id: UUID
    consent_id: UUID
    scenario: bytes
    version: int
    expires_at: int


class CodeSeal:
    """Makes and reads codes. One per process."""

    def __init__(self, keyring: Keyring) -> None:
        self._sealers = [_Key.of(sealer) for sealer in keyring.sealers("credit_code").values()]

    def seal(self, code: CreditCode) -> bytes:
        """Return the code sealed; the same one again differs by its nonce."""
        plain = _LAYOUT.pack(
            code.resident_id.bytes,
            code.session_id.bytes,
            code.consent_id.bytes,
            code.scenario,
            code.version,
            code.expires_at,
        )
        return self._sealers[0].sealer.seal(plain, _CONTEXT)

    def open(self, sealed: bytes) -> CreditCode:
        """Read a code. Raises `Unreadable`."""
        for key in self._sealers:
            if sealed.startswith(key.prefix):
                break
        else:
            raise Unreadable
        try:
            plain = key.sealer.open(sealed, key.header, _CONTEXT)
            resident, session, consent, scenario, version, expires_at = _LAYOUT.unpack(plain)
        except (CipherError, struct.error):
            raise Unreadable from None
        ids = (driver_uuid(resident), driver_uuid(session), driver_uuid(consent))
        return CreditCode(*ids, scenario, version, expires_at)


class _Key(NamedTuple):
    """A sealer, and by what one knows what it has sealed."""

    sealer: Sealer
    header: Header
    prefix: bytes

    @classmethod
    def of(cls, sealer: Sealer) -> "_Key":
        sample = sealer.seal(b"", _CONTEXT)
        header = header_of(sample)
        return cls(sealer, header, sample[: header.length])


@lru_cache(maxsize=4096)
def scenario_mark(scenario_id: str) -> bytes:
    """What stands for a scenario in a code."""
    return sha256(scenario_id.encode()).digest()[:4]


def mark_of(sealed: bytes) -> bytes:
    """What a verification writes of a code, once."""
    return sha256(sealed).digest()


def text_of(sealed: bytes) -> str:
    """The code as it is shown: digits and capital letters."""
    return base64.b32hexencode(sealed).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    """The code back from what was scanned. Raises `Unreadable`."""
    if len(text) > LONGEST:
        raise Unreadable
    try:
        digits = text.encode("ascii")
        if not digits.isalnum():  # `int` takes signs, spaces and underscores
            raise Unreadable
        number = int(digits, 32)  # in linear time, as the base is a power of two
    except ValueError:
        raise Unreadable from None
    size = len(digits) * 5 // 8
    return (number >> (len(digits) * 5 - size * 8)).to_bytes(size, "big")
