"""Access tokens: short JWTs signed with Ed25519, and the key set that lets anyone check them.

Every check that PyJWT leaves open is written out here: one algorithm, one issuer, one audience,
and the `typ` of RFC 9068, without which a token of another kind would pass as an access token.
Expiry is compared with the time that the caller hands in, so tests and replays need no clock.

A verified token is remembered until it expires: checking a signature costs some hundred times as
much as finding it again. Only its SHA-256 is the key, so the memory holds no usable token.
Signing out is not visible here; `sessions.py` tells it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

import jwt

from points_api.auth.problems import AccessTokenRefused
from points_api.crypto.keyring import SigningKey

ALGORITHM = "EdDSA"
TYPE = "at+jwt"
AUDIENCE = "points-api"
TTL_SECONDS = 15 * 60
LONGEST_TOKEN = 2048
SKEW_SECONDS = 60  # how far the clocks of two of our own processes may differ

CallerKind = Literal["resident", "agency", "merchant", "officer"]
_KINDS: frozenset[str] = frozenset(get_args(CallerKind))
_CHECKS: Any = {
    "require": ["iss", "aud", "sub", "sid", "kind", "iat", "exp"],
    "verify_signature": True,
    "verify_iss": True,
    "verify_aud": True,
    "strict_aud": True,
    "verify_sub": True,
    # Times are compared with `now` below; PyJWT would ask the system's clock.
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says. Only `AccessTokens.verify` makes one.

    `session` is the id of the client for an agency, else of the session.
    `expires_at` is in seconds since 1970.
    """

    kind: CallerKind
    subject: str
    session: str
    expires_at: float


class AccessTokens:
    """Issues and verifies. `keys`: newest first; that one signs, all of them verify."""

    def __init__(
        self,
        keys: Sequence[SigningKey],
        issuer: str,
        ttl_seconds: int = TTL_SECONDS,
        remember: int = 50_000,
    ) -> None:
        self.issuer = issuer
        self.ttl_seconds = ttl_seconds
        self._signing = keys[0]
        self._keys = {key.kid: key for key in keys}
        self._remember = remember
        self._verified: dict[bytes, Claims] = {}

    def issue(
        self,
        kind: CallerKind,
        subject: str,
        session: str,
        now: datetime,
        ttl_seconds: int | None = None,
        roles: Iterable[str] = (),
    ) -> str:
        """Return a signed token. `roles` tell its bearer what to show (RFC 9068, 2.2.3.1)."""
        issued = int(now.timestamp())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": subject,
            "sid": session,
            "kind": kind,
            "iat": issued,
            "exp": issued + (ttl_seconds or self.ttl_seconds),
        }
        if roles := sorted(roles):
            claims["roles"] = roles
        headers = {"typ": TYPE, "kid": self._signing.kid}
        return jwt.encode(claims, self._signing.private, algorithm=ALGORITHM, headers=headers)

    def verify(self, token: str, now: datetime) -> Claims:
        """Return what the token says; refuse it unless all of it holds at `now`."""
        if len(token) > LONGEST_TOKEN:
            raise AccessTokenRefused
        at = now.timestamp()
        digest = hashlib.sha256(token.encode()).digest()
        claims = self._verified.get(digest)
        if claims is None:
            claims = self._check(token, at)
            self._keep(digest, claims)
        if claims.expires_at <= at:
            self._verified.pop(digest, None)
            raise AccessTokenRefused
        return claims

    def key_set(self) -> dict[str, list[dict[str, str]]]:
        """Return the public keys as a JWK set (RFC 7517, RFC 8037)."""
        return {"keys": [key.public_jwk() for key in self._keys.values()]}

    def _check(self, token: str, at: float) -> Claims:
        try:
            header = jwt.get_unverified_header(token)
            key = self._keys[header["kid"]]
            if header.get("typ") != TYPE:
                raise AccessTokenRefused
            claims = jwt.decode(
                token,
                key.public,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=self.issuer,
                options=_CHECKS,
            )
        # A header that is no mapping of strings shows as TypeError, an unknown key as KeyError.
        except (jwt.PyJWTError, KeyError, TypeError):
            raise AccessTokenRefused from None
        return _claims(claims, at)

    def _keep(self, digest: bytes, claims: Claims) -> None:
        if len(self._verified) >= self._remember:
            del self._verified[next(iter(self._verified))]  # the one remembered first
        self._verified[digest] = claims


def _claims(claims: Mapping[str, Any], at: float) -> Claims:
    kind, session, subject = claims["kind"], claims["sid"], claims["sub"]
    issued, expires = claims["iat"], claims["exp"]
    if not all(isinstance(text, str) for text in (kind, session, subject)) or kind not in _KINDS:
        raise AccessTokenRefused
    if not all(isinstance(time, int) for time in (issued, expires)) or issued > at + SKEW_SECONDS:
        raise AccessTokenRefused
    return Claims(kind, subject, session, float(expires))
