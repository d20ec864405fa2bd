"""Signed JSON in compact form: JWS (RFC 7515) with Ed25519 only (RFC 8037), read by our own lines.

A library leaves open what matters here: it does not compare `typ`, takes a signature in several
spellings, and asks the system's clock. So: the header is read first; `alg` is EdDSA and nothing
else, never `none`; `typ` must be the expected one, so that no kind of token passes as another
(RFC 8725, 3.11); `crit` is refused; keys in the header are not looked at.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from interop import base64url
from interop.canonical import canonical, parse
from interop.keys import Keys, Signer, check_signature
from interop.refusals import BadSignature, Malformed, WrongType

LONGEST = 64 * 1024
ALGORITHM = "EdDSA"


@dataclass(frozen=True, slots=True)
class Unverified:
    """A token taken apart, of the expected kind, whose signature nobody has looked at yet."""

    keyid: str
    claims: dict[str, Any]
    signed: bytes
    signature: bytes


def sign(claims: Mapping[str, Any], typ: str, signer: Signer) -> str:
    """Return a token under the signer's name."""
    return sign_with(signer.private, claims, {"typ": typ, "kid": signer.keyid})


def sign_with(key: Ed25519PrivateKey, claims: Mapping[str, Any], header: Mapping[str, str]) -> str:
    """Return a token with this header; `alg` is added."""
    head = base64url.encode(canonical({**header, "alg": ALGORITHM}))
    signed = f"{head}.{base64url.encode(canonical(dict(claims)))}"
    return f"{signed}.{base64url.encode(key.sign(signed.encode()))}"


def read(token: str, typ: str, longest: int = LONGEST) -> Unverified:
    """Take a token apart. Raises `Malformed`, `WrongType`, or `BadSignature` for another `alg`."""
    parts = token.split(".")
    if len(token) > longest or len(parts) != 3 or not token.isascii():
        raise Malformed("token")
    header, claims = (parse(base64url.decode(part)) for part in parts[:2])
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise Malformed("token")
    if header.get("alg") != ALGORITHM:
        raise BadSignature("alg")
    if header.get("typ") != typ:
        raise WrongType
    if "crit" in header:
        raise Malformed("crit")
    keyid = header.get("kid", "")
    if not isinstance(keyid, str):
        raise Malformed("kid")
    signed = f"{parts[0]}.{parts[1]}".encode()
    return Unverified(keyid, claims, signed, base64url.decode(parts[2]))


def verify_with(
    token: str,
    typ: str,
    key_of: Callable[[Unverified], Ed25519PublicKey],
    longest: int = LONGEST,
) -> Unverified:
    """Return the token once its signature holds under the key that the caller names for it."""
    taken = read(token, typ, longest)
    check_signature(key_of(taken), taken.signature, taken.signed)
    return taken


def verify(token: str, typ: str, keys: Keys, longest: int = LONGEST) -> Unverified:
    """Return the token once its signature holds under the key that its issuer had at `iat`."""

    def key_of(taken: Unverified) -> Ed25519PublicKey:
        issued = taken.claims.get("iat")
        if type(issued) is not int:
            raise Malformed("iat")
        return keys.key(taken.keyid, issued)

    return verify_with(token, typ, key_of, longest)


def public_jwk(key: Ed25519PublicKey) -> dict[str, str]:
    """Return the public key as RFC 8037 writes it."""
    return {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(key.public_bytes_raw())}


def public_key(jwk: object) -> Ed25519PublicKey:
    """Return the key of a JWK. Raises `Malformed`, also where a private key is handed out."""
    if not isinstance(jwk, dict) or (jwk.get("kty"), jwk.get("crv")) != ("OKP", "Ed25519"):
        raise Malformed("jwk")
    x = jwk.get("x")
    if not isinstance(x, str) or "d" in jwk:
        raise Malformed("jwk")
    return public_key_of(x)


@lru_cache(maxsize=1024)
def public_key_of(x: str) -> Ed25519PublicKey:
    """Return the key of the JWK member `x`. Raises `Malformed`."""
    try:
        return Ed25519PublicKey.from_public_bytes(base64url.decode(x))
    except ValueError:
        raise Malformed("key") from None
