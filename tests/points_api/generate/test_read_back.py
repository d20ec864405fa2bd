"""The city through the real reader, which must refuse exactly what was spoiled."""

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest

from points_api.deliveries.checks import Checker
from points_api.deliveries.matching import match
from points_api.deliveries.matter import Matter
from points_api.deliveries.reading import Limits, open_tables
from points_api.generate import FileEntry, Summary, generate
from points_api.generate.manifest import SPOILED
from points_api.generate.people import people_block
from tests.points_api.generate.conftest import PEOPLE, SEED
from tests.points_api.generate.sheets import CATALOG, DAY

Listed = dict[str, dict[int, tuple[str, str]]]


@dataclass
class Reading:
    """What the reader made of a city: refusals by file and row, and records by file."""

    refused: Listed = field(default_factory=dict)
    records: list[tuple[FileEntry, pl.DataFrame]] = field(default_factory=list)


def _read(city: Summary) -> Reading:
    reading = Reading()
    for entry in city.files:
        table, found = match(open_tables(city.folder / entry.file, Limits()), CATALOG)
        assert found.item.code == entry.item
        assert found.unread == ()
        checker, matter = Checker(found, CATALOG, DAY), Matter(found, CATALOG)
        rows, verdicts = 0, []
        for block in table.blocks(found.header_rows, len(found.headings)):
            checked = checker.check(block)
            rows += len(checked.frame)
            verdicts += checked.verdicts()
            if not entry.repeat_of and not entry.changes:
                reading.records.append((entry, matter.rows(checked.good())))
        assert rows == entry.rows
        if verdicts:
            reading.refused[entry.file] = {v.row: (v.column, v.code) for v in verdicts}
            assert len(verdicts) == len(reading.refused[entry.file]), "one mistake, one verdict"
    return reading


def _listed(city: Summary) -> Listed:
    listed: Listed = {}
    with (city.folder / SPOILED).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            listed.setdefault(row["file"], {})[int(row["row"])] = (row["column"], row["code"])
    return listed


@pytest.fixture(scope="module")
def clean_read(clean: Summary) -> Reading:
    return _read(clean)


def test_exactly_the_spoiled_rows_are_refused_each_for_its_reason(spoiled: Summary) -> None:
    assert _read(spoiled).refused == _listed(spoiled)


@pytest.mark.parametrize(("seed", "people"), [(1, 300), (24, 30)])
def test_small_files_tell_the_same(tmp_path: Path, seed: int, people: int) -> None:
    """Where a file has few rows, the first of them decides much."""
    city = generate(tmp_path, people, seed=seed, spoil=0.1)
    assert _read(city).refused == _listed(city)


def test_nothing_of_a_clean_city_is_refused(clean_read: Reading) -> None:
    assert clean_read.refused == {}


def test_a_city_of_workbooks_is_read_as_well(tmp_path: Path) -> None:
    city = generate(tmp_path, 150, seed=SEED, format="xlsx", spoil=0.1)
    assert _read(city).refused == _listed(city)


def test_what_is_read_is_what_was_meant(clean_read: Reading, tmp_path: Path) -> None:
    """Level, quantity and days of every record equal those that never went through a file."""
    generate(tmp_path, PEOPLE, seed=SEED, format="parquet")
    numbers = people_block(SEED, 0, PEOPLE).id_numbers
    meant: Counter[tuple[object, ...]] = Counter()
    for row in pl.read_parquet(tmp_path / "records-*.parquet").iter_rows(named=True):
        del row["act"]
        meant[numbers[row.pop("person")], *row.values()] += 1
    read: Counter[tuple[object, ...]] = Counter()
    for entry, records in clean_read.records:
        shown = records.select(
            "id_number", pl.lit(entry.item), "level", "quantity", "occurred_on", "ended_on",
            "valid_until",
        )  # fmt: skip
        read.update(shown.iter_rows())
    assert read == meant


def test_two_reports_of_one_act_have_one_key(clean_read: Reading) -> None:
    items: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for entry, records in clean_read.records:
        for key in records.select("act_key", "id_number").iter_rows():
            items[key].add(entry.item)
    pairs = {frozenset(found) for found in items.values() if len(found) > 1}
    assert frozenset({"volunteer.hours", "volunteer.youth_hours"}) in pairs
    assert any(all(item.startswith("penalty.") for item in pair) for pair in pairs)
