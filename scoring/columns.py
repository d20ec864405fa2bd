"""Records as columns: what the whole-city engine reads and how it lies on disk.

One row per active record, sorted by person and, within a person, by the record's key. No column
has nulls, all are whole numbers, so that a file is read into arrays without looking at a row:

| column | type | meaning |
|---|---|---|
| `person` | uint32 | number of the person, ascending |
| `item` | int16 | place in the vocabulary's items |
| `level` | int8 | place in the vocabulary's levels; -1: the item has none |
| `quantity` | int64 | smallest units of the item; 0 where it has none |
| `occurred` | int32 | day (since 1970-01-01) on which it occurred |
| `ended` | int32 | day on which the act ended; `OPEN` while it goes on |
| `until` | int32 | first day on which it no longer holds; `NEVER` where none is known |
| `act` | int32 | which of the person's acts it reports, in the order of `act_key` or else the key |

The order by key and the numbers of the acts are all that is left of the texts: every tie that
`engine.py` breaks by a text is broken by them in the same way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.catalog import Item
from scoring.records import Record

OPEN: Final = 2**31 - 1
NEVER: Final = 2**31 - 1
EPOCH: Final = date(1970, 1, 1)
TYPES: Final[dict[str, np.dtype[Any]]] = {
    "person": np.dtype(np.uint32),
    "item": np.dtype(np.int16),
    "level": np.dtype(np.int8),
    "quantity": np.dtype(np.int64),
    "occurred": np.dtype(np.int32),
    "ended": np.dtype(np.int32),
    "until": np.dtype(np.int32),
    "act": np.dtype(np.int32),
}


class Columns(NamedTuple):
    """The records of whole persons; the arrays have one length and the types above."""

    person: NDArray[np.uint32]
    item: NDArray[np.int16]
    level: NDArray[np.int8]
    quantity: NDArray[np.int64]
    occurred: NDArray[np.int32]
    ended: NDArray[np.int32]
    until: NDArray[np.int32]
    act: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the numbers of items and levels stand for."""

    items: tuple[str, ...]
    levels: tuple[str, ...]

    @classmethod
    def of(cls, items: Iterable[Item]) -> "Vocabulary":
        """All items of a catalog and all their levels, in the order of the catalog."""
        kept = list(items)
        return cls(
            tuple(dict.fromkeys(item.code for item in kept)),
            tuple(dict.fromkeys(level.id for item in kept for level in item.levels)),
        )


def columns_of(people: Sequence[Sequence[Record]], words: Vocabulary, first: int = 0) -> Columns:
    """The active records of each person as columns; persons are numbered from `first`.

    ValueError where a record has an item or level that the vocabulary lacks.
    """
    item_at = {code: at for at, code in enumerate(words.items)}
    level_at: dict[str | None, int] = {None: -1} | {id_: n for n, id_ in enumerate(words.levels)}
    rows: list[tuple[int, ...]] = []
    for number, records in enumerate(people, first):
        mine = {r.key: r for r in records if r.status == "active"}.values()
        acts = {name: n for n, name in enumerate(sorted({r.act_key or r.key for r in mine}))}
        for r in sorted(mine, key=attrgetter("key")):
            if r.item not in item_at or r.level not in level_at:
                raise ValueError(f"{r.item}, {r.level}: not in the vocabulary: make it anew")
            rows.append((
                number, item_at[r.item], level_at[r.level], r.quantity or 0, day_of(r.occurred_on),
                OPEN if r.ended_on is None else day_of(r.ended_on),
                NEVER if r.valid_until is None else day_of(r.valid_until),
                acts[r.act_key or r.key],
            ))  # fmt: skip
    by_column = zip(*rows, strict=True) if rows else [()] * len(TYPES)
    arrays = (np.array(c, dtype=t) for c, t in zip(by_column, TYPES.values(), strict=True))
    return Columns(*arrays)


def records_of(columns: Columns, words: Vocabulary) -> list[Record]:
    """Records for `engine.py` with the same score as those that the columns were made from."""
    return [
        Record(
            key=f"{at:010d}",
            item=words.items[columns.item[at]],
            occurred_on=date_of(columns.occurred[at]),
            ended_on=None if columns.ended[at] == OPEN else date_of(columns.ended[at]),
            level=words.levels[columns.level[at]] if columns.level[at] >= 0 else None,
            quantity=int(columns.quantity[at]),
            act_key=f"{columns.act[at]:010d}",
            valid_until=None if columns.until[at] == NEVER else date_of(columns.until[at]),
        )
        for at in range(len(columns.person))
    ]


def part_of(columns: Columns, low: int, high: int) -> Columns:
    """The rows from `low` up to `high`."""
    c = columns
    return Columns(
        c.person[low:high], c.item[low:high], c.level[low:high], c.quantity[low:high],
        c.occurred[low:high], c.ended[low:high], c.until[low:high], c.act[low:high],
    )  # fmt: skip


def day_of(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def date_of(day: int) -> date:
    """The date of a number of days since 1970-01-01."""
    return EPOCH + timedelta(days=int(day))
