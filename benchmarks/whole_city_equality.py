"""Whether the whole-city pass and the definition agree on every person of a synthetic city.

The tests compare what Hypothesis makes up; this compares what a city looks like: its mixture of
items, its acts reported twice, and people with very many records.
"""

import tempfile
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl

from points_api.generate import generate
from scoring.batch import Pass
from scoring.catalog_files import shipped_catalog
from scoring.columns import NEVER, Vocabulary, columns_of, day_of
from scoring.engine import score
from scoring.outlook import next_change
from scoring.records import Record
from scoring.scorecard import Scorecard
from scoring.scorecard_files import shipped_scorecards

AS_OF = date(2026, 9, 30)


def compare(people: int) -> int:
    """How many persons agree in value, dimensions and next change; AssertionError: one does not."""
    card = shipped_scorecards()[-1]
    made = Pass.of(card, Vocabulary.of(shipped_catalog().items))
    compared = 0
    with tempfile.TemporaryDirectory() as folder:
        city = Path(folder) / "city"
        generate(city, people, format="parquet", as_of=AS_OF)
        for path in sorted(city.glob("*.parquet")):
            compared += _compare_block(made, card, list(_people(path)))
    return compared


def _compare_block(made: Pass, card: Scorecard, block: list[list[Record]]) -> int:
    results = made.score(columns_of(block, made.words), len(block), AS_OF)
    for n, records in enumerate(block):
        found = score(records, card, AS_OF)
        change = next_change(records, card, AS_OF, found)
        defined = (
            found.value,
            [dimension.points for dimension in found.dimensions],
            NEVER if change is None else day_of(change),
        )
        passed = (results.value[n], results.dimensions[n].tolist(), results.next_change[n])
        assert passed == defined, f"person {n} of the block: {passed}, and by definition {defined}"
    return len(block)


def _people(path: Path) -> Iterator[list[Record]]:
    """The records of each person who has any; the rows' order is the order of the keys."""
    rows = enumerate(pl.read_parquet(path).iter_rows(named=True))
    for _, mine in groupby(rows, key=lambda row: row[1].pop("person")):
        yield [_record(f"{n:010d}", **row) for n, row in mine]


def _record(key: str, act: int | None, **fields: Any) -> Record:
    return Record(key=key, act_key="" if act is None else f"act-{act}", **fields)
