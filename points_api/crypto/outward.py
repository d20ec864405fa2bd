"""The secret behind what other parties were given for good: names of people, keys of hashes.

Made once per city, at random; kept sealed, and sealed anew at a rotation like any other field. So
a new master key changes nothing that a merchant has on its lists (decision 0030).
"""

import os
from typing import Final

from points_api import clock
from points_api.crypto.keyring import Keyring
from points_api.db.models import SealedSecret
from points_api.db.transaction import transactional
from points_api.db.writes import Insert, write_all

NAME: Final = "outward"
SEALED_AS: Final = "sealed_secret.outward"
_BYTES: Final = 32


@transactional
async def with_outward(keyring: Keyring) -> Keyring:
    """The ring with the city's secret in it; whoever asks first makes the secret."""
    row = await SealedSecret.get_or_none(name=NAME)
    if row is None:
        content = keyring.encrypt(os.urandom(_BYTES), SEALED_AS)
        made = {"name": NAME, "content": content, "made_at": clock.now()}
        await write_all([Insert(SealedSecret, [made], unless="sealed_secret_once")])
        row = await SealedSecret.get(name=NAME)  # of two at once, the first one's
    return keyring.with_outward(keyring.decrypt(bytes(row.content), SEALED_AS))
