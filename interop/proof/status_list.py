"""Token Status List: whether a proof still counts, told for a whole city in one small document.

Each proof has a random place in a list of bits; the list says valid, invalid or suspended there and
nothing about who. It is compressed and signed, so it may be kept and handed on (RFC of the OAuth
working group, "Token Status List", sections 4, 5 and 8.3). A place is never given twice: a second
proof at the same place would be linked to the first.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import Field

from interop import base64url, jws
from interop.instants import LEEWAY_SECONDS, check_term, seconds
from interop.keys import Keys, Signer, city_of
from interop.refusals import Malformed, StatusUnknown, WrongHome
from interop.shape import Open, shaped

TYPE: Final = "statuslist+jwt"
VALID, INVALID, SUSPENDED = 0, 1, 2
Bits = Literal[1, 2, 4, 8]
# Where a list is short, a place tells too much about who asks for it.
LEAST_ENTRIES: Final = 131_072
MOST_ENTRIES: Final = 16_777_216
LONGEST_TTL_SECONDS: Final = 300
_LONGEST_TERM: Final = 24 * 3600
LONGEST_TOKEN: Final = 32 * 1024 * 1024


def pack(statuses: Mapping[int, int], entries: int, bits: Bits) -> bytes:
    """Return a list with these statuses, and `VALID` everywhere else (section 4.1).

    >>> pack({0: 1, 3: 1, 9: 1}, 16, 1).hex()
    '0902'
    """
    packed = bytearray(entries * bits // 8)
    for index, status in statuses.items():
        if not 0 <= index < entries or not 0 <= status < 1 << bits:
            raise ValueError("the index or the status does not fit into the list")
        packed[index * bits // 8] |= status << index * bits % 8
    return bytes(packed)


def encode(packed: bytes) -> str:
    """Return a list as it stands in the token: zlib, then base64url."""
    return base64url.encode(zlib.compress(packed, 9))


def decode(text: str, longest: int = MOST_ENTRIES) -> bytes:
    """Return the packed list. Raises `Malformed`, also for one that would fill the memory."""
    inflating = zlib.decompressobj()
    try:
        packed = inflating.decompress(base64url.decode(text), longest)
    except zlib.error:
        raise Malformed("lst") from None
    if not inflating.eof or inflating.unused_data:
        raise Malformed("lst")
    return packed


@dataclass(frozen=True, slots=True)
class StatusList:
    """A list that was verified; only `read` makes one. Times in seconds since 1970."""

    city: str
    uri: str
    bits: Bits
    packed: bytes
    fresh_until: int

    def status(self, index: int, now: int) -> int:
        """Return the status at a place. Raises `StatusUnknown` once the list is too old."""
        if now >= self.fresh_until:
            raise StatusUnknown("the list is too old")
        if not 0 <= index < len(self.packed) * 8 // self.bits:
            raise StatusUnknown("the list has no such place")
        byte = self.packed[index * self.bits // 8]
        return byte >> index * self.bits % 8 & (1 << self.bits) - 1


class _Packed(Open):
    bits: Bits
    lst: str


class _Claims(Open):
    iss: str
    sub: str
    iat: int
    exp: int
    ttl: Annotated[int, Field(gt=0, le=LONGEST_TTL_SECONDS)]
    status_list: _Packed


def issue(
    packed: bytes, bits: Bits, uri: str, signer: Signer, now: datetime, term_seconds: int = 3600
) -> str:
    """Return the signed list, which anybody may keep for five minutes."""
    if len(packed) * 8 // bits < LEAST_ENTRIES:
        raise ValueError(f"a list needs {LEAST_ENTRIES} entries, so that a place tells nobody")
    issued = seconds(now)
    claims = {
        "iss": signer.city,
        "sub": uri,
        "iat": issued,
        "exp": issued + term_seconds,
        "ttl": LONGEST_TTL_SECONDS,
        "status_list": {"bits": bits, "lst": encode(packed)},
    }
    return jws.sign(claims, TYPE, signer)


def read(token: str, uri: str, keys: Keys, now: datetime) -> StatusList:
    """Verify a list that was fetched from `uri`.

    Its five minutes are counted from when it was signed, not from when it was fetched, so that an
    old copy cannot be served for a fresh one.
    """
    opened = jws.verify(token, TYPE, keys, LONGEST_TOKEN)
    said = shaped(_Claims, opened.claims)
    if said.iss != city_of(opened.keyid):
        raise WrongHome
    if said.sub != uri:
        raise StatusUnknown("the list of another address")
    check_term(said.iat, said.exp, seconds(now), _LONGEST_TERM)
    until = min(said.exp, said.iat + said.ttl) + LEEWAY_SECONDS
    return StatusList(said.iss, uri, said.status_list.bits, decode(said.status_list.lst), until)
