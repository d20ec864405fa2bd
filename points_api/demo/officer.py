"""The demo's officer. Password and secret follow from the seed, so everybody knows them: the
account is marked, and production refuses it.
"""

from datetime import datetime
from hashlib import sha256
from typing import Final

from points_api.auth.officers import ALONE, ROLES
from points_api.crypto.keyring import Keyring
from points_api.officers import accounts, totp
from points_api.officers.accounts import Credentials

LOGIN: Final = "demo-officer"


def credentials(seed: int) -> Credentials:
    """Return what the officer of a seed signs in with."""
    digest = sha256(f"huangshi demo officer {seed}".encode()).digest()
    return Credentials(f"demo-{digest[20:].hex()[:8]}", digest[: totp.SECRET_BYTES])


async def make_officer(keyring: Keyring, seed: int, now: datetime) -> Credentials:
    """Make the officer, with every role that decides, for the whole city."""
    roles = [role for role in ROLES if role not in ALONE]
    made = credentials(seed)
    await accounts.create(keyring, LOGIN, roles, None, made, "office:demo", now, demo=True)
    return made
