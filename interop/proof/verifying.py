"""Checking a proof without a network: all that RFC 9901, section 7 and SD-JWT VC demand, or refuse.

1. The issuer's signature, of the right type and credential, by a key that it had then (7.1, 2).
2. Its term: `iat`, `nbf` and `exp` against the time that the caller tells (7.1, 6).
3. The disclosures against the digests (7.1, 3 to 5); nothing that 1 and 2 rest on may be disclosed.
4. The key binding: made by the holder's key, for this merchant and nonce, over just what is shown,
   a minute ago at most (7.3). It is always demanded.
5. The status list: fresh, and valid at the proof's place.
6. That it says what was asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import Field

from interop import jws
from interop.instants import LEEWAY_SECONDS, check_term, seconds
from interop.keys import Keys, city_of
from interop.proof.disclosures import digest_of, reveal
from interop.proof.issuing import CLAIM, CREDENTIAL, LONGEST_SECONDS, TYPE
from interop.proof.presenting import BINDING_TYPE
from interop.proof.status_list import VALID, StatusList
from interop.refusals import (
    BadSignature,
    Expired,
    FromTheFuture,
    KeyBindingMissing,
    Malformed,
    NothingProven,
    Revoked,
    Stale,
    StatusUnknown,
    WrongAudience,
    WrongHome,
    WrongNonce,
    WrongType,
)
from interop.shape import Open, shaped

LONGEST: Final = 16 * 1024
# SD-JWT VC, section 3.2.2.2; and `iat`, which the term rests on.
KEPT_OPEN: Final = ("iss", "iat", "nbf", "exp", "cnf", "vct", "vct#integrity", "status")

Seconds = Annotated[int, Field(ge=0, lt=2**40)]


@dataclass(frozen=True, slots=True)
class Expected:
    """What a merchant asks for; `nonce` is new for each visitor. `status`: a list has to tell."""

    audience: str
    nonce: str
    scenario: str
    binding_seconds: int = 60
    status: bool = True


@dataclass(frozen=True, slots=True)
class Proven:
    """What holds: whose proof it is, and for which scenario. Nothing about who has shown it."""

    city: str
    scenario: str
    expires: int


class _Where(Open):
    uri: str
    idx: Annotated[int, Field(ge=0)]


class _Status(Open):
    status_list: _Where


class _Confirmation(Open):
    jwk: dict[str, Any]


class _Credential(Open):
    iss: str
    vct: str
    iat: Seconds
    exp: Seconds
    nbf: Seconds | None = None
    cnf: _Confirmation
    status: _Status


class _Binding(Open):
    aud: str
    nonce: str
    iat: Seconds
    sd_hash: str
    nbf: Seconds | None = None
    exp: Seconds | None = None


def verify(
    presentation: str,
    expected: Expected,
    keys: Keys,
    lists: Mapping[str, StatusList],
    now: datetime,
) -> Proven:
    """Return what the proof shows. Raises the `Refused` that tells what does not hold.

    `keys` is usually the directory, `lists` the status lists at hand by their address.
    """
    if len(presentation) > LONGEST or not presentation.isascii():
        raise Malformed("proof")
    shown, tilde, binding = presentation.rpartition("~")
    signed, *disclosures = shown.split("~")
    if not tilde:
        raise Malformed("proof")
    at = seconds(now)
    credential, claims = _credential(signed, keys, at)
    revealed = reveal(claims, disclosures, KEPT_OPEN)
    if not binding:
        raise KeyBindingMissing
    _check_binding(binding, shown + tilde, credential, expected, at)
    if expected.status:
        _check_status(credential, lists, at)
    eligible = revealed.get(CLAIM)
    if not isinstance(eligible, dict) or eligible.get(expected.scenario) is not True:
        raise NothingProven
    return Proven(credential.iss, expected.scenario, credential.exp)


def _credential(signed: str, keys: Keys, now: int) -> tuple[_Credential, dict[str, Any]]:
    read = jws.verify(signed, TYPE, keys)
    credential = shaped(_Credential, read.claims)
    if credential.vct != CREDENTIAL:
        raise WrongType
    if credential.iss != city_of(read.keyid):
        raise WrongHome
    check_term(credential.iat, credential.exp, now, LONGEST_SECONDS)
    _check_bounds(credential.nbf, None, now)
    return credential, read.claims


def _check_binding(
    token: str, shown: str, credential: _Credential, expected: Expected, now: int
) -> None:
    def holder(_: jws.Unverified) -> Ed25519PublicKey:
        return jws.public_key(credential.cnf.jwk)

    binding = shaped(_Binding, jws.verify_with(token, BINDING_TYPE, holder).claims)
    if binding.sd_hash != digest_of(shown):
        raise BadSignature("sd_hash")
    if binding.aud != expected.audience:
        raise WrongAudience
    if binding.nonce != expected.nonce:
        raise WrongNonce
    if binding.iat > now + LEEWAY_SECONDS:
        raise FromTheFuture
    if now - binding.iat >= expected.binding_seconds + LEEWAY_SECONDS:
        raise Stale
    _check_bounds(binding.nbf, binding.exp, now)


def _check_bounds(not_before: int | None, expires: int | None, now: int) -> None:
    if not_before is not None and not_before > now + LEEWAY_SECONDS:
        raise FromTheFuture
    if expires is not None and now >= expires + LEEWAY_SECONDS:
        raise Expired


def _check_status(credential: _Credential, lists: Mapping[str, StatusList], now: int) -> None:
    where = credential.status.status_list
    known = lists.get(where.uri)
    if known is None or known.city != credential.iss:
        raise StatusUnknown
    if known.status(where.idx, now) != VALID:
        raise Revoked
