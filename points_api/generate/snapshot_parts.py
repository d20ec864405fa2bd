"""The city as a records snapshot (`points_api.snapshot.layout`), as if all had joined just now.

For measuring and testing what reads snapshots, without a database. Persons have made-up ids,
records made-up marks, and nobody has a score yet. The order of keys is that of drawing.
"""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from points_api.generate.facts import OPEN, Facts
from points_api.generate.manifest import FileEntry
from points_api.generate.people import People, mixed
from points_api.generate.plan import Plan, level_places
from points_api.snapshot import layout
from points_api.snapshot.layout import LAYOUT, NO_CARD, NO_SCORE, PART_PEOPLE, Manifest, Part
from points_api.snapshot.merging import Share, together, within
from scoring.columns import NEVER, Columns, Vocabulary
from scoring.digest import MARK_BYTES

_STAMP = "generated"
# Where in the numbers of draws the halves of the ids begin; names have those from 0.
_HIGH, _LOW = 1 << 40, 1 << 41


class SnapshotParts:
    """A folder under construction; `close` makes it a snapshot."""

    def __init__(self, folder: Path, plan: Plan, seed: int, made_on: date) -> None:
        self._folder, self._plan, self._seed, self._made_on = folder, plan, seed, made_on
        self._words = Vocabulary.of(plan.catalog.items)
        self._items = np.array(
            [self._words.items.index(item.code) for item in plan.items], dtype=np.int16
        )
        self._levels = level_places(plan, self._words.levels)
        self._marks = np.random.default_rng([seed, 3])
        self._pending: list[Share] = []
        self._parts: list[Part] = []

    def write_block(self, people: People, facts: Facts) -> None:
        """Take the next block in, and write the parts that are complete with it."""
        share = Share(self._people(people), self._columns(people, facts), self._drawn(facts))
        following = people.first + len(people.births)
        for number in range(people.first // PART_PEOPLE, (following - 1) // PART_PEOPLE + 1):
            low, high = number * PART_PEOPLE, (number + 1) * PART_PEOPLE
            self._pending.append(within(share, low, high))
            if following >= high:
                self._write()

    def close(self) -> list[FileEntry]:
        """Write the last part, publish, and return the entries of all files."""
        if self._pending:
            self._write()
        manifest = Manifest(
            layout=LAYOUT, made_on=self._made_on, items=self._words.items,
            levels=self._words.levels, scorecards=(), parts=tuple(self._parts),
        )  # fmt: skip
        layout.publish(self._folder, manifest)
        return [
            FileEntry(
                file=part.files[kind],
                rows=part.records if kind == "records" else 0,
                digest=part.digests[kind],
            )
            for part in self._parts
            for kind in part.files
        ]

    def _write(self) -> None:
        people, columns, marks = together(self._pending)
        part = layout.write_part(self._folder, len(self._parts), columns, marks, people, _STAMP)
        self._parts.append(part)
        self._pending.clear()

    def _people(self, people: People) -> layout.People:
        count = len(people.births)
        numbers = np.arange(people.first, people.first + count, dtype=np.int64)
        high, low = (mixed(self._seed, numbers + half) for half in (_HIGH, _LOW))
        return layout.People(
            number=numbers.astype(np.uint32),
            # The bits of version 8 and of the variant, which RFC 9562 leaves to whoever makes it.
            id_high=high & np.uint64(0xFFFFFFFFFFFF0FFF) | np.uint64(0x8000),
            id_low=low & np.uint64(0x3FFFFFFFFFFFFFFF) | np.uint64(1 << 63),
            revision=np.zeros(count, np.int64),
            division=people.id_numbers.str.head(6).cast(pl.Int32).to_numpy(),
            born=people.births.astype(np.int32),
            value=np.full(count, NO_SCORE, np.int32),
            stale=np.zeros(count, np.int32),
            card=np.full(count, NO_CARD, np.int16),
        )

    def _columns(self, people: People, facts: Facts) -> Columns:
        return Columns(
            person=(people.first + facts.person).astype(np.uint32),
            item=self._items[facts.item],
            level=self._levels[facts.item, facts.level].astype(np.int8),
            quantity=facts.quantity,
            occurred=facts.occurred,
            ended=facts.ended,
            until=np.where(facts.valid == OPEN, NEVER, facts.valid + (facts.valid != OPEN)).astype(
                np.int32
            ),
            act=_acts(facts),
        )

    def _drawn(self, facts: Facts) -> layout.Marks:
        content = self._marks.bytes(MARK_BYTES * len(facts.person))
        return np.frombuffer(content, np.uint8).reshape(-1, MARK_BYTES)


def _acts(facts: Facts) -> NDArray[np.int32]:
    """The place, among the person's records, of the first report of the act.

    A second report follows the first at once (`facts`).
    """
    places = np.arange(len(facts.person), dtype=np.int32)
    starts = np.searchsorted(facts.person, facts.person).astype(np.int32)
    second = np.zeros(len(places), np.int32)
    second[1:] = (facts.act[1:] >= 0) & (facts.act[1:] == facts.act[:-1])
    return places - starts - second
