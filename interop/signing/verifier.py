"""Verifying, in an order that costs the least for what is wrong the most.

1. The fields can be read, and the tag is the expected one.
2. All demanded components are covered, and the request is addressed to us.
3. Its time: created neither in the future nor too long ago, not expired, not asking for too long.
4. The body is the one of the digest.
5. The key is one that a listed peer had when it signed, and the signature is its.
6. Only then the nonce is spent: nobody else can use it up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from interop.instants import LEEWAY_SECONDS, check_term, seconds
from interop.keys import Keys, check_signature, city_of
from interop.refusals import (
    Malformed,
    MissingComponent,
    ReplayedNonce,
    Stale,
    WrongDestination,
    WrongTag,
)
from interop.signing.base import signature_base
from interop.signing.digest import check_digest
from interop.signing.fields import SignatureInput, read
from interop.signing.messages import (
    Component,
    Request,
    Response,
    components_of_request,
    components_of_response,
)
from interop.signing.signer import LIFETIME_SECONDS, TAG

_NONCE_LENGTHS = range(16, 129)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a verifier demands. `address`: where it is reached itself, `https://points.example`."""

    address: str
    tag: str = TAG
    window_seconds: int = LIFETIME_SECONDS


@dataclass(frozen=True, slots=True)
class Verified:
    """What a signature that holds has said. Only this module makes one."""

    keyid: str
    nonce: str
    created: datetime
    remember_until: datetime

    @property
    def city(self) -> str:
        """Return the division code of the city that signed."""
        return city_of(self.keyid)


class Nonces(Protocol):
    """Remembers nonces; made by the application, shared by all its processes."""

    async def first_use(self, keyid: str, nonce: str, until: datetime) -> bool:
        """Record the nonce until that time. False where it stands there already, in one step."""
        ...


async def verify_request(
    request: Request, keys: Keys, terms: Terms, now: datetime, nonces: Nonces
) -> Verified:
    """Return who has sent the request. Raises the `Refused` that tells what does not hold."""
    verified = check_request(request, keys, terms, now)
    if not await nonces.first_use(verified.keyid, verified.nonce, verified.remember_until):
        raise ReplayedNonce
    return verified


def check_request(request: Request, keys: Keys, terms: Terms, now: datetime) -> Verified:
    """Verify all but the nonce: for who looks at a kept request afterwards, with `now` as then."""
    said, parameters, signature = read(request.headers)
    _check_coverage(said, components_of_request(request), terms)
    if not request.target.startswith(terms.address.rstrip("/") + "/"):
        raise WrongDestination
    base = signature_base(said.components, parameters, request)
    return _verified(said, request, base, signature, keys, terms, now)


def verify_response(
    response: Response, asked: Request, keys: Keys, terms: Terms, now: datetime
) -> Verified:
    """Return who has answered, once the answer is to this signed request, from whom it was sent to.

    That the signer is the city that was asked is for the caller to compare: `Verified.city`.
    """
    said, parameters, signature = read(response.headers)
    _check_coverage(said, components_of_response(response), terms)
    base = signature_base(said.components, parameters, response, asked)
    return _verified(said, response, base, signature, keys, terms, now)


def _check_coverage(said: SignatureInput, demanded: Iterable[Component], terms: Terms) -> None:
    if said.tag != terms.tag:
        raise WrongTag
    if len(said.nonce) not in _NONCE_LENGTHS:
        raise Malformed("nonce")
    for component in demanded:
        if component not in said.components:
            raise MissingComponent(component.name)


def _verified(
    said: SignatureInput,
    message: Request | Response,
    base: bytes,
    signature: bytes,
    keys: Keys,
    terms: Terms,
    now: datetime,
) -> Verified:
    at = seconds(now)
    if at - said.created >= terms.window_seconds + LEEWAY_SECONDS:
        raise Stale
    check_term(said.created, said.expires, at, terms.window_seconds)
    check_digest(message.headers["content-digest"], message.body)
    check_signature(keys.key(said.keyid, said.created), signature, base)
    # Longer than anything could still pass, so that no clock makes room between the two.
    until = said.created + 2 * (terms.window_seconds + LEEWAY_SECONDS)
    return Verified(
        said.keyid,
        said.nonce,
        datetime.fromtimestamp(said.created, UTC),
        datetime.fromtimestamp(until, UTC),
    )
