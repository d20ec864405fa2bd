"""Numbers on a merchant's list: a library card, a plate. Kept sealed, told only as a keyed hash.

The hash is HMAC-SHA256 under a key that this merchant alone is given, so it can find the number on
its own list, and nobody else can make anything of it.
"""

import re
import unicodedata
from hashlib import sha256
from hmac import digest
from typing import Final
from uuid import UUID

from points_api.crypto.keyring import Keyring
from points_api.entitlements.problems import MemberRefused

SEALED_AS: Final = "entitlement.member"
_BETWEEN: Final = re.compile(r"[\s·•.-]+")
_ID_NUMBER: Final = re.compile(r"\d{17}[\dX]")
_SHAPE: Final = re.compile(r"[0-9A-Z\u4e00-\u9fff]{2,32}")


def normalized(number: str) -> str:
    """A number as it is hashed: NFKC, capitals, no blanks, dots or hyphens. Raises `MemberRefused`.

    >>> normalized("鄂b·1234 5")
    '鄂B12345'
    """
    plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", number)).upper()
    if not _SHAPE.fullmatch(plain):
        raise MemberRefused(
            "卡号或车牌由 2 到 32 个字母、数字或汉字组成",
            "Write 2 to 32 letters, digits or characters",
        )
    if _ID_NUMBER.fullmatch(plain):
        raise MemberRefused(
            "请填卡号或车牌，不要填身份证号", "Give the number of a card or plate, not an ID number"
        )
    return plain


def key_of(keyring: Keyring, merchant_id: UUID) -> bytes:
    """The key of a merchant's hashes."""
    return keyring.outward(f"member/{merchant_id}")


def hashed(key: bytes, number: str) -> str:
    """The keyed hash of a normalized number: 64 hexadecimal digits."""
    return digest(key, number.encode(), sha256).hex()
