"""Selective disclosure itself (RFC 9901): from a claim to its digest, and back with every refusal.

The issuer signs digests; a disclosure is the text whose digest one of them is. Reading follows
section 7.1, steps 3 to 5. A digest without its disclosure says nothing and is left out: it may be a
claim kept back, or a decoy.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from interop import base64url
from interop.canonical import canonical, parse
from interop.refusals import (
    DuplicateDigest,
    ForbiddenClaim,
    Malformed,
    UnreferencedDisclosure,
    WrongHashing,
)

HASHING: Final = "sha-256"
DIGESTS, ELEMENT, ALGORITHM = "_sd", "...", "_sd_alg"
SALT_BYTES: Final = 16  # section 9.3: 128 bits
_MOST: Final = 200
_Kind = Literal[2, 3]  # the length of the array: a value of a list, or a claim of an object


def disclosure_of(name: str, value: Any, salt: bytes) -> str:
    """Return the disclosure of a claim (section 4.2.1)."""
    return base64url.encode(canonical([base64url.encode(salt), name, value]))


def digest_of(text: str) -> str:
    """Return the digest of a text as it stands on the wire (section 4.2.3).

    >>> digest_of("WyIyR0xDNDJzS1F2ZUNmR2ZyeU5STjl3IiwgImdpdmVuX25hbWUiLCAiSm9obiJd")
    'jsu9yVulwQQlhFlM_3JlzMaSFzglhQG0DpfayQwLUK4'
    """
    return base64url.encode(hashlib.sha256(text.encode()).digest())


def reveal(
    payload: Mapping[str, Any], disclosures: Iterable[str], kept_open: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the claims with what was disclosed in its place, without any trace of the digests.

    `kept_open`: names at the top that the issuer has to state in the open. Raises `Malformed`,
    `WrongHashing`, `DuplicateDigest`, `ForbiddenClaim` or `UnreferencedDisclosure`.
    """
    if payload.get(ALGORITHM, HASHING) != HASHING:
        raise WrongHashing
    opening = _Opening(disclosures, frozenset(kept_open))
    try:
        claims = opening.top({name: of for name, of in payload.items() if name != ALGORITHM})
    except RecursionError:
        raise Malformed("disclosures") from None
    if opening.unused:
        raise UnreferencedDisclosure
    return claims


@dataclass(frozen=True, slots=True)
class _Disclosed:
    kind: int
    name: str
    value: Any


class _Opening:
    """One reading: which digests were met, and which disclosures no digest has asked for yet."""

    def __init__(self, disclosures: Iterable[str], kept_open: frozenset[str]) -> None:
        listed = list(disclosures)
        if len(listed) > _MOST:
            raise Malformed("disclosures")
        self.unused = {digest_of(text): _read(text) for text in listed}
        if len(self.unused) < len(listed):
            raise DuplicateDigest
        self._met: set[str] = set()
        self._kept_open = kept_open

    def top(self, claims: Mapping[str, Any]) -> dict[str, Any]:
        return self._object(claims, self._kept_open)

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self._object(value, frozenset())
        return self._list(value) if isinstance(value, list) else value

    def _object(self, claims: Mapping[str, Any], forbidden: frozenset[str]) -> dict[str, Any]:
        if ELEMENT in claims or ALGORITHM in claims:
            raise Malformed("a reserved name")
        opened = {name: self._value(of) for name, of in claims.items() if name != DIGESTS}
        for disclosed in self._claims(claims.get(DIGESTS, [])):
            if disclosed.name in {*opened, *forbidden}:
                raise ForbiddenClaim
            opened[disclosed.name] = self._value(disclosed.value)
        return opened

    def _claims(self, digests: object) -> list[_Disclosed]:
        if not isinstance(digests, list):
            raise Malformed(DIGESTS)
        return [one for digest in digests if (one := self._met_once(digest, 3)) is not None]

    def _list(self, values: list[Any]) -> list[Any]:
        opened = []
        for value in values:
            if not (isinstance(value, dict) and ELEMENT in value):
                opened.append(self._value(value))
            elif len(value) > 1:
                raise Malformed(ELEMENT)
            elif (one := self._met_once(value[ELEMENT], 2)) is not None:
                opened.append(self._value(one.value))
        return opened

    def _met_once(self, digest: object, kind: _Kind) -> _Disclosed | None:
        if not isinstance(digest, str):
            raise Malformed("digest")
        if digest in self._met:
            raise DuplicateDigest
        self._met.add(digest)
        disclosed = self.unused.pop(digest, None)
        if disclosed is not None and disclosed.kind != kind:
            raise Malformed("disclosure")
        return disclosed


def _read(text: str) -> _Disclosed:
    """Take a disclosure apart: `[salt, name, value]`, or `[salt, value]` of a list."""
    read = parse(base64url.decode(text))
    if not isinstance(read, list) or len(read) not in (2, 3) or not isinstance(read[0], str):
        raise Malformed("disclosure")
    name = read[1] if len(read) == 3 else ""
    if not isinstance(name, str):
        raise Malformed("disclosure")
    if name in (DIGESTS, ELEMENT):
        raise ForbiddenClaim
    return _Disclosed(len(read), name, read[-1])
