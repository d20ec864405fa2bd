"""XLSX: looked through before it is unpacked, then each visible sheet as a table of text.

A workbook is a ZIP archive, so a small one can unpack to anything. The declared sizes are bounded
first, and the parts are then unpacked once against their checksums, so that a size that was lied
about is found before the reader believes it.
"""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

import polars as pl
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from points_api.deliveries.blocks import SheetBlock, names
from points_api.deliveries.csv_table import HEAD_ROWS
from points_api.deliveries.verdicts import FileRefused

BLOCK_ROWS: Final = 20_000
_MEBIBYTE: Final = 1024**2
_MAX_RATIO: Final = 200  # sheets pack to a tenth or a twentieth, very uniform ones to a hundredth
_MAX_PARTS: Final = 2000
_ENCRYPTED_FLAG: Final = 0x1
_EXACT: Final = 10**15  # spreadsheets keep fifteen digits
_MIDNIGHT: Final = time()


class Sheet:
    """One sheet; rows are numbered as in the spreadsheet program."""

    encoding = "xlsx"
    separator = ","

    def __init__(self, sheet: CalamineSheet) -> None:
        self.name = sheet.name
        self._sheet = sheet
        self.head = [
            [_text(cell) or "" for cell in row] for row in islice(sheet.iter_rows(), HEAD_ROWS)
        ]

    def blocks(self, header_rows: int, width: int) -> Iterator[SheetBlock]:
        """Yield the data rows; see `reading.Table`."""
        rows = islice(self._sheet.iter_rows(), header_rows, None)
        first = header_rows + 1
        while part := list(islice(rows, BLOCK_ROWS)):
            yield SheetBlock(first, len(part), _frame(part, width))
            first += len(part)


def open_sheets(path: Path, unpacked_limit: int) -> Iterator[Sheet]:
    """Return the visible sheets that hold anything. Raises `FileRefused`."""
    _look_through(path, unpacked_limit)
    try:
        book = CalamineWorkbook.from_path(path)
        shown = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
        ]
        sheets = [sheet for name in shown if (sheet := Sheet(book.get_sheet_by_name(name))).head]
    except PasswordError:
        raise FileRefused("password_protected") from None
    except (CalamineError, ValueError):
        raise FileRefused("damaged_workbook") from None
    if not sheets:
        raise FileRefused("empty_file")
    yield from sheets


def _look_through(path: Path, unpacked_limit: int) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _bound(parts, path.stat().st_size, unpacked_limit)
            if "xl/workbook.xml" not in archive.namelist():
                raise FileRefused("binary_file")
            if archive.testzip() is not None:
                raise FileRefused("damaged_workbook")
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError):
        raise FileRefused("damaged_workbook") from None


def _bound(parts: list[zipfile.ZipInfo], size: int, unpacked_limit: int) -> None:
    if any(part.flag_bits & _ENCRYPTED_FLAG for part in parts):
        raise FileRefused("password_protected")
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > _MAX_PARTS or unpacked > _MAX_RATIO * max(size, 1):
        raise FileRefused("zip_bomb")
    if unpacked > unpacked_limit:
        raise FileRefused("workbook_too_large", limit=unpacked_limit // _MEBIBYTE)


def _frame(rows: list[list[Any]], width: int) -> pl.DataFrame:
    columns: list[list[str | None]] = [[] for _ in range(width + 1)]
    for row in rows:
        cells = [_text(cell) for cell in row]
        for place in range(width):
            columns[place].append(cells[place] if place < len(cells) else None)
        columns[width].append(next((cell for cell in cells[width:] if cell), None))
    return pl.DataFrame(columns, schema=dict.fromkeys(names(width), pl.String), orient="col")


def _text(cell: Any) -> str | None:
    """A cell as the sender sees it; a day without a time of day as a date."""
    match cell:
        case str():
            return cell or None
        case bool():
            return "TRUE" if cell else "FALSE"
        case int():
            return str(cell)
        case float():
            whole = cell.is_integer() and abs(cell) < _EXACT
            return str(int(cell)) if whole else _shortest(cell)
        case datetime():
            plain = cell.time() == _MIDNIGHT
            return str(cell.date()) if plain else cell.isoformat(" ", "seconds")
        case date() | time() | timedelta():
            return str(cell)
    return None


def _shortest(number: float) -> str:
    """Fifteen digits, the precision of spreadsheets, so that 0.1 + 0.2 reads 0.3."""
    text = f"{number:.15g}"
    return text if "e" not in text or abs(number) >= 1 else f"{number:.15f}".rstrip("0")
