"""A city's keys as it publishes them by itself: for whoever has no directory of members.

What the directory adds is missing here: that others vouch for the keys, and from when until when
each is good. So a set is fetched from the city over TLS, and fetched anew from time to time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import Field

from interop import jws
from interop.canonical import parse
from interop.keys import Signer, city_of
from interop.refusals import DuplicateKey, Malformed, UnknownKey, UnlistedPeer
from interop.shape import Open, shaped

LONGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class KeySet:
    """Keys by their full names. Answers as `interop.keys.Keys`, at any time alike."""

    known: Mapping[str, Ed25519PublicKey]

    def key(self, keyid: str, _at: int, /) -> Ed25519PublicKey:
        """Return the key of this name. Raises `UnlistedPeer`, `UnknownKey`."""
        if city_of(keyid) not in map(city_of, self.known):
            raise UnlistedPeer
        try:
            return self.known[keyid]
        except KeyError:
            raise UnknownKey from None


class _Set(Open):
    keys: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=50)]


def publish(signers: Iterable[Signer]) -> dict[str, Any]:
    """Return the set (RFC 7517, section 5) of the public halves, named as in signatures."""
    return {
        "keys": [
            {**jws.public_jwk(one.private.public_key()), "kid": one.keyid, "use": "sig"}
            for one in signers
        ]
    }


def read(document: bytes) -> KeySet:
    """Return the keys of a set. Raises `Malformed` or `DuplicateKey`."""
    if len(document) > LONGEST:
        raise Malformed("key set")
    found: dict[str, Ed25519PublicKey] = {}
    for one in shaped(_Set, parse(document)).keys:
        name = one.get("kid")
        if not isinstance(name, str):
            raise Malformed("kid")
        city_of(name)
        if name in found:
            raise DuplicateKey
        found[name] = jws.public_key(one)
    return KeySet(found)
