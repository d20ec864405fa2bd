"""Mapping tables: taken in when both cities have signed them, and found when a visitor comes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from interop import table_signatures, table_terms
from interop.cities import City
from interop.directory import Members
from interop.refusals import NotOurs, Refused, VersionTaken
from interop.table_terms import Running, running
from interop.tables import Header, Signature, Table, document, from_document
from points_api import clock
from points_api.audit import service as audit
from points_api.db import outbox
from points_api.db.reads import select
from points_api.db.transaction import advisory_lock, transactional
from points_api.partners.models import MappingTable
from points_api.partners.problems import TableFault, TablesRefused

_IN_FORCE: Final = """
SELECT {columns} FROM mapping_table
WHERE source = $1 AND target = $2 AND since <= $3 AND until >= $3 ORDER BY since DESC
"""
_NAMES: Final = ("source", "target", "version", "digest", "since", "until")


class Named(NamedTuple):
    """A stored table by what names it, without its rows."""

    source: str
    target: str
    version: str
    digest: str
    since: date
    until: date

    @property
    def id(self) -> str:
        """The key of the table: from, to, version."""
        return f"{self.source}:{self.target}:{self.version}"


@dataclass(frozen=True, slots=True)
class Desk:
    """By what tables are checked that come in: who we are, the cities we know, their keys."""

    own: City
    cities: Mapping[str, City]
    members: Members


@dataclass(frozen=True, slots=True)
class Tables:
    """The stored tables, each read once, as none of them ever changes. One per process."""

    _read: dict[UUID, Table] = field(default_factory=dict)

    async def running(self, source: str, target: str, on: date) -> Running | None:
        """The table of one direction that decides on a day, and the one that follows it."""
        return running(await self.in_force(source, target, on), on)

    async def in_force(self, source: str, target: str, on: date) -> list[Table]:
        """The tables of one direction that count on a day, the newest first."""
        ids = [row["id"] for row in await _in_force("id", source, target, on)]
        if missing := [one for one in ids if one not in self._read]:
            for row in await MappingTable.filter(id__in=missing):
                self._read[row.id] = _table(row)
        return [self._read[one] for one in ids]


@transactional
async def take(tables: Sequence[Table], desk: Desk, actor: str, now: datetime) -> int:
    """Store tables that both cities have signed, all or none; return how many are new.

    Those that are there already are passed over. Raises `TablesRefused`, which tells each fault.
    """
    await advisory_lock("mapping_tables")
    there = await stored()
    others: list[Header | Named] = [*there, *(one.header for one in tables)]
    digests = {one.id: one.digest for one in there}
    faults, new = [], []
    for table in tables:
        head = table.header
        try:
            if head.id not in digests:
                _check(table, desk, others, now)
                new.append(table)
            if digests.setdefault(head.id, table.digest) != table.digest:
                raise VersionTaken
        except Refused as refused:
            faults.append(TableFault(head.id, refused))
    if faults:
        raise TablesRefused(faults)
    for table in new:
        await _store(table, actor, now)
    return len(new)


async def stored() -> list[Named]:
    """Every table that was ever taken in, by direction, the newest last."""
    rows = await MappingTable.all().order_by("source", "target", "since").values_list(*_NAMES)
    return [Named(*row) for row in rows]


async def named(table_id: str) -> Table | None:
    """The stored table of an id such as `sanya:huangshi:2026.1`."""
    source, _, rest = table_id.partition(":")
    target, _, version = rest.partition(":")
    row = await MappingTable.get_or_none(source=source, target=target, version=version)
    return _table(row) if row else None


async def held(source: str, target: str, on: date) -> list[Named]:
    """What names the tables of one direction that count on a day, the newest first."""
    return [Named(**row) for row in await _in_force(", ".join(_NAMES), source, target, on)]


async def of_city(city: str, on: date) -> list[MappingTable]:
    """The stored tables from or to a city that count on a day."""
    found = MappingTable.filter(since__lte=on, until__gte=on).order_by("source", "target", "-since")
    return [row for row in await found if city in (row.source, row.target)]


def check_for_signing(table: Table, desk: Desk, now: datetime) -> None:
    """Raise `Refused` unless we may sign: also where the other city's signature does not hold."""
    source, target = _ends(table, desk, now)
    theirs = target if desk.own == source else source
    for city, signature in zip((source, target), table.signatures, strict=True):
        if city == theirs and signature is not None:
            table_signatures.check_one(table, city, signature, desk.members)


def _check(table: Table, desk: Desk, others: Sequence[Header | Named], now: datetime) -> None:
    """Raise `Refused` unless the table may be taken in beside the others."""
    head = table.header
    table_signatures.check(table, *_ends(table, desk, now), desk.members)
    direction = [one for one in others if (one.source, one.target) == (head.source, head.target)]
    beside = {one.version: (one.since, one.until) for one in direction if one.id != head.id}
    table_terms.check_beside((head.since, head.until), beside.values())


def _ends(table: Table, desk: Desk, now: datetime) -> tuple[City, City]:
    """Both cities of a table that is ours and holds in itself. Raises `Refused`."""
    head = table.header
    source, target = desk.cities.get(head.source), desk.cities.get(head.target)
    if source is None or target is None or desk.own not in (source, target):
        raise NotOurs
    table_terms.check_scales(table, source, target)
    table_terms.check_days(table, clock.day_of(now))
    return source, target


async def _store(table: Table, actor: str, now: datetime) -> None:
    head = table.header
    row = await MappingTable.create(
        source=head.source, target=head.target, version=head.version, digest=table.digest,
        document=document(table), signatures=_plain(table), since=head.since,
        until=head.until, taken_at=now,
    )  # fmt: skip
    said = {"table": head.id, "digest": table.digest}
    await audit.append(actor, "mapping.take", f"mapping:{row.id}", said)
    await outbox.append("mapping.taken", f"mapping:{row.id}", said)


async def _in_force(columns: str, source: str, target: str, on: date) -> list[Mapping[str, Any]]:
    """So much of the tables of one direction that count on a day, the newest first."""
    return await select(MappingTable, _IN_FORCE.format(columns=columns), source, target, on)


def _table(row: MappingTable) -> Table:
    table = from_document(row.document)
    for city, key, day, value in row.signatures:
        table = table.signed(Signature(city, key, date.fromisoformat(day), value))
    return table


def _plain(table: Table) -> list[list[str]]:
    return [
        [one.city, one.key, one.signed_on.isoformat(), one.value] for one in table.signatures if one
    ]
