"""Write a file as its agency would, block by block, and say what became of it.

CSV is appended as it comes. Excel workbooks are written row by row, with a fixed day of making,
so that the same city has the same bytes.
"""

import csv
import hashlib
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol

import polars as pl
import xlsxwriter

from points_api.generate.habits import Habit
from scoring.catalog import Column

MADE = datetime(2026, 1, 1, tzinfo=UTC)
NUMBERS = ("integer", "decimal", "wan_yuan")


class TableFile(Protocol):
    """A file under construction. `rows` are the lines so far, titles and header included."""

    path: Path
    rows: int
    bytes: int

    def append(self, frame: pl.DataFrame) -> None: ...

    def close(self) -> None: ...


class CsvFile:
    """A CSV file in the agency's encoding and line ends."""

    def __init__(
        self, path: Path, habit: Habit, titles: Sequence[str], header: Sequence[str]
    ) -> None:
        self.path = path
        self._encoding = habit.encoding
        self._newline = habit.newline
        top = io.StringIO()
        lines = csv.writer(top, lineterminator=habit.newline)
        lines.writerows([[title] for title in titles])
        lines.writerow(header)
        self._file = path.open("wb")
        self._file.write(top.getvalue().encode(habit.encoding))
        self.rows = len(titles) + 1
        self.bytes = 0

    def append(self, frame: pl.DataFrame) -> None:
        if self._encoding == "gb18030":
            text = io.BytesIO()
            frame.write_csv(text, include_header=False, line_terminator=self._newline)
            self._file.write(str(text.getbuffer(), "utf-8").encode(self._encoding))
        else:
            # Straight into the file: twice as fast as by way of memory.
            self._file.flush()
            frame.write_csv(self._file, include_header=False, line_terminator=self._newline)
        self.rows += frame.height
        self.bytes = self._file.tell()

    def close(self) -> None:
        self._file.close()


class ExcelFile:
    """A workbook of one sheet: text cells, or days and numbers as such where that is the habit."""

    def __init__(
        self, path: Path, habit: Habit, titles: Sequence[str], columns: Sequence[Column],
        header: Sequence[str],
    ) -> None:  # fmt: skip
        self.path = path
        self._columns = columns
        self._as_cells = habit.date_cells
        self._book = xlsxwriter.Workbook(path, {"constant_memory": True})
        self._book.set_properties({"created": MADE.replace(tzinfo=None)})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._sheet = self._book.add_worksheet("Sheet1")
        for row, title in enumerate(titles):
            self._sheet.write_string(row, 0, title)
        for place, text in enumerate(header):
            self._sheet.write_string(len(titles), place, text)
        self.rows = len(titles) + 1
        self.bytes = 0

    def append(self, frame: pl.DataFrame) -> None:
        for cells in frame.iter_rows():
            for place, (text, column) in enumerate(zip(cells, self._columns, strict=True)):
                if text is not None:
                    self._write(self.rows, place, text, column)
            self.rows += 1

    def close(self) -> None:
        self._book.close()

    def _write(self, row: int, place: int, text: str, column: Column) -> None:
        if self._as_cells and column.type == "date" and (day := _day(text)):
            self._sheet.write_datetime(row, place, day, self._day)
        elif self._as_cells and column.type in NUMBERS and (number := _number(text)) is not None:
            self._sheet.write_number(row, place, number)
        else:
            self._sheet.write_string(row, place, text)


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def _day(text: str) -> date | None:
    """The day, if it is one that a workbook can hold."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year > 1900 else None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
