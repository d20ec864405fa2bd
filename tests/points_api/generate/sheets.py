"""Read a generated file with nothing of ours but the catalog: text rows, or rows by column code."""

import csv
import io
from datetime import date
from pathlib import Path

from python_calamine import CalamineWorkbook

from points_api.generate import FileEntry, Summary
from scoring.catalog import Column, Layout, plain
from scoring.catalog_files import shipped_catalog

DAY = date(2026, 9, 30)
CATALOG = shipped_catalog()
ITEMS = CATALOG.in_force(DAY)


def rows_of(city: Summary, entry: FileEntry) -> list[list[str]]:
    """All rows as text, titles and header first."""
    path = city.folder / entry.file
    if path.suffix == ".xlsx":
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
        return [[str(cell) for cell in row] for row in sheet.to_python()]
    return list(csv.reader(io.StringIO(decoded(path), newline="")))


def decoded(path: Path) -> str:
    """The text of a CSV file, whichever of the three encodings it has."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def layout_of(entry: FileEntry) -> Layout:
    """The layout a file should have."""
    return CATALOG.layouts["status_change"] if entry.changes else ITEMS[entry.item].layout


def columns_of(entry: FileEntry, header: list[str]) -> list[Column]:
    """What each heading means. KeyError for one that the layout does not know."""
    known = {plain(h): column for column in layout_of(entry).columns for h in column.headings}
    return [known[plain(text)] for text in header]


def table_of(city: Summary, entry: FileEntry) -> list[dict[str, str]]:
    """The data rows by column code."""
    rows = rows_of(city, entry)
    codes = [column.code for column in columns_of(entry, rows[entry.header_rows - 1])]
    return [dict(zip(codes, row, strict=True)) for row in rows[entry.header_rows :]]
