"""Content-Digest (RFC 9530): the body as one field, which a signature can cover."""

import hashlib
from typing import Any

import http_sf

from interop.refusals import DigestMismatch, Malformed

# The two that RFC 9530, section 7.2 calls active; the others are insecure or unknown.
_ALGORITHMS = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}


def content_digest(body: bytes) -> str:
    """Return the value of the field.

    >>> content_digest(b"")
    'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'
    """
    return http_sf.ser({"sha-256": hashlib.sha256(body).digest()})


def check_digest(field: str, body: bytes) -> None:
    """Raise `DigestMismatch` unless every digest of a known kind is the body's."""
    try:
        digests: Any = http_sf.parse(field.encode("ascii"), tltype="dictionary")
    except ValueError:
        raise Malformed("content-digest") from None
    known = digests.keys() & _ALGORITHMS.keys()
    if not known:
        raise Malformed("content-digest")
    for name in known:
        if digests[name] != (_ALGORITHMS[name](body).digest(), {}):
            raise DigestMismatch
