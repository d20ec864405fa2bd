"""Mapping tables: taken in when both cities have signed them, and found when a visitor comes."""

from collections.abc import Mapping
from datetime import date, datetime

from interop import table_signatures
from interop.cities import City
from interop.directory import Members
from interop.tables import Signature, Table, document, from_document
from points_api.audit import service as audit
from points_api.db import outbox
from points_api.db.transaction import transactional
from points_api.partners.models import MappingTable


@transactional
async def take(
    table: Table, cities: Mapping[str, City], members: Members, actor: str, now: datetime
) -> MappingTable:
    """Store a table that both cities have signed. Raises `Refused`."""
    head = table.header
    table_signatures.check(table, cities[head.source], cities[head.target], members)
    said = {"table": head.id, "digest": table.digest}
    row = await MappingTable.create(
        source=head.source, target=head.target, version=head.version, digest=table.digest,
        document=document(table), signatures=_plain(table), since=head.since,
        until=head.until, taken_at=now,
    )  # fmt: skip
    await audit.append(actor, "mapping.take", f"mapping:{row.id}", said)
    await outbox.append("mapping.taken", f"mapping:{row.id}", said)
    return row


async def in_force(source: str, target: str, on: date) -> list[Table]:
    """The tables of one direction that count on a day, the newest first."""
    rows = MappingTable.filter(source=source, target=target, since__lte=on, until__gte=on)
    return [_table(row) for row in await rows.order_by("-since", "-version")]


async def of_city(city: str, on: date) -> list[MappingTable]:
    """The stored tables from or to a city that count on a day."""
    found = MappingTable.filter(since__lte=on, until__gte=on).order_by("source", "target", "-since")
    return [row for row in await found if city in (row.source, row.target)]


def _table(row: MappingTable) -> Table:
    table = from_document(row.document)
    for city, key, day, value in row.signatures:
        table = table.signed(Signature(city, key, date.fromisoformat(day), value))
    return table


def _plain(table: Table) -> list[list[str]]:
    return [
        [one.city, one.key, one.signed_on.isoformat(), one.value] for one in table.signatures if one
    ]
