"""Who the kit is, whom it tests, and by which directory both know each other."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from interop import base64url, files
from interop.directory import Members
from interop.directory_shapes import Member
from interop.instants import seconds
from interop.jws import public_jwk
from interop.keys import Signer
from interop.refusals import Refused
from points_api.crypto import city_keys, key_files
from points_api.crypto.keyring import Keyring
from points_api.partners.directory import follow_files
from points_api.settings import PREFIX, parse_keys

_DAY: Final = 24 * 3600
LISTED_SECONDS: Final = 365 * _DAY


class PartyError(Exception):
    """The kit cannot begin; the message says why and how to mend it."""


@dataclass(frozen=True, slots=True)
class Party:
    """A member of the directory and its key; `tested` is the member at the address."""

    signer: Signer
    tested: Member
    members: Members

    @property
    def division(self) -> str:
        return self.signer.city

    @property
    def elsewhere(self) -> str:
        """A division for which neither of the two speaks, and which is no member."""
        known = {one.city for one in self.members} | {x for m in self.members for x in m.areas}
        return next(code for n in range(999999, 100000, -1) if (code := str(n)) not in known)


def members_of(first: Path, digest: str, now: datetime) -> Members:
    """Follow the editions from the first one's file on. Raises `PartyError`."""
    try:
        return follow_files(first, digest, now).at(now)
    except Refused as refused:
        raise PartyError(f"{first}: 名录不可信 (the directory does not hold): {refused}") from None


def member_at(members: Members, address: str) -> Member:
    """The member that is reached there. Raises `PartyError`."""
    found = next((one for one in members if one.address == address.rstrip("/")), None)
    if found is None:
        listed = ", ".join(one.address for one in members)
        raise PartyError(
            f"{address}: 不是名录中成员的地址 (no member's address; listed are): {listed}"
        )
    return found


def signer_of_place(place: Path) -> Signer:
    """The key of a federation's city, from its folder. Raises `PartyError`."""
    settings = dict(
        line.removeprefix(PREFIX).split("=", 1)
        for line in shlex.split((place / "city.env").read_text("utf-8"), comments=True)
    )
    city = files.load().cities[settings["CITY"]]
    keyring = Keyring(parse_keys(settings["SECRET_KEYS"]))
    return city_keys.signers(keyring, city.division, "message")[0]


def signer_of_key(folder: Path, members: Members) -> Signer:
    """The kit's own key under the name that the directory gives it. Raises `PartyError`."""
    private = private_key(folder)
    x = base64url.encode(private.public_key().public_bytes_raw())
    for member in members:
        for key in member.keys:
            if key.x == x:
                return Signer(f"{member.city}/{key.name}", private)
    raise PartyError("名录没有列出这把公钥 (the directory does not list this public key)")


def private_key(folder: Path) -> Ed25519PrivateKey:
    """The key in a folder; a new one where there is none."""
    path = folder / key_files.PRIVATE
    if not path.exists():
        key_files.write_pair(folder)
    d = json.loads(path.read_text("utf-8"))["d"]
    return Ed25519PrivateKey.from_private_bytes(base64url.decode(d))


def to_be_listed(folder: Path, division: str, address: str, now: datetime) -> Mapping[str, Any]:
    """The member that the tested city's directory has to list for the kit."""
    x = public_jwk(private_key(folder).public_key())["x"]
    begins = seconds(now) - _DAY  # a tester's clock may be behind
    key = {
        "name": f"conformance-{x[:8].replace('_', '-').strip('-')}", "x": x,
        "not_before": begins, "not_after": begins + LISTED_SECONDS,
    }  # fmt: skip
    return {
        "city": division, "name": "符合性检测", "name_en": "Conformance kit", "address": address,
        "keys": [key], "areas": [], "purposes": ["eligibility", "redemption"],
    }  # fmt: skip
