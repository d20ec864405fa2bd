"""One name for a person in each other city, so that two cities cannot join their lists."""

import hashlib
import hmac

from interop import base64url

MIN_SECRET_BYTES = 32


def pairwise(secret: bytes, host: str, person: bytes) -> str:
    """Return the person's name for a host: HMAC-SHA256 under a secret that only home has.

    The host is named first and ends at a zero byte, so no two pairs share an input. `person` is
    whatever home never changes for a person; where two records turn out to be one person, or one to
    be two, home decides which of the names goes on, and the host is told as of a withdrawal.

    >>> pairwise(bytes(32), "460200", b"resident-7")
    '08JphmqrDLqevriTdRRsUPWrphVGaIVXJScWbyyeV_4'
    """
    if len(secret) < MIN_SECRET_BYTES:
        raise ValueError("the secret needs 32 bytes")
    return base64url.encode(hmac.digest(secret, host.encode() + b"\0" + person, hashlib.sha256))
