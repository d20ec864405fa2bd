"""Passwords of officers: made by us, kept as Argon2id hashes (RFC 9106).

The cost is what OWASP recommends at the least, 19 MiB and two passes: 46 ms of a core. It is spent
on threads of its own, so that somebody who tries passwords slows down only other sign-ins, and has
at most two of these memories.
"""

import asyncio
import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1
SALT_BYTES, HASH_BYTES = 16, 32
LONGEST: Final = 128
# Nobody knows a password with this hash; trying one costs as much as with any other.
DECOY: Final = f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${'A' * 22}${'A' * 43}"

_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"  # none is taken for another
_threads: Final = ThreadPoolExecutor(2, thread_name_prefix="password")


def new() -> str:
    """Return a password of 99 bits, in groups that can be typed."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


async def hash_of(password: str) -> str:
    """Return the hash to store, with its salt and its cost inside."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hash, password)


async def matches(password: str, stored: str) -> bool:
    """Tell whether this is the password of the hash."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, _matches, password, stored)


def _hash(password: str) -> str:
    function = Argon2id(
        salt=os.urandom(SALT_BYTES), length=HASH_BYTES, iterations=PASSES, lanes=LANES,
        memory_cost=MEMORY_KIB,
    )  # fmt: skip
    return function.derive_phc_encoded(password.encode())


def _matches(password: str, stored: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(password.encode(), stored)
    except InvalidKey:
        return False
    return True
