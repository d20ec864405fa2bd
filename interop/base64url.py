"""Base64url without padding (RFC 7515, section 2), in its one spelling.

The last character of a text carries up to four bits that no byte needs, and the usual decoders
ignore them. Then two texts are one signature, and a list of texts already seen can be passed by.
Here such a text is refused.
"""

import base64
import binascii

from interop.refusals import Malformed


def encode(plain: bytes) -> str:
    """Return the text.

    >>> encode(b"points")
    'cG9pbnRz'
    """
    return base64.urlsafe_b64encode(plain).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Return the bytes. Raises `Malformed` for any other spelling than `encode` would give."""
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        raise Malformed("base64url") from None
    if encode(plain) != text:
        raise Malformed("base64url")
    return plain
