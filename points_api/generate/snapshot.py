"""The city's records as columns for a batch engine: sorted by person, one file for a block.

Columns: `person` (number of the person), `item` (code), `level` (id or null), `quantity` (smallest
units or null), `occurred_on`, `ended_on` (null: goes on), `valid_until` (first day on which it no
longer holds, or null), `act` (shared by the reports of one act, else null). No name, no ID number.
"""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from points_api.generate.facts import OPEN, Facts, Ints32
from points_api.generate.files import digest_of
from points_api.generate.manifest import FileEntry
from points_api.generate.people import People
from points_api.generate.plan import Plan, level_places


class Snapshot:
    """A folder of Parquet files, each one row group of whole people."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self._folder = folder
        self._plan = plan
        self._entries: list[FileEntry] = []
        self._codes = pl.Enum([item.code for item in plan.items])
        ids = list(dict.fromkeys(level.id for item in plan.items for level in item.levels))
        self._levels = pl.Enum(ids)
        self._level_places = level_places(plan, ids)

    def write_block(self, people: People, facts: Facts) -> None:
        """Write the next block."""
        path = self._folder / f"records-{len(self._entries):05d}.parquet"
        item = facts.item.astype(np.int64)
        level = self._level_places[item, facts.level]
        pl.DataFrame(
            {
                "person": pl.Series((people.first + facts.person).astype(np.uint32)),
                "item": pl.Series(item.astype(np.uint32)).cat.to(self._codes),
                "level": _or_null(np.maximum(level, 0), level < 0, pl.UInt32).cat.to(self._levels),
                "quantity": _or_null(facts.quantity, self._plan.most[item] == 0, pl.Int64),
                "occurred_on": pl.Series(facts.occurred).cast(pl.Date),
                "ended_on": _or_null(facts.ended, facts.ended == OPEN, pl.Int32).cast(pl.Date),
                "valid_until": _after(facts.valid),
                "act": _or_null(facts.act, facts.act < 0, pl.Int64),
            }
        ).write_parquet(path, row_group_size=max(1, len(item)))
        self._entries.append(FileEntry(file=path.name, rows=len(item)))

    def close(self) -> list[FileEntry]:
        """The entries of all files."""
        for entry in self._entries:
            entry.digest = digest_of(self._folder / entry.file)
        return self._entries


def _after(days: Ints32) -> pl.Series:
    """The day after the last one on which a record holds."""
    return _or_null(days, days == OPEN, pl.Int32).cast(pl.Date).dt.offset_by("1d")


def _or_null(
    values: NDArray[Any], absent: NDArray[np.bool_], dtype: type[pl.DataType]
) -> pl.Series:
    numbers = pl.Series(values, dtype=dtype)
    return numbers.zip_with(
        pl.Series(~absent), pl.repeat(None, len(values), dtype=dtype, eager=True)
    )
