"""All that can be done with a block before the database is asked; runs on the threads."""

import csv
import io
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from points_api.crypto.keyring import Keyring
from points_api.deliveries.blocks import Block
from points_api.deliveries.checks import Checker
from points_api.deliveries.matching import Match
from points_api.deliveries.matter import Matter
from points_api.deliveries.subjects import Subjects
from points_api.ids import new_id
from points_api.residents.persons import INDEX
from scoring.catalog import Catalog

CHUNK: Final = "delivery_chunk.content"
_FASTEST: Final = 1


@dataclass(frozen=True, slots=True)
class Prepared:
    """A block, judged: the records of its good rows, what is wrong with the others, all sealed.

    `records` has the columns of the staging table but `person_id`, and `subject`, the place in
    `subjects` of the person it is about.
    """

    first_row: int
    last_row: int
    total: int
    records: pl.DataFrame
    subjects: Subjects
    refusals: pl.DataFrame
    sealed: bytes


def preparer(
    match: Match, catalog: Catalog, keyring: Keyring, today: date, header: bytes
) -> Callable[[Block], Prepared]:
    """The work of one thread. `header` is the line that each sealed chunk begins with."""
    checker, matter = Checker(match, catalog, today), Matter(match, catalog)

    def prepare(block: Block) -> Prepared:
        checked = checker.check(block)
        total, refusals, good = checked.frame.height, checked.refusals(), checked.good()
        del checked  # it is as large as the good rows, and no longer needed
        records, subjects = _with_subjects(matter.rows(good), keyring)
        return Prepared(
            block.first_row,
            block.first_row + block.rows - 1,
            total,
            records.with_columns(id=time_ordered_ids(records.height)),
            subjects,
            refusals,
            keyring.encrypt(_compressed(header, block.original()), CHUNK),
        )

    return prepare


def _compressed(header: bytes, rows: memoryview) -> bytes:
    packer = zlib.compressobj(_FASTEST)
    return packer.compress(header) + packer.compress(rows) + packer.flush()


def _with_subjects(records: pl.DataFrame, keyring: Keyring) -> tuple[pl.DataFrame, Subjects]:
    """Number the persons, and take the personal columns out of the records."""
    persons = records.select("id_number", "name").unique("id_number", maintain_order=True)
    numbers = persons["id_number"].to_list()
    subjects = Subjects(numbers, persons["name"].to_list(), keyring.index_many(INDEX, numbers))
    place = pl.Series("subject", range(len(numbers)), dtype=pl.UInt32)
    placed = records.join(
        persons.select("id_number").with_columns(place), on="id_number", maintain_order="left"
    )
    # Tells two names apart within this delivery, and nothing else.
    mark = pl.col("name").hash(0).reinterpret(signed=True)
    return placed.with_columns(name_mark=mark).drop("id_number", "name"), subjects


def time_ordered_ids(count: int) -> pl.Series:
    """Ids in their order that sort with those `new_id` makes now; a twentieth of its cost."""
    prefix = str(new_id())[:19]  # the time, and then 64 bits that begin with the variant
    tail = np.frombuffer(os.urandom(8 * count), np.uint8).reshape(count, 8).copy()
    tail[:, 0] = 0x80
    tail[:, 1:4] = np.arange(count, dtype=">u4").view(np.uint8).reshape(count, 4)[:, 1:]
    digits = tail.tobytes().hex()
    starts = range(0, 16 * count, 16)
    ids = [f"{prefix}{digits[n : n + 4]}-{digits[n + 4 : n + 16]}" for n in starts]
    return pl.Series(ids, dtype=pl.String)


def line_of(headings: tuple[str, ...], separator: str) -> bytes:
    """Headings as a line of CSV."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerow(headings)
    return text.getvalue().encode()
