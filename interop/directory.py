"""The member directory: who belongs to the exchange, as numbered editions that nobody can forge.

After The Update Framework (root metadata, specification 5.3), in this order:

1. `begin`: the first edition is trusted because its digest stands in the agreement.
2. `follow`: each next edition bears the next number and is signed by as many roots as the trusted
   one demands, and by as many as it demands itself. So the roots can change, edition by edition.
   An older number is a roll-back, a skipped one a gap, the same number on other bytes a fork.
3. `Trusted.at`: after `refresh_by` the last good edition still serves, and says that it is stale;
   from `expires` on nothing in it is trusted. No setting can move that end.

A member changes its key by listing the new one beside the old, a day of overlap at least, and
leaves the old one out after its `not_after`. A name of a key is never given to another key.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from interop import base64url
from interop.canonical import canonical, parse
from interop.directory_shapes import Directory, Member, Signature, check_inside
from interop.instants import LEEWAY_SECONDS, seconds
from interop.jws import public_key_of
from interop.keys import Signer, check_signature, city_of
from interop.refusals import (
    DirectoryExpired,
    DuplicateKey,
    Equivocated,
    FromTheFuture,
    Gap,
    Malformed,
    RolledBack,
    ThresholdNotMet,
    UnknownKey,
    UnknownSigner,
    UnlistedPeer,
)
from interop.shape import shaped

LONGEST = 4 * 1024 * 1024


class Members:
    """The members of an edition, by name. Answers as `interop.keys.Keys`."""

    def __init__(self, directory: Directory, *, stale: bool) -> None:
        self.version = directory.version
        self.stale = stale
        self._members = {member.city: member for member in directory.members}
        self._keys = {
            f"{member.city}/{key.name}": key for member in directory.members for key in member.keys
        }

    def __iter__(self) -> Iterator[Member]:
        return iter(self._members.values())

    def member(self, city: str) -> Member:
        """Return the member. Raises `UnlistedPeer`."""
        try:
            return self._members[city]
        except KeyError:
            raise UnlistedPeer from None

    def key(self, keyid: str, at: int) -> Ed25519PublicKey:
        """Return the key that bore this name at a time. Raises `UnlistedPeer`, `UnknownKey`."""
        self.member(city_of(keyid))
        key = self._keys.get(keyid)
        if key is None or not key.not_before <= at < key.not_after:
            raise UnknownKey
        return public_key_of(key.x)

    def speaks_for(self, city: str, division: str) -> bool:
        """Tell whether a member may speak for a division: itself, or one of its areas."""
        return city == division or division in self.member(city).areas

    def divisions_of(self, city: str) -> list[str]:
        """Return the divisions for which a member speaks. Raises `UnlistedPeer`."""
        return [city, *self.member(city).areas]


@dataclass(frozen=True, slots=True)
class Trusted:
    """An edition that was followed to; `document` is what to keep and to hand on."""

    directory: Directory
    digest: str
    document: bytes

    def at(self, now: datetime) -> Members:
        """Return the members, while anybody may still use them. Raises `DirectoryExpired`."""
        at = seconds(now)
        if at >= self.directory.expires:
            raise DirectoryExpired
        return Members(self.directory, stale=at >= self.directory.refresh_by)


def begin(document: bytes, digest: str) -> Trusted:
    """Trust a first edition whose digest was agreed on outside. Raises `UnknownSigner`."""
    first, signatures = _opened(document)
    if first.digest != digest:
        raise UnknownSigner("the digest is not the agreed one")
    _check_signatures(first, signatures, [first.directory])
    return first


def follow(trusted: Trusted, documents: Iterable[bytes], now: datetime) -> Trusted:
    """Go from the trusted edition through the next ones to the last, which has to be in force.

    Those between may have expired meanwhile: who was away for long can still find the way.
    """
    *_, trusted = trail(trusted, documents)
    if trusted.directory.issued > seconds(now) + LEEWAY_SECONDS:
        raise FromTheFuture
    trusted.at(now)
    return trusted


def trail(trusted: Trusted, documents: Iterable[bytes]) -> Iterator[Trusted]:
    """Go the same way, and give each edition on it, the trusted one first; whether any is in force
    is not asked. Raises what does not follow.
    """
    yield trusted
    for document in documents:
        trusted = _next(trusted, document)
        yield trusted


def _next(trusted: Trusted, document: bytes) -> Trusted:
    after, signatures = _opened(document)
    before, new = trusted.directory, after.directory
    if new.version == before.version:
        if after.digest != trusted.digest:
            raise Equivocated
        return trusted
    if new.version < before.version or new.issued < before.issued:
        raise RolledBack
    if new.version > before.version + 1:
        raise Gap
    names = _named_keys(before)
    if any(names.get(name, x) != x for name, x in _named_keys(new).items()):
        raise DuplicateKey
    _check_signatures(after, signatures, [before, new])
    return after


def digest_of(document: bytes) -> str:
    """The digest of an edition, by which a first one is trusted. Raises what is wrong inside it."""
    return _opened(document)[0].digest


def _opened(document: bytes) -> tuple[Trusted, list[Signature]]:
    envelope = parse(document) if len(document) <= LONGEST else None
    if not isinstance(envelope, dict) or not isinstance(envelope.get("signatures"), list):
        raise Malformed("directory")
    directory = shaped(Directory, envelope.get("signed"))
    check_inside(directory)
    digest = hashlib.sha256(canonical(envelope["signed"])).digest()
    signatures = [shaped(Signature, one) for one in envelope["signatures"]]
    return Trusted(directory, base64url.encode(digest), document), signatures


def _check_signatures(
    edition: Trusted, signatures: Sequence[Signature], demanding: Sequence[Directory]
) -> None:
    """Check every signature, then that each of the demanding editions has enough of its roots."""
    signed = canonical(parse(edition.document)["signed"])
    roots = {root.name: root.x for directory in demanding for root in directory.roots}
    for one in signatures:
        if one.root not in roots:
            raise UnknownSigner
        check_signature(public_key_of(roots[one.root]), base64url.decode(one.signature), signed)
    signers = {one.root for one in signatures}
    if len(signers) < len(signatures):
        raise DuplicateKey
    for directory in demanding:
        if len(signers & {root.name for root in directory.roots}) < directory.threshold:
            raise ThresholdNotMet


def _named_keys(directory: Directory) -> dict[str, str]:
    roots = {root.name: root.x for root in directory.roots}
    return roots | {
        f"{member.city}/{key.name}": key.x for member in directory.members for key in member.keys
    }


def sign(directory: Mapping[str, Any], roots: Iterable[Signer]) -> bytes:
    """Return an edition signed by these roots. Raises what `begin` would find wrong inside it."""
    check_inside(shaped(Directory, dict(directory)))
    signed = canonical(dict(directory))
    signatures = [
        {"root": root.keyid, "signature": base64url.encode(root.private.sign(signed))}
        for root in roots
    ]
    return canonical({"signed": dict(directory), "signatures": signatures})
