"""Messages of a partner city, signed and checked as `docs/joining.md` says, by nothing of ours."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LIFETIME_SECONDS: Final = 60
_SIGNED: Final = '("@status" "content-digest" "content-type" "signature";req)'


def signed(
    private: Ed25519PrivateKey, keyid: str, target: str, body: bytes, now: int
) -> dict[str, str]:
    """The headers of a POST of JSON (section 4); `now` in seconds since 1970."""
    nonce, digest = secrets.token_urlsafe(24), _digest(body)
    said = (
        '("@method" "@target-uri" "content-digest" "content-type")'
        f";created={now};expires={now + LIFETIME_SECONDS}"
        f';nonce="{nonce}";keyid="{keyid}";tag="points-exchange"'
    )
    base = (
        f'"@method": POST\n"@target-uri": {target}\n"content-digest": {digest}\n'
        f'"content-type": application/json\n"@signature-params": {said}'
    )
    signature = base64.b64encode(private.sign(base.encode())).decode()
    return {
        "Content-Type": "application/json", "Content-Digest": digest,
        "Signature-Input": f"city={said}", "Signature": f"city=:{signature}:",
    }  # fmt: skip


def answer_fault(
    keys: Mapping[str, Ed25519PublicKey],
    asked: Mapping[str, str],
    status: int,
    headers: Mapping[str, str],
    body: bytes,
) -> str | None:
    """What is wrong with the signature of an answer; None where it holds for this question.

    `keys` are home's, by their full names; `asked` are the headers of the question.
    """
    said = headers.get("Signature-Input", "").removeprefix("city=")
    digest = headers.get("Content-Digest", "")
    if not said.startswith(_SIGNED):
        return "the answer is not signed over what it has to be"
    if digest != _digest(body):
        return "the digest is of another body"
    keyid = said.partition(';keyid="')[2].partition('"')[0]
    base = (
        f'"@status": {status}\n"content-digest": {digest}\n'
        f'"content-type": {headers.get("Content-Type", "")}\n'
        f'"signature";req: {asked["Signature"]}\n"@signature-params": {said}'
    )
    signature = headers.get("Signature", "").removeprefix("city=:").removesuffix(":")
    try:
        keys[keyid].verify(base64.b64decode(signature), base.encode())
    except KeyError:
        return "the answer bears a key that is not home's"
    except (InvalidSignature, ValueError):
        return "the answer's signature does not hold"
    return None


def _digest(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
