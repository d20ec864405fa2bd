"""This city's own keys in the exchange: per master key one for messages, one for statements."""

from collections.abc import Mapping
from itertools import chain
from typing import Final

from interop import base64url
from interop.cities import KeyUse
from interop.directory import Members
from interop.instants import seconds
from interop.keys import Signer
from interop.refusals import Refused
from points_api import clock
from points_api.crypto.city_keys import signers
from points_api.crypto.keyring import Keyring
from points_api.partners.problems import ExchangeClosed

USES: Final[tuple[KeyUse, ...]] = ("message", "statement")


class OwnKeys:
    """Which of our keys signs: the newest of its use that the directory lists as ours.

    So a new master key may stand in front before the next edition lists it. One per process.
    """

    def __init__(self, keyring: Keyring, division: str) -> None:
        self._signers = {use: signers(keyring, division, use) for use in USES}
        self.division = division

    def signer(self, members: Members, use: KeyUse = "message", since: int | None = None) -> Signer:
        """The key to sign with now. Raises `ExchangeClosed` where none of ours is listed.

        `since`: when what is signed begins, in seconds, where that is earlier; a key that is newer
        could not be verified then.
        """
        now = seconds(clock.now())
        for one in self._signers[use]:
            try:
                members.key(one.keyid, now if since is None else since)
                listed = members.key(one.keyid, now)
            except Refused:
                continue
            if listed == one.private.public_key():
                return one
        raise ExchangeClosed("own-key-not-listed")

    def all_of(self, use: KeyUse) -> tuple[Signer, ...]:
        """Our keys of one use, newest first, whether anybody lists them or not."""
        return self._signers[use]

    def public(self) -> Mapping[str, str]:
        """Our public keys by name, newest first: what the directory is to list."""
        return {
            one.keyid.partition("/")[2]: base64url.encode(
                one.private.public_key().public_bytes_raw()
            )
            for one in chain.from_iterable(self._signers.values())
        }
