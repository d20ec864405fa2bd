"""Take one file in, in one transaction: all of it or nothing.

A thread parses, judges and seals a block while the database stores the one before. Rows go
to a staging table; when all are there, set statements make them records (`merging.py`), the members
concerned are rescored, and report, audit entry and outbox row are written. Whoever is killed on the
way has stored nothing but `received`, and does it again from the start.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import polars as pl

from points_api import clock
from points_api.audit import service as audit
from points_api.crypto.keyring import Keyring
from points_api.db import outbox
from points_api.db.transaction import advisory_lock, transactional
from points_api.db.writes import write_all
from points_api.deliveries import merging
from points_api.deliveries.blocks import Block
from points_api.deliveries.checks import ROW
from points_api.deliveries.matching import STATUS_CHANGE, Match
from points_api.deliveries.merging import Merged, Origin
from points_api.deliveries.models import Delivery
from points_api.deliveries.pipeline import in_order
from points_api.deliveries.preparing import Prepared, line_of, preparer, time_ordered_ids
from points_api.deliveries.reading import Table
from points_api.deliveries.report import Tally
from points_api.deliveries.sql import copy_in, execute
from points_api.deliveries.subjects import find_or_add
from points_api.deliveries.verdicts import FileRefused
from points_api.ids import new_id
from points_api.residents.membership import Member
from scoring.catalog import Catalog

Rescore = Callable[[Sequence[Member], str, datetime], Awaitable[object]]
Progress = Callable[[int], None]
"""Told how many rows of the file have been read so far."""

_LOCK: Final = "deliveries"  # one applier at a time: sets of records do not cross
_MEMBERS_AT_ONCE: Final = 500
_ADD_CHUNK: Final = """
INSERT INTO delivery_chunk (id, delivery_id, first_row, last_row, content)
VALUES ($1::uuid, $2::uuid, $3, $4, $5::bytea)"""


@dataclass(frozen=True, slots=True)
class Source:
    """A table of a file, recognized, on its way in."""

    path: Path
    table: Table
    match: Match


@dataclass(frozen=True, slots=True)
class Intake:
    """What taking in needs besides the file."""

    catalog: Catalog
    keyring: Keyring
    rescore: Rescore


@transactional
async def take_in(
    intake: Intake, source: Source, delivery_id: uuid.UUID, actor: str, progress: Progress
) -> bool:
    """Apply a received delivery; False if somebody else has done so meanwhile.

    Raises `FileRefused` when the file turns out to be unreadable; then nothing of it is stored.
    """
    await advisory_lock(_LOCK)
    delivery = await Delivery.get(id=delivery_id)
    if delivery.state == "done":
        return False
    now = clock.now()
    tally = Tally(clock.day_of(delivery.received_at))
    await merging.begin()
    await _stage(intake, source, delivery, tally, progress, now)
    if not tally.total:
        raise FileRefused("only_header")
    origin = Origin(
        delivery.item, delivery.agency, delivery.id, now,
        may_be_unknown=source.match.layout.id != STATUS_CHANGE,
    )  # fmt: skip
    merged = await merging.merge(origin, tally.total - tally.faulty)
    await _rescore(intake, origin)
    two_names = await merging.rows_with_two_names()
    await merging.end()
    report = tally.report(merged, two_names, source.match.unread)
    await _finish(delivery, source, report, merged, actor)
    return True


async def _stage(
    intake: Intake,
    source: Source,
    delivery: Delivery,
    tally: Tally,
    progress: Progress,
    now: datetime,
) -> None:
    """Bring the whole file into the database: rows, refusals, and the original, sealed."""
    match = source.match
    today = clock.day_of(now)
    header = line_of(match.headings, source.table.separator)

    def work() -> Callable[[Block], Prepared]:
        return preparer(match, intake.catalog, intake.keyring, today, header)

    blocks = source.table.blocks(match.header_rows, len(match.headings))
    with closing(in_order(blocks, work, threads=1)) as prepared:
        while (block := await asyncio.to_thread(next, prepared, None)) is not None:
            tally.add(block.total, block.records, block.refusals)
            await _store(intake, block, delivery.id, now)
            progress(block.last_row)


async def _store(intake: Intake, block: Prepared, delivery_id: uuid.UUID, now: datetime) -> None:
    """Stage the records of a block, and keep what was refused and the original."""
    ids = await find_or_add(intake.keyring, block.subjects, now)
    persons = pl.Series("person_id", ids, dtype=pl.String)
    await merging.stage(block.records.with_columns(person_id=persons[block.records["subject"]]))
    await copy_in("delivery_error", _errors(delivery_id, block.refusals))
    await execute(_ADD_CHUNK, new_id(), delivery_id, block.first_row, block.last_row, block.sealed)


def _errors(delivery_id: uuid.UUID, refusals: pl.DataFrame) -> pl.DataFrame:
    return refusals.select(
        id=time_ordered_ids(refusals.height),
        delivery_id=pl.lit(str(delivery_id)),
        row_no=ROW,
        column="column",
        code="code",
    )


async def _rescore(intake: Intake, origin: Origin) -> None:
    members = await merging.members_to_rescore()
    now = clock.now()
    if members:
        await merging.learn(origin, now)
    for at in range(0, len(members), _MEMBERS_AT_ONCE):
        await intake.rescore(members[at : at + _MEMBERS_AT_ONCE], "records", now)


async def _finish(
    delivery: Delivery, source: Source, report: dict[str, Any], merged: Merged, actor: str
) -> None:
    """Close the delivery, with its audit entry and outbox row."""
    delivery.state = "done"
    delivery.done_at = clock.now()
    delivery.encoding = source.table.encoding
    delivery.total = report["total"]
    delivery.accepted, delivery.duplicates = merged.accepted, merged.duplicates
    delivery.corrected, delivery.rejected = merged.corrected, report["rejected"]
    delivery.report = report
    await delivery.save()
    counts = ("total", "accepted", "duplicates", "corrected", "rejected")
    said = {"item": delivery.item, "agency": delivery.agency, **{n: report[n] for n in counts}}
    subject = f"delivery:{delivery.id}"
    await write_all(
        [
            audit.entry(actor, "delivery.done", subject, {**said, "digest": delivery.file_digest}),
            outbox.event("delivery.done", subject, said),
        ]
    )
