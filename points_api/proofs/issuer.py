"""As whom this city signs proofs and their lists, and where those lists are found.

A member of the exchange signs with a key that the directory lists, under its listed address. A city
without a directory signs with its newest key, which it publishes by itself, under the address at
which it was called.
"""

from datetime import datetime
from typing import Final, NamedTuple

from interop.keys import Signer
from points_api.partners.problems import ExchangeClosed
from points_api.partners.service import Exchange

PATH: Final = "/v1/proofs/status/"


class Issuer(NamedTuple):
    """The key that signs now, and the address of the lists without their names."""

    signer: Signer
    lists: str

    def uri(self, list_name: str) -> str:
        """The address of a list, which is also what its signature is about."""
        return f"{self.lists}{list_name}"


async def issuer(
    exchange: Exchange, called_at: str, now: datetime, since: int | None = None
) -> Issuer:
    """The issuer of what begins now, or at `since` in seconds.

    Raises `ExchangeClosed` where the city has no name or no listed key.
    """
    if not exchange.keys.division:
        raise ExchangeClosed("no-profile")
    if exchange.directory.first is None:
        return Issuer(exchange.keys.all_of("statement")[0], called_at.rstrip("/") + PATH)
    members, own = await exchange.own(now)
    return Issuer(exchange.keys.signer(members, "statement", since), own.address + PATH)
