"""A workbook reads as its sender sees it: days, long numbers, rows where they stand."""

from datetime import date

import pytest

from points_api.deliveries.reading import Limits, open_tables
from points_api.deliveries.verdicts import FileRefused
from tests.points_api.deliveries.sheets import (
    HOURS,
    matched,
    records,
    row,
    verdicts,
    xlsx_file,
)  # fmt: skip


def cells(path, width):
    [table] = open_tables(path, Limits())
    return [
        (n, *found[:-1])
        for block in table.blocks(1, width)
        for n, found in enumerate(block.frame().rows(), block.first_row)
    ]


def test_cells_come_as_the_spreadsheet_shows_them(tmp_path):
    path = xlsx_file(
        tmp_path / "f.xlsx",
        [["a", "b", "c"], [date(2026, 5, 1), 12, 12.5], ["'1", 0.1 + 0.2, 420200199001011234]],
    )
    assert cells(path, 3) == [
        (2, "2026-05-01", "12", "12.5"),
        (3, "'1", "0.3", "4.20200199001011e+17"),
    ]


def test_row_numbers_are_those_of_the_spreadsheet(tmp_path):
    data = list(row(HOURS).values())
    bad = list(row(HOURS, 1, id_number="1").values())
    path = xlsx_file(
        tmp_path / "f.xlsx",
        [[], [None, "志愿服务时长"], [], [None, *row(HOURS)], [None, *data], [], [None, *bad]],
    )
    assert verdicts(path) == [(7, "ZJHM", "id_number.length")]
    assert [record["row_no"] for record in records(path)] == [5]


def test_an_id_number_that_excel_made_a_figure_is_explained(tmp_path):
    bad: list[object] = list(row(HOURS).values())
    bad[list(row(HOURS)).index("身份证号码")] = 420200199001011234
    path = xlsx_file(tmp_path / "f.xlsx", [list(row(HOURS)), bad])
    assert verdicts(path) == [(2, "ZJHM", "id_number.scientific")]


def test_sheets_that_hold_no_data_are_passed_over(tmp_path):
    header, data = list(row(HOURS)), list(row(HOURS).values())
    notes = [["填报说明"], ["1. 日期写成 2026-01-01 的样子"]]
    path = xlsx_file(tmp_path / "f.xlsx", notes, 数据=[header, data])
    assert matched(path)[0].name == "数据"


def test_two_sheets_with_data_are_not_guessed_between(tmp_path):
    header, data = list(row(HOURS)), list(row(HOURS).values())
    path = xlsx_file(tmp_path / "f.xlsx", [header, data], 二月=[header, data])
    with pytest.raises(FileRefused) as refused:
        matched(path)
    assert refused.value.code == "several_sheets"
    assert "Sheet1、二月" in refused.value.detail.zh
