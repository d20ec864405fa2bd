"""This city's own keys in the exchange: one for each master key, under the name of that key."""

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from interop import base64url
from interop.directory import Members
from interop.instants import seconds
from interop.keys import Signer
from interop.refusals import Refused
from points_api import clock
from points_api.crypto.keyring import Keyring
from points_api.partners.problems import ExchangeClosed

_PURPOSE = "interop/ed25519"


class OwnKeys:
    """Which of our keys signs: the newest that the directory lists as ours.

    So a new master key may stand in front before the next edition lists it. One per process.
    """

    def __init__(self, keyring: Keyring, division: str) -> None:
        self._signers = [
            Signer(f"{division}/{key.kid}", _private(keyring, key.kid))
            for key in keyring.signing_keys()
        ]
        self.division = division

    def signer(self, members: Members) -> Signer:
        """The key to sign with now. Raises `ExchangeClosed` where none of ours is listed."""
        now = seconds(clock.now())
        for one in self._signers:
            try:
                listed = members.key(one.keyid, now)
            except Refused:
                continue
            if listed == one.private.public_key():
                return one
        raise ExchangeClosed("own-key-not-listed")

    def public(self) -> Mapping[str, str]:
        """Our public keys by name, newest first: what the directory is to list."""
        return {
            one.keyid.partition("/")[2]: base64url.encode(
                one.private.public_key().public_bytes_raw()
            )
            for one in self._signers
        }


def _private(keyring: Keyring, key_id: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keyring.derive(_PURPOSE, 32, key_id))
