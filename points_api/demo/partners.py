"""What a demo city needs to recognize others: the tables that it has signed with them."""

from collections.abc import Iterable
from pathlib import Path

from interop.canonical import parse
from interop.table_signatures import from_signed_document
from points_api import clock
from points_api.demo.merchant import ACTOR
from points_api.partners import tables
from points_api.partners.service import Exchange


def files_of(city: str, folder: Path) -> list[Path]:
    """The files of a folder, `<from>-<to>.json`, that are a city's."""
    return [*sorted(folder.glob(f"{city}-*.json")), *sorted(folder.glob(f"*-{city}.json"))]


async def take_tables(documents: Iterable[bytes], exchange: Exchange) -> int:
    """Take in what both cities have signed; return how much is new.

    Raises `Malformed`, `TablesRefused`, `ExchangeClosed`.
    """
    now, profiles = clock.now(), exchange.profiles
    if profiles.own is None:
        return 0
    offered = [from_signed_document(parse(one)) for one in documents]
    members = await exchange.directory.members(now)
    desk = tables.Desk(profiles.own, profiles.folder.cities, members)
    return await tables.take(offered, desk, ACTOR, now)
