"""The code that a visitor shows elsewhere: sealed at home, for one host, scenario and purpose.

As a credit code it is a token and no row; what is written once is its digest, with the answer.
"""

import struct
from datetime import timedelta
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

from interop.refusals import Malformed
from interop.shape import Closed, Opaque, shaped
from points_api.credit_codes.sealing import Unreadable, bytes_of, text_of
from points_api.crypto.cipher import CipherError, header_of
from points_api.crypto.keyring import Keyring

LIVES: Final = timedelta(minutes=2)
_CONTEXT: Final = b"visit_code"
_LAYOUT: Final = struct.Struct(">16s16s16sII8sI")


class VisitCode(NamedTuple):
    """What a code says. `home` and `host` are the divisions by whose agreement one is recognized,
    `scope` is a digest of scenario and purpose; times in seconds.
    """

    resident_id: UUID
    session_id: UUID
    consent_id: UUID
    home: int
    host: int
    scope: bytes
    expires_at: int


class _Shown(Closed):
    code: Opaque


class VisitSeal:
    """Makes and reads codes. One per process."""

    def __init__(self, keyring: Keyring) -> None:
        self._sealers = keyring.sealers("visit_code")
        self._newest = next(iter(self._sealers))

    def seal(self, code: VisitCode) -> str:
        """The code as text that may cross: digits and capitals that look like no ID number."""
        ids = (code.resident_id.bytes, code.session_id.bytes, code.consent_id.bytes)
        plain = _LAYOUT.pack(*ids, code.home, code.host, code.scope, code.expires_at)
        while True:  # by chance one in some ten thousand looks like one; the nonce is new each time
            text = text_of(self._sealers[self._newest].seal(plain, _CONTEXT))
            try:
                return shaped(_Shown, {"code": text}).code
            except Malformed:
                continue

    def open(self, text: str) -> tuple[VisitCode, bytes]:
        """What a code says, and its mark. Raises `Unreadable`."""
        sealed = bytes_of(text)
        try:
            header = header_of(sealed)
            sealer = self._sealers[header.key_id]
            found = _LAYOUT.unpack(sealer.open(sealed, header, _CONTEXT))
        except (CipherError, KeyError, struct.error):
            raise Unreadable from None
        ids = [UUID(bytes=part) for part in found[:3]]
        return VisitCode(ids[0], ids[1], ids[2], *found[3:]), sha256(sealed).digest()


def scope_of(scenario: str, purpose: str) -> bytes:
    """What stands for scenario and purpose in a code; neither has a zero byte."""
    return sha256(f"{scenario}\0{purpose}".encode()).digest()[:8]
