from pathlib import Path

import polars as pl

from points_api.generate import generate
from scoring.catalog_files import shipped_catalog


def test_each_file_is_one_row_group_of_whole_people_in_order(tmp_path: Path) -> None:
    city = generate(tmp_path, 120_000, 240_000, format="parquet")
    last = -1
    for entry in city.files:
        path = tmp_path / entry.file
        people = pl.read_parquet(path)["person"]
        assert people.is_sorted()
        assert people[0] > last
        last = people[-1]
        assert len(people) == entry.rows
        assert people.n_unique() <= 50_000
    assert last < 120_000
    assert len(city.files) == 3


def test_columns_and_types_are_those_that_a_batch_engine_reads(tmp_path: Path) -> None:
    generate(tmp_path, 500, format="parquet")
    records = pl.read_parquet(tmp_path / "records-00000.parquet")
    assert records.columns == [
        "person", "item", "level", "quantity", "occurred_on", "ended_on", "valid_until", "act",
    ]  # fmt: skip
    codes = {item.code for item in shipped_catalog().items}
    assert set(records["item"].cast(pl.String)) <= codes
    assert [records[name].dtype for name in ("occurred_on", "ended_on", "valid_until")] == [
        pl.Date
    ] * 3
    for name in ("person", "item", "occurred_on"):
        assert records[name].null_count() == 0


def test_there_is_no_name_and_no_id_number_in_it(tmp_path: Path) -> None:
    generate(tmp_path, 300, format="parquet")
    content = (tmp_path / "records-00000.parquet").read_bytes()
    assert b"4202001" not in content
    assert {path.name for path in tmp_path.iterdir()} == {"manifest.json", "records-00000.parquet"}
