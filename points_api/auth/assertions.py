"""A program proves who it is by a JWT that it signs with its own private key (RFC 7523).

We hold only the public key, so nothing that we could lose lets anybody in. The assertion names its
maker twice (`iss`, `sub`), names us (`aud`), lives five minutes at most, and carries a `jti` that
works once; `clients.py` remembers those.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from points_api.auth.problems import ClientRefused

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_LIFE_SECONDS = 300
LONGEST_ASSERTION = 8192
SKEW_SECONDS = 30
_ALGORITHMS = {("OKP", "Ed25519"): "EdDSA", ("EC", "P-256"): "ES256"}
# The two that RFC 7523 and its successor use; an access token must not pass as an assertion.
_TYPES = frozenset({None, "jwt", "client-authentication+jwt"})
_PUBLIC_MEMBERS = ("kty", "crv", "x", "y")
_CHECKS: Any = {
    "require": ["iss", "sub", "aud", "exp", "jti"],
    "verify_iss": True,
    "verify_aud": True,
    "strict_aud": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}


class PublicKeyError(Exception):
    """A public key cannot be registered. The message says why, in both languages."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """A verified assertion. `mark` stands for its `jti`, which must not come again until then."""

    client_id: str
    mark: str
    expires_at: datetime


def claimed_client(assertion: str) -> str:
    """Return who the assertion says it is from, unverified, to find the key to check it with."""
    try:
        claims = jwt.decode(assertion[:LONGEST_ASSERTION], options={"verify_signature": False})
    except jwt.PyJWTError:
        raise _malformed() from None
    client_id = claims.get("sub")
    if not isinstance(client_id, str):
        raise _malformed()
    return client_id


def verify(assertion: str, jwk: Mapping[str, str], us: str, now: datetime) -> Assertion:
    """Check the assertion against the client's registered key; `us` is our issuer name."""
    try:
        header = jwt.get_unverified_header(assertion)
        claims = jwt.decode(
            assertion,
            jwt.PyJWK.from_dict(dict(jwk)),
            algorithms=[algorithm(jwk)],
            audience=us,
            issuer=claimed_client(assertion),
            options=_CHECKS,
        )
    except jwt.InvalidAudienceError:
        raise ClientRefused(f"aud 应为 {us}", f"aud must be {us}") from None
    except (jwt.PyJWTError, TypeError):
        raise ClientRefused(
            "断言的签名或必需的声明不对（iss、sub、aud、exp、jti）",
            "The signature of the assertion or a claim it needs is wrong (iss, sub, aud, exp, jti)",
        ) from None
    kind = header.get("typ")
    if (kind.lower() if isinstance(kind, str) else kind) not in _TYPES:
        raise ClientRefused("typ 应为 JWT", "typ must be JWT")
    return _in_time(claims, now.timestamp())


def algorithm(jwk: Mapping[str, str]) -> str:
    """Return the one algorithm that a key of this kind signs with."""
    return _ALGORITHMS[jwk["kty"], jwk["crv"]]


def public_jwk(text: str) -> dict[str, str]:
    """Read a public key (JWK) to be registered; only the members that make the key are kept."""
    try:
        jwk = json.loads(text)
        kind = (str(jwk["kty"]), str(jwk["crv"]))
    except (ValueError, TypeError, KeyError):
        raise PublicKeyError("要一个 JWK：Ed25519 或 P-256 (a JWK, Ed25519 or P-256)") from None
    if "d" in jwk:
        raise PublicKeyError(
            "这是私钥，切勿交出；请另造一对，只给公钥 "
            "(this is a private key: never hand it out; make a new pair and send the public part)"
        )
    if kind not in _ALGORITHMS:
        raise PublicKeyError("只用 Ed25519 或 P-256 (Ed25519 or P-256 only)")
    public = {name: jwk[name] for name in _PUBLIC_MEMBERS if name in jwk}
    try:
        jwt.PyJWK.from_dict(public, algorithm=algorithm(public))
    except (jwt.PyJWTError, ValueError, TypeError):
        raise PublicKeyError("这个 JWK 不是一把有效的公钥 (not a valid public key)") from None
    return public


def thumbprint(jwk: Mapping[str, str]) -> str:
    """Return the start of the key's RFC 7638 thumbprint, enough to name a client."""
    members = json.dumps(dict(sorted(jwk.items())), separators=(",", ":"))
    return hashlib.sha256(members.encode()).hexdigest()[:12]


def _in_time(claims: Mapping[str, Any], at: float) -> Assertion:
    expires, jti = claims["exp"], claims["jti"]
    times = [claims.get("iat", at), claims.get("nbf", at)]
    if not all(isinstance(time, int | float) for time in (expires, *times)):
        raise _malformed()
    if not isinstance(jti, str) or not 1 <= len(jti) <= 256:
        raise ClientRefused("jti 应为 1 到 256 个字符", "jti must have 1 to 256 characters")
    if expires <= at or any(time > at + SKEW_SECONDS for time in times):
        raise ClientRefused("断言已过期或尚未生效", "The assertion has expired or is not yet valid")
    if expires > at + LONGEST_LIFE_SECONDS + SKEW_SECONDS:
        raise ClientRefused(
            "断言的有效期不得超过 5 分钟", "The assertion may live 5 minutes at most"
        )
    client_id = claims["sub"]
    mark = hashlib.sha256(f"{client_id}\0{jti}".encode()).hexdigest()
    # One second more than the whole seconds of `exp`, so that no replay slips in between.
    until = datetime.fromtimestamp(expires, UTC) + timedelta(seconds=1)
    return Assertion(client_id, mark, until)


def _malformed() -> ClientRefused:
    return ClientRefused("client_assertion 不是有效的 JWT", "client_assertion is not a valid JWT")
