"""As whom this city signs proofs and their lists, and where those lists are found.

A member of the exchange signs with a key that the directory lists, under its listed address. A city
without a directory signs with its newest key, which it publishes by itself, under the address that
its settings name. Never under what a request says in `Host`: whoever calls could make us sign a
list for each name that they think of.
"""

from datetime import datetime
from typing import Final, NamedTuple

from fastapi import Request

from interop.keys import Signer
from points_api.partners.problems import ExchangeClosed
from points_api.partners.service import Exchange
from points_api.settings import Settings

PATH: Final = "/v1/proofs/status/"


class Issuer(NamedTuple):
    """The key that signs now, and the address of the lists without their names."""

    signer: Signer
    lists: str

    def uri(self, list_name: str) -> str:
        """The address of a list, which is also what its signature is about."""
        return f"{self.lists}{list_name}"


def address_of(request: Request) -> str:
    """The address of a city that no directory lists; empty where it has none.

    While developing it is that of the socket that was called, which is ours to say.
    """
    settings: Settings = request.app.state.settings
    if settings.address or settings.env == "production":
        return settings.address
    host, port = request.scope["server"]
    return f"http://{host}:{port}" if port else f"http://{host}"


async def issuer(
    exchange: Exchange, address: str, now: datetime, since: int | None = None
) -> Issuer:
    """The issuer of what begins now, or at `since` in seconds; `address` as from `address_of`.

    Raises `ExchangeClosed` where the city has no name, no address or no listed key.
    """
    if not exchange.keys.division:
        raise ExchangeClosed("no-profile")
    if exchange.directory.first is None:
        if not address:
            raise ExchangeClosed("no-address")
        return Issuer(exchange.keys.all_of("statement")[0], address + PATH)
    members, own = await exchange.own(now)
    return Issuer(exchange.keys.signer(members, "statement", since), own.address + PATH)
