import csv
from collections import Counter, defaultdict

import pytest

from points_api.deliveries.verdicts import NOTICES, ROW_REASONS
from points_api.generate import Summary
from points_api.generate.manifest import SpoiledRow
from points_api.generate.spoiling import MISTAKES, possible
from points_api.identifiers import id_number
from tests.points_api.generate.sheets import ITEMS, columns_of, rows_of


@pytest.fixture(scope="module")
def listed(spoiled: Summary) -> list[SpoiledRow]:
    with (spoiled.folder / "spoiled.csv").open(encoding="utf-8", newline="") as file:
        return [
            SpoiledRow(row["file"], int(row["row"]), row["column"], row["code"])
            for row in csv.DictReader(file)
        ]


def test_every_mistake_is_answered_by_a_code_that_refuses_the_row() -> None:
    assert {mistake.code for mistake in MISTAKES} <= ROW_REASONS.keys() - NOTICES
    assert len({mistake.code for mistake in MISTAKES}) >= 20


def test_every_mistake_can_be_made_somewhere_in_the_catalog() -> None:
    found = {mistake.code for item in ITEMS.values() for mistake, _ in possible(item)}
    assert found == {mistake.code for mistake in MISTAKES}


def test_a_clean_city_lists_no_row(clean: Summary) -> None:
    assert clean.spoiled == 0
    assert (clean.folder / "spoiled.csv").read_text(encoding="utf-8") == "file,row,column,code\n"


def test_the_share_that_was_asked_for_is_spoiled(
    spoiled: Summary, listed: list[SpoiledRow]
) -> None:
    assert len(listed) == spoiled.spoiled == sum(entry.spoiled for entry in spoiled.files)
    assert 0.09 < spoiled.spoiled / spoiled.rows < 0.11
    counts = Counter(row.file for row in listed)
    assert {e.file: e.spoiled for e in spoiled.files if e.spoiled} == counts


def test_nothing_is_different_but_the_listed_cells(
    clean: Summary, spoiled: Summary, listed: list[SpoiledRow]
) -> None:
    """Also proves that the row number is the sender's: titles and header count, from 1."""
    noted: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for row in listed:
        noted[row.file][row.row] = row.column
    right = {entry.file: entry for entry in clean.files}
    compared = 0
    for entry in spoiled.files:
        if entry.changes or entry.file not in right:
            continue
        before, after = rows_of(clean, right[entry.file]), rows_of(spoiled, entry)
        columns = [column.code for column in columns_of(entry, after[entry.header_rows - 1])]
        for number, (old, new) in enumerate(zip(before, after, strict=True), start=1):
            different = [c for c, a, b in zip(columns, old, new, strict=False) if a != b]
            assert different == [column for n, column in noted[entry.file].items() if n == number]
            compared += len(different)
    assert compared > 2000


def test_a_rounded_number_is_never_valid_by_luck() -> None:
    spoil = next(mistake.spoil for mistake in MISTAKES if mistake.code == "id_number.rounded")
    for n in range(1, 999):
        first17 = f"42020019800101{n:03}"
        whole = first17 + id_number.check_character(first17)
        assert id_number.problem_of(spoil(whole)) == "rounded"
