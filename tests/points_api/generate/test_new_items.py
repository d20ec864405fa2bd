import csv
import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from points_api.generate.city import Format, Order, generate_city
from points_api.generate.documents import document_marks
from points_api.identifiers import credit_code
from scoring.catalog import Catalog, plain
from scoring.catalog_files import SHIPPED, load_catalog
from tests.points_api.generate.sheets import decoded

NEW = """
[catalog]
edition = "huangshi-2026"

[[item]]
code = "garden.plots"
title = "认养街心花园"
title_en = "Street gardens adopted"
agency = "urban"
group = "地方补充：社会公益信息"
nature = "positive"
legal_basis = "《城市绿化条例》"
basis = "assumption"
in_force_from = 2026-05-01
unit = "盆"
unit_en = "pots"
levels = "stars"
level_of = { column = "XJ", values = { "甲" = "one", "乙" = "two", "丙" = "three" } }
column = [
  { code = "XJ", name = "等次", type = "enum", required = true, role = "level", values = ["甲", "乙", "丙"] },
  { code = "PS", name = "盆数", type = "integer", required = true, role = "quantity", maximum = 40 },
  { code = "MJ", name = "占地", type = "decimal", scale = 10, maximum = 6 },
  { code = "HZ", name = "花种", type = "enum", required = true, values = ["月季", "海棠"] },
  { code = "LD", name = "路段", type = "text", required = true, max_length = 5 },
  { code = "ZRR", name = "见证人", type = "name" },
  { code = "DWDM", name = "共建单位代码", type = "credit_code", required = true },
  { code = "KSRQ", name = "开始养护日", type = "date", required = true },
  { code = "YXQ", name = "认养到期", type = "date", required = true, role = "valid_until" },
]
"""  # noqa: E501


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    folder = tmp_path_factory.mktemp("data")
    for part in ("agencies.toml", "levels.toml", "layouts", "catalog"):
        copy = shutil.copytree if (SHIPPED / part).is_dir() else shutil.copy
        copy(SHIPPED / part, folder / part)
    (folder / "catalog" / "gardens.toml").write_text(NEW, encoding="utf-8")
    return load_catalog(folder)


def _order(form: Format, as_of: date) -> Order:
    return Order(people=400, records=30_000, seed=3, format=form, as_of=as_of, spoil=0.0)


def test_a_new_item_of_the_catalog_needs_no_code(tmp_path: Path, catalog: Catalog) -> None:
    city = generate_city(tmp_path, _order("csv", date(2026, 9, 30)), catalog)
    entry = next(entry for entry in city.files if entry.item == "garden.plots")
    lines = list(csv.reader(decoded(tmp_path / entry.file).splitlines()))[entry.header_rows - 1 :]
    assert len(lines) - 1 == entry.rows > 20
    layout = catalog.in_force(date(2026, 9, 30))["garden.plots"].layout
    codes = {
        plain(heading): column.code for column in layout.columns for heading in column.headings
    }
    columns = zip(*lines, strict=True)
    cells = {codes[plain(heading)]: column for heading, *column in columns}
    assert set(cells["XJ"]) == {"甲", "乙", "丙"}
    assert 1 <= min(map(int, cells["PS"])) <= max(map(int, cells["PS"])) <= 40
    assert set(cells["HZ"]) == {"月季", "海棠"}
    assert all(0 < len(text) <= 5 for text in cells["LD"])
    assert not any(credit_code.problem_of(text) for text in cells["DWDM"])
    assert all(cells["YXQ"])


def test_nothing_is_decided_before_the_catalog_held_the_item(
    tmp_path: Path, catalog: Catalog
) -> None:
    generate_city(tmp_path, _order("parquet", date(2026, 9, 30)), catalog)
    records = pl.read_parquet(tmp_path / "records-00000.parquet")
    mine = records.filter(pl.col("item") == "garden.plots")
    assert len(mine)
    assert (mine["occurred_on"] >= date(2026, 5, 1)).all()
    assert (records["occurred_on"] < date(2023, 3, 1)).any()


def test_an_item_not_yet_in_force_is_left_out(tmp_path: Path, catalog: Catalog) -> None:
    city = generate_city(tmp_path, _order("csv", date(2026, 4, 30)), catalog)
    assert not [entry for entry in city.files if entry.item == "garden.plots"]


def test_no_two_items_begin_their_document_numbers_alike(catalog: Catalog) -> None:
    items = list(catalog.in_force(date(2026, 9, 30)).values())
    marks = document_marks(items, catalog.agencies)
    assert len(set(marks)) == len(items)
