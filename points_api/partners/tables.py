"""Mapping tables: taken in when both cities have signed them, and found when a visitor comes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from interop import base64url
from interop.cities import City
from interop.directory import Members
from interop.instants import seconds
from interop.keys import Signer, check_signature
from interop.refusals import WrongHome
from interop.tables import Signature, Table, document, from_document
from points_api.audit import service as audit
from points_api.db import outbox
from points_api.db.transaction import transactional
from points_api.partners.models import MappingTable

_CONTEXT = "points-mapping-table:"


def sign(table: Table, city: City, signer: Signer, on: date) -> Table:
    """The table with a city's signature over its digest and the day."""
    value = base64url.encode(signer.private.sign(_signed(table, on)))
    return table.signed(Signature(city.id, signer.keyid, on, value))


@transactional
async def take(
    table: Table, cities: Mapping[str, City], members: Members, actor: str, now: datetime
) -> MappingTable:
    """Store a table that both cities have signed. Raises `Refused`, ValueError."""
    for signature in table.signatures:
        if signature is None:
            raise ValueError(f"{table.header.id}: both cities have to sign")
        _check(table, signature, cities, members, now)
    head = table.header
    said = {"table": head.id, "digest": table.digest}
    row = await MappingTable.create(
        source=head.source, target=head.target, version=head.version, digest=table.digest,
        document=document(table), signatures=_plain(table.signatures), since=head.since,
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


def _check(
    table: Table, signature: Signature, cities: Mapping[str, City], members: Members, now: datetime
) -> None:
    if signature.key.partition("/")[0] != cities[signature.city].division:
        raise WrongHome("the key is another city's")
    # By the keys of today: who takes a table in knows both cities now.
    key = members.key(signature.key, seconds(now))
    check_signature(key, base64url.decode(signature.value), _signed(table, signature.signed_on))


def _plain(signatures: Sequence[Signature | None]) -> list[list[Any]]:
    return [[one.city, one.key, one.signed_on.isoformat(), one.value] for one in signatures if one]


def _signed(table: Table, on: date) -> bytes:
    return f"{_CONTEXT}{table.digest}:{on.isoformat()}".encode()
