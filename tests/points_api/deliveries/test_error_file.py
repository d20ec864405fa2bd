"""The error file is the sender's own file: corrected, it goes in as it is."""

import csv
import io
from dataclasses import replace

import pytest

from points_api.deliveries.models import DeliveryChunk
from points_api.deliveries.reading import Limits
from tests.points_api.deliveries.sheets import (
    HOURS,
    PENALTY,
    csv_file,
    csv_text,
    row,
    xlsx_file,
)  # fmt: skip
from tests.points_api.deliveries.stored import current

pytestmark = pytest.mark.usefixtures("database", "frozen_clock")

OWN = ["错误行号", "错误列", "错误代码", "错误说明"]


async def returned(deliveries, outcome, language="zh"):
    delivery = await deliveries.find(outcome.delivery_id)
    text = "".join([piece async for piece in deliveries.errors(delivery, language)])
    assert text.startswith("\ufeff")
    return text, list(csv.DictReader(io.StringIO(text[1:], newline="")))


def shown(cells):
    """As a spreadsheet program would save it again."""
    return {name: cell.lstrip("\t'") for name, cell in cells.items()}


@pytest.mark.parametrize("kind", ["utf-8", "gb18030", "tabs", "xlsx"])
async def test_rejected_rows_come_back_in_the_layout_they_had(deliveries, tmp_path, kind):
    extra = {"备用，列": "x,y"}  # a heading and a cell that need quoting
    rows = [row(HOURS), row(HOURS, 1, id_number="420200********1234", name="") | extra,
            row(HOURS, 2, quantity="x") | extra]  # fmt: skip
    rows[0] |= extra
    path = tmp_path / "f.csv"
    if kind == "xlsx":
        xlsx_file(path, [list(rows[0]), *(list(cells.values()) for cells in rows)])
    elif kind == "tabs":
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0], delimiter="\t")
            writer.writeheader()
            writer.writerows(rows)
    else:
        csv_file(path, rows, kind)
    outcome = await deliveries.ingest(path)
    _, back = await returned(deliveries, outcome)
    assert list(back[0]) == [*rows[0], *OWN]
    assert [{n: c for n, c in shown(cells).items() if n not in OWN} for cells in back] == rows[1:]
    assert [(cells["错误行号"], cells["错误列"], cells["错误代码"]) for cells in back] == [
        ("3", "姓名；身份证号码", "required;id_number.masked"),
        ("4", "服务时长", "number_unreadable"),
    ]
    assert back[1]["错误说明"] == "“服务时长”不是数字，请只写数字"


async def test_corrected_it_is_delivered_as_it_is(deliveries, tmp_path):
    good = [row(PENALTY, n) for n in range(4)]
    wrong = good[2]["自然人证件号码"][:-1] + "?"
    spoiled = [
        good[0],
        good[1] | {"处罚决定日期": "2026-02-30"},
        good[2] | {"自然人证件号码": wrong},
        good[3],
    ]
    path = tmp_path / "f.csv"
    path.write_text("黄石市行政处罚信息表,,\n" + csv_text(spoiled))
    outcome = await deliveries.ingest(path)
    assert (outcome.accepted, outcome.rejected) == (2, 2)
    text, _ = await returned(deliveries, outcome)
    text = text.replace("2026-02-30", "2026-05-20").replace(wrong, good[2]["自然人证件号码"])
    corrected = tmp_path / "corrected.csv"
    corrected.write_text(text, encoding="utf-8")
    again = await deliveries.ingest(corrected)
    assert (again.total, again.accepted, again.report["unread_columns"]) == (2, 2, [])
    assert [record["document_no"] for record in await current()] == [
        cells["行政处罚决定书文号"] for cells in good
    ]


async def test_spreadsheets_neither_round_numbers_nor_run_formulas(deliveries, tmp_path):
    bad = row(HOURS, name="", document_no="=1+1")
    outcome = await deliveries.ingest(csv_file(tmp_path / "f.csv", [bad]))
    text, _ = await returned(deliveries, outcome)
    assert f",\t{bad['身份证号码']}," in text
    assert ",'=1+1," in text


async def test_what_the_store_refused_comes_back_too(deliveries, tmp_path):
    rows = [row(HOURS), row(HOURS, quantity="11")]
    outcome = await deliveries.ingest(csv_file(tmp_path / "f.csv", rows))
    _, [cells] = await returned(deliveries, outcome, "en")
    assert (cells["错误行号"], cells["错误列"], cells["错误代码"]) == ("3", "", "contradicts_row:2")
    assert cells["错误说明"].startswith("Same person and document as row 2")


async def test_without_errors_there_is_only_the_header(deliveries, tmp_path):
    outcome = await deliveries.ingest(csv_file(tmp_path / "f.csv", [row(HOURS)]))
    text, back = await returned(deliveries, outcome)
    assert (back, text.count("\n")) == ([], 1)


async def test_rows_are_found_in_the_right_run_of_a_long_file(deliveries, tmp_path):
    deliveries = replace(deliveries, limits=Limits(block=4096))
    rows = [row(HOURS, n % 50, document_no=f"文{n}") for n in range(300)]
    for n in (7, 150, 299):
        rows[n]["姓名"] = ""
    outcome = await deliveries.ingest(csv_file(tmp_path / "f.csv", rows))
    assert await DeliveryChunk.all().count() > 10
    _, back = await returned(deliveries, outcome)
    assert [(cells["错误行号"], cells["文书号"]) for cells in back] == [
        ("9", "文7"), ("152", "文150"), ("301", "文299"),
    ]  # fmt: skip
