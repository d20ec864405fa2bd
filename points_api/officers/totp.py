"""Codes that change every thirty seconds (TOTP, RFC 6238), as authenticator apps show them."""

import os
from datetime import datetime
from hmac import compare_digest
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP_SECONDS: Final = 30
DIGITS: Final = 6
SECRET_BYTES: Final = 20  # as RFC 4226 (4) recommends
DECOY: Final = bytes(SECRET_BYTES)


def new_secret() -> bytes:
    return os.urandom(SECRET_BYTES)


def step_of(secret: bytes, code: str, now: datetime) -> int | None:
    """Return the step whose code this is; a clock may be one step off (RFC 6238, 5.2).

    All three are always compared, so that the time taken tells nothing.
    """
    generator, current = _generator(secret), int(now.timestamp()) // STEP_SECONDS
    shown = code.encode()
    found = [
        step
        for step in (current - 1, current, current + 1)
        if compare_digest(generator.generate(step * STEP_SECONDS), shown)
    ]
    return found[-1] if found else None


def code_at(secret: bytes, at: datetime) -> str:
    """Return the code that an authenticator shows at this instant."""
    return _generator(secret).generate(int(at.timestamp())).decode()


def uri(secret: bytes, login: str, issuer: str) -> str:
    """Return the `otpauth:` address that an authenticator takes in as a QR code."""
    return _generator(secret).get_provisioning_uri(login, issuer)


def _generator(secret: bytes) -> TOTP:
    # SHA-1 is what every app knows, and as an HMAC it is unbroken (RFC 6238, 1.2).
    return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303
