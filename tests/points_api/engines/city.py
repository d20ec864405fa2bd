"""A small city on disk: some people with records of every kind, many without any, gaps between."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from points_api.snapshot.layout import (
    LAYOUT,
    PART_PEOPLE,
    Manifest,
    People,
    Snapshot,
    open_snapshot,
    publish,
    write_part,
)
from scoring.catalog_files import shipped_catalog
from scoring.columns import NEVER, OPEN, Columns, Vocabulary, day_of
from scoring.digest import MARK_BYTES
from scoring.scorecard_files import in_force, shipped_scorecards

DAY = date(2026, 11, 1)
CATALOG = shipped_catalog()
CARD = in_force(shipped_scorecards(), DAY)
WORDS = Vocabulary.of(CATALOG.items)
Ints = NDArray[Any]
TOO_MUCH = 2**62  # a quantity that no pass holds, so that the definition scores the person


@dataclass(frozen=True, slots=True)
class City:
    """A snapshot, and the same records and numbers of persons in one piece."""

    snapshot: Snapshot
    columns: Columns
    numbers: Ints


def make_city(folder: Path, parts: int, people: int, *, slow: int = 0) -> City:
    """`people` in each part; the first `slow` of them take the definition a millisecond each."""
    folder.mkdir(exist_ok=True)
    random = np.random.default_rng(7)
    made, whole, numbers = [], [], []
    for number in range(parts):
        first = number * PART_PEOPLE
        mine = first + np.sort(random.choice(PART_PEOPLE, people, replace=False)).astype(np.uint32)
        columns = _columns(random, mine, slow)
        marks = np.zeros((len(columns.person), MARK_BYTES), np.uint8)
        made.append(write_part(folder, number, columns, marks, _people(mine), "made"))
        whole.append(columns)
        numbers.append(mine)
    manifest = Manifest(
        layout=LAYOUT, made_on=DAY, items=WORDS.items, levels=WORDS.levels,
        scorecards=(CARD.version,), parts=tuple(made),
    )  # fmt: skip
    publish(folder, manifest)
    joined = Columns(*(np.concatenate(arrays) for arrays in zip(*whole, strict=True)))
    return City(open_snapshot(folder), joined, np.concatenate(numbers))


def _columns(random: np.random.Generator, numbers: Ints, slow: int) -> Columns:
    items = [item for item in CATALOG.items if item.code in CARD.rule_of]
    counts = random.poisson(3, len(numbers)) * random.integers(0, 3, len(numbers))
    counts[:slow] += 12
    person = np.repeat(numbers, counts)
    which = random.integers(0, len(items), len(person))
    item = np.array([WORDS.items.index(i.code) for i in items], np.int16)[which]
    level = np.array([WORDS.levels.index(i.levels[0].id) if i.levels else -1 for i in items])
    unit = np.array([bool(i.unit) for i in items])[which]
    quantity = np.where(unit, random.integers(0, 5000, len(person)), 0)
    quantity[unit & np.isin(person, numbers[:slow])] = TOO_MUCH
    occurred = day_of(DAY) - random.integers(-20, 2200, len(person)).astype(np.int32)
    ended = np.where(random.random(len(person)) < 0.1, OPEN, occurred + 10)
    until = np.where(random.random(len(person)) < 0.8, NEVER, occurred + 900)
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    return Columns(
        person, item, level[which].astype(np.int8), quantity.astype(np.int64), occurred,
        ended.astype(np.int32), until.astype(np.int32),
        (np.arange(len(person)) - starts).astype(np.int32),
    )  # fmt: skip


def _people(numbers: Ints) -> People:
    none = np.zeros(len(numbers), np.int64)
    return People(
        numbers, numbers.astype(np.uint64), numbers.astype(np.uint64), none,
        none.astype(np.int32), none.astype(np.int32), none.astype(np.int32),
        none.astype(np.int32), none.astype(np.int16),
    )  # fmt: skip
