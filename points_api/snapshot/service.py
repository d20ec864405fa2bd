"""Keeping the snapshot as the database is, by what has changed.

In it is everybody who has joined and agrees, and nobody else. Compared is one number a person, the
revision that every change of records, score or joining counts up; who has another than in the
snapshot is read again, and only the parts with such a person are written anew. What is
published is complete: until then, or if it never comes to that, the snapshot is as it was.

Only one process may write at a time: the caller sees to it, by holding `WRITING` with
`points_api.jobs.alone`, which lies above. None of these may be called within a transaction.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

import numpy as np
import polars as pl

from points_api import clock
from points_api.city import City
from points_api.crypto.keyring import Keyring
from points_api.ids import new_id
from points_api.snapshot.differing import Difference, difference
from points_api.snapshot.layout import (
    LAYOUT,
    PART_PEOPLE,
    Manifest,
    Part,
    Snapshot,
    open_snapshot,
    publish,
    write_part,
)
from points_api.snapshot.merging import Share, share_of, together, without
from points_api.snapshot.reading import Reader
from points_api.snapshot.roster import Agreed, roster
from scoring.columns import Vocabulary

WRITING: Final = "snapshot"
CHUNK: Final = 2_000  # persons read by one transaction; what is held in memory as objects
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many persons and records are in it now, and how many were read again and taken out."""

    people: int
    changed: int
    gone: int
    records: int


@dataclass(frozen=True, slots=True)
class Checked:
    """How many persons and records are in it, and how many have changed or left since."""

    people: int
    records: int
    changed: int
    gone: int

    @property
    def current(self) -> bool:
        return not (self.changed or self.gone)


async def refresh(
    folder: Path, keyring: Keyring, city: City, agreed: Agreed,
    progress: Progress | None = None, chunk: int = CHUNK,
) -> Refreshed:  # fmt: skip
    """Bring the snapshot up to date. Raises `SnapshotRefused` where there is none to begin with."""
    return await _refreshed(open_snapshot(folder), keyring, city, agreed, progress, chunk)


async def rebuild(
    folder: Path, keyring: Keyring, city: City, agreed: Agreed,
    progress: Progress | None = None, chunk: int = CHUNK,
) -> Refreshed:  # fmt: skip
    """Make the snapshot from nothing, in place of what is there; numbers are given anew."""
    return await _refreshed(_nothing(folder, agreed), keyring, city, agreed, progress, chunk)


async def check(folder: Path, agreed: Agreed, progress: Progress | None = None) -> Checked:
    """Read every file and compare with the database. Raises `SnapshotRefused` where damaged."""
    snapshot = open_snapshot(folder)
    for done, part in enumerate(snapshot.parts, 1):
        share_of(snapshot, part)
        if progress is not None:
            progress(done, len(snapshot.parts))
    differs = difference(snapshot, await roster(agreed))
    people, records = _totals(snapshot.parts)
    return Checked(people, records, len(differs.again), len(differs.gone))


async def _refreshed(
    old: Snapshot,
    keyring: Keyring,
    city: City,
    agreed: Agreed,
    progress: Progress | None,
    chunk: int,
) -> Refreshed:
    differs = difference(old, await roster(agreed))
    manifest = _extended(old.manifest, city, clock.day_of(agreed.now))
    cards = {version: place for place, version in enumerate(manifest.scorecards)}
    reader = Reader(keyring, Vocabulary(manifest.items, manifest.levels), cards)
    writer = _Writer(old, reader, differs, progress, chunk)
    manifest = manifest.with_parts(*[await writer.part(number) for number in writer.parts()])
    publish(old.folder, manifest)
    people, records = _totals(manifest.parts)
    return Refreshed(people, len(differs.again), len(differs.gone), records)


def _nothing(folder: Path, agreed: Agreed) -> Snapshot:
    today = clock.day_of(agreed.now)
    folder.mkdir(parents=True, exist_ok=True)
    manifest = Manifest(layout=LAYOUT, made_on=today, items=(), levels=(), scorecards=(), parts=())
    return Snapshot(folder, manifest)


def _extended(manifest: Manifest, city: City, today: date) -> Manifest:
    """The same lists with what the city has had since at their ends."""
    words = Vocabulary.of(city.catalog.items)
    cards = (card.version for card in city.scorecards)
    return manifest.model_copy(
        update={
            "made_on": today,
            "items": _and_new(manifest.items, words.items),
            "levels": _and_new(manifest.levels, words.levels),
            "scorecards": _and_new(manifest.scorecards, cards),
        }
    )


def _and_new(known: Iterable[str], now: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *now)))


def _totals(parts: Iterable[Part]) -> tuple[int, int]:
    counts = [(part.people, part.records) for part in parts]
    return sum(people for people, _ in counts), sum(records for _, records in counts)


class _Writer:
    """Writes the parts that differ, one after another."""

    def __init__(
        self, old: Snapshot, reader: Reader, differs: Difference, progress: Progress | None,
        chunk: int,
    ) -> None:  # fmt: skip
        self._old, self._reader, self._differs = old, reader, differs
        self._progress, self._chunk = progress, chunk
        self._done = 0
        self._stamp = new_id().hex

    def parts(self) -> list[int]:
        """The numbers of the parts in which somebody differs."""
        numbers = np.concatenate([self._differs.again["number"].to_numpy(), self._differs.gone])
        return [int(number) for number in np.unique(numbers // PART_PEOPLE)]

    async def part(self, number: int) -> Part:
        first = number * PART_PEOPLE
        again = self._differs.again.filter(
            pl.col("number").is_between(first, first + PART_PEOPLE, closed="left")
        )
        shares = [self._staying(part) for part in self._old.parts if part.number == number]
        shares += [await self._read(chunk) for chunk in again.iter_slices(self._chunk)]
        people, columns, marks = together(shares)
        return write_part(self._old.folder, number, columns, marks, people, self._stamp)

    def _staying(self, part: Part) -> Share:
        other = np.concatenate([self._differs.again["number"].to_numpy(), self._differs.gone])
        return without(share_of(self._old, part), other)

    async def _read(self, chunk: pl.DataFrame) -> Share:
        share = await self._reader.read(
            {UUID(int=high << 64 | low): number for number, high, low in chunk.iter_rows()}
        )
        self._done += len(chunk)
        if self._progress is not None:
            self._progress(self._done, len(self._differs.again))
        return share
