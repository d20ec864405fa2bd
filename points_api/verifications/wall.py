"""The code on a merchant's wall: whose wall, for which scenario, sealed so that nobody makes one.

It has no end of its own: it is printed. It ceases when the merchant no longer serves the scenario,
and when the key that sealed it has been taken out of the ring.
"""

import json
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from points_api.credit_codes import sealing
from points_api.credit_codes.sealing import Unreadable
from points_api.crypto.cipher import CipherError
from points_api.crypto.keyring import Keyring

_CONTEXT: Final = "wall_code"


@dataclass(frozen=True, slots=True)
class WallCode:
    merchant_id: UUID
    scenario_id: str


def text_of(keyring: Keyring, merchant_id: UUID, scenario_id: str) -> str:
    """A code to print. Made again it looks different and means the same."""
    plain = json.dumps([merchant_id.hex, scenario_id], separators=(",", ":"))
    return sealing.text_of(keyring.encrypt(plain, _CONTEXT))


def read(keyring: Keyring, text: str) -> WallCode | None:
    """What a code says; None if it is none of ours."""
    try:
        merchant_id, scenario_id = json.loads(keyring.decrypt(sealing.bytes_of(text), _CONTEXT))
    except (Unreadable, CipherError):
        return None
    return WallCode(UUID(merchant_id), scenario_id)
