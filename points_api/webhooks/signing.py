"""Secrets and signatures of Standard Webhooks 1.0.0 (HMAC-SHA256, version `v1`).

Signed is `id.timestamp.body`, so nothing of it can be exchanged, and no signature is of use later.
"""

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from hmac import digest
from typing import Final
from uuid import UUID

PREFIX: Final = "whsec_"
SEALED_AS: Final = "webhook_endpoint.secret"
_BYTES: Final = 32  # the specification asks for 24 to 64


def new_secret() -> str:
    """A secret as a merchant keeps it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def headers(message_id: UUID, body: bytes, keys: Iterable[str], at: datetime) -> dict[str, str]:
    """The headers of a try at an instant, with one signature for each secret."""
    name, seconds = id_of(message_id), str(int(at.timestamp()))
    signed = f"{name}.{seconds}.".encode() + body
    return {
        "webhook-id": name,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(_signature(key, signed) for key in keys),
    }


def id_of(message_id: UUID) -> str:
    """The name of a message outside: the same on each try, so receivers tell repeats by it."""
    return f"msg_{message_id.hex}"


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return f"v1,{base64.b64encode(digest(key, signed, sha256)).decode()}"
