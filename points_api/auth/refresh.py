"""Refresh tokens that are computed, not stored.

Token n of a session is its id, n, and a MAC of both under the master key. So the database keeps
one number per session, a stolen copy of it yields no token, and a client that lost the answer on
a weak network asks again with the token before and is given the very same new one.
"""

import re
from hmac import compare_digest
from typing import NamedTuple
from uuid import UUID

from points_api.crypto.keyring import Keyring

_FORM = re.compile(r"rt1\.([0-9a-f]{32})\.([1-9][0-9]{0,8})\.([0-9a-f]{32,128})")
_KIND = "refresh-token"


class Presented(NamedTuple):
    """A refresh token whose MAC is right. Whether it is still good only the session knows."""

    sid: UUID
    generation: int


def token(keyring: Keyring, sid: UUID, generation: int) -> str:
    mac = keyring.index(_KIND, f"{sid.hex}.{generation}")
    return f"rt1.{sid.hex}.{generation}.{mac.hex()}"


def read(keyring: Keyring, text: str) -> Presented | None:
    """Return what the token says, or None unless it was made by us under a key still in use."""
    form = _FORM.fullmatch(text)
    if form is None:
        return None
    sid, generation, mac = form.groups()
    made = keyring.indexes(_KIND, f"{sid}.{generation}")
    if not any(compare_digest(bytes.fromhex(mac), known) for known in made):
        return None
    return Presented(UUID(hex=sid), int(generation))
