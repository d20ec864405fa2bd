"""Agency files for tests: valid rows of an item's layout, with single cells changed."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from points_api.deliveries.checks import Checked, Checker
from points_api.deliveries.matching import Match, match
from points_api.deliveries.matter import Matter
from points_api.deliveries.reading import Limits, open_tables
from points_api.generate import person
from scoring.catalog import Item, Layout
from scoring.catalog_files import shipped_catalog
from tests.points_api.deliveries.days import TODAY

CATALOG = shipped_catalog()
HOURS = "volunteer.hours"
PENALTY = "penalty.market"
STATUS_CHANGE = CATALOG.layouts["status_change"]


Rows = Sequence[Sequence[object]]


def the_item(code: str) -> Item:
    return [item for item in CATALOG.items if item.code == code][-1]


def row(code: str, n: int = 0, layout: Layout | None = None, **cells: str | None) -> dict[str, str]:
    """A valid row about the n-th test person; cells by role or column code, None: left empty."""
    item = the_item(code)
    name, number = person(1, n)
    source = CATALOG.agencies[item.agency]
    usual = {
        "item": code, "name": name, "id_number": number, "document_no": f"测〔2026〕{n}号",
        "quantity": "10", "source_name": source.name, "source_code": source.credit_code,
        "unit_name": source.name, "unit_code": source.credit_code, "act": f"A{n}",
    }  # fmt: skip
    written = {}
    for column in (layout or item.layout).columns:
        if column.legacy:
            continue
        cell = cells.get(column.code, cells.get(column.role or "", usual.get(column.role)))
        if cell is None and not ({column.code, column.role} & cells.keys() - {""}):
            cell = _usual(column.type, column.role, column.values)
        written[column.name] = cell or ""
    return written


def _usual(kind: str, role: str, values: tuple[str, ...]) -> str:
    if values:
        return "居民身份证" if role == "id_type" else values[0]
    if kind == "date":
        return "2027-05-20" if role == "valid_until" else "2026-05-20"
    if kind in ("integer", "decimal"):
        return "2025"
    return "" if kind in ("credit_code", "id_number", "wan_yuan") else "某某"


def csv_text(rows: list[dict[str, str]], newline: str = "\r\n") -> str:
    text = io.StringIO()
    headings = dict.fromkeys(heading for row in rows for heading in row)
    writer = csv.DictWriter(text, headings, lineterminator=newline)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def csv_file(path: Path, rows: list[dict[str, str]], encoding: str = "utf-8") -> Path:
    path.write_bytes(csv_text(rows).encode(encoding))
    return path


def xlsx_file(path: Path, rows: Rows, **sheets: Rows) -> Path:
    book = xlsxwriter.Workbook(path)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, cells in ({"Sheet1": rows} | sheets).items():
        sheet = book.add_worksheet(name)
        for at, line in enumerate(cells):
            for place, cell in enumerate(line):
                if hasattr(cell, "year"):
                    sheet.write_datetime(at, place, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(at, place, cell)
                elif cell is not None:
                    sheet.write_number(at, place, cell)
    book.close()
    return path


def matched(path: Path, item: str | None = None, agency: str | None = None):
    return match(open_tables(path, Limits()), CATALOG, item, agency)


def checked(path: Path, item: str | None = None) -> tuple[Match, list[Checked]]:
    """The file through reading, matching and checking."""
    table, found = matched(path, item)
    checker = Checker(found, CATALOG, TODAY)
    blocks = table.blocks(found.header_rows, len(found.headings))
    return found, [checker.check(block) for block in blocks]


def verdicts(path: Path, item: str | None = None) -> list[tuple[int, str, str]]:
    _, blocks = checked(path, item)
    return [(v.row, v.column, v.code) for block in blocks for v in block.verdicts()]


def records(path: Path, item: str | None = None) -> list[dict[str, object]]:
    """What the good rows become."""
    found, blocks = checked(path, item)
    matter = Matter(found, CATALOG)
    return [record for block in blocks for record in matter.rows(block.good()).to_dicts()]
