"""The city's records as the files of its agencies: which record goes where, and in what dress."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from points_api.generate.cells import Sheet, filled_columns, frame
from points_api.generate.documents import document_marks
from points_api.generate.facts import Facts
from points_api.generate.files import CsvFile, ExcelFile, TableFile, digest_of
from points_api.generate.habits import (
    Habit,
    columns_of,
    habit_of,
    heading,
    in_excel,
    title_lines,
)
from points_api.generate.lives import ALL_KINDS
from points_api.generate.manifest import FileEntry, SpoiledRow
from points_api.generate.people import People, day_number
from points_api.generate.plan import Plan
from points_api.generate.spoiling import spoil_rows
from points_api.generate.status_changes import LAYOUT, OFFICE, change_frame, changed_rows
from scoring.catalog import Agency, Column

# Small enough for any reader of workbooks, and for upload limits.
EXCEL_MOST_ROWS = 50_000
CSV_MOST_BYTES = 256 * 1024**2
SPLIT_SHARE = 0.03  # items with more of the records than that come in two batches
STATUS_TITLE = "信用记录状态变更"


class AgencyFiles:
    """Open files of a folder, filled block by block."""

    def __init__(
        self, folder: Path, plan: Plan, records: int, as_of: date, *, only_excel: bool
    ) -> None:
        self._folder = folder
        self._plan = plan
        self._as_of = as_of
        self._marks = document_marks(plan.items, plan.catalog.agencies)
        self._shares = expected_shares(plan)
        agencies = list(plan.catalog.agencies)
        habits = [
            habit_of(plan.agency(n), agencies, share * records)
            for n, share in enumerate(self._shares)
        ]
        self._habits = [in_excel(h, n) if only_excel else h for n, h in enumerate(habits)]
        self._open: dict[tuple[int, int], TableFile] = {}
        self._entries: dict[Path, FileEntry] = {}
        self.spoiled: list[SpoiledRow] = []

    def write_block(self, people: People, facts: Facts, draws: NDArray[np.float32]) -> None:
        """Write a block of records; `draws` decide which of them change later."""
        for place, rows in _by_item(facts, len(self._plan.items)):
            mine = facts.of(rows)
            for batch, part in self._batches(place, mine):
                sheet = Sheet(
                    self._plan, place, self._marks, self._habits[place], people, mine.of(part)
                )
                self._write_sheet(sheet, batch)
                self._write_changes(sheet, draws[rows[part]])

    def close(self) -> list[FileEntry]:
        """Finish all files; their entries in the order in which they should be taken in."""
        for file in self._open.values():
            file.close()
        entries = sorted(self._entries.values(), key=lambda entry: entry.file)
        for entry in entries:
            entry.digest = digest_of(self._folder / entry.file)
        return entries

    def _batches(self, place: int, facts: Facts) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """Old stock first and the last year after it, where there is much."""
        if self._shares[place] <= SPLIT_SHARE:
            yield 0, np.arange(len(facts.person))
            return
        recent = facts.decided > day_number(self._as_of) - 365
        for batch in (1, 2):
            rows = np.flatnonzero(recent == (batch == 2))
            if len(rows):
                yield batch, rows

    def _write_sheet(self, sheet: Sheet, batch: int) -> None:
        columns = columns_of(sheet.item, sheet.habit, filled_columns(sheet.item))
        cells = frame(sheet, columns)
        bad = np.flatnonzero(sheet.facts.spoiled)
        cells, noted = spoil_rows(cells, sheet.item, bad, sheet.facts.taste[bad])
        file = self._file(sheet.place, batch, sheet.habit, columns, sheet.agency, sheet.item.title)
        first = file.rows + 1
        file.append(cells)
        entry = self._entries[file.path]
        entry.rows += cells.height
        entry.spoiled += len(noted)
        self.spoiled += [
            SpoiledRow(entry.file, first + wrong.row, wrong.column, wrong.code) for wrong in noted
        ]

    def _write_changes(self, sheet: Sheet, draws: NDArray[np.float32]) -> None:
        layout = self._plan.catalog.layouts.get(LAYOUT)
        office = self._plan.catalog.agencies.get(OFFICE)
        if layout is None or office is None:
            return
        last = day_number(self._as_of)
        rows, repaired = changed_rows(sheet, last, draws)
        if not len(rows):
            return
        habit = Habit(encoding="utf-8-sig", newline="\r\n", titles=1)
        file = self._file(-1, 0, habit, list(layout.columns), office, STATUS_TITLE)
        file.append(change_frame(sheet, rows, repaired, last, office))
        self._entries[file.path].rows += len(rows)

    def _file(
        self, place: int, batch: int, habit: Habit, columns: list[Column],
        agency: Agency, title: str,
    ) -> TableFile:  # fmt: skip
        file = self._open.get((place, batch))
        if file is not None and not _is_full(file):
            return file
        continued = sum(entry.place == (place, batch) for entry in self._entries.values())
        if file is not None:
            file.close()
        number = f"{place + 1:03d}" if place >= 0 else "900"
        name = f"{number}_{agency.name}_{title}"
        name += f"_第{batch}批" if batch else ""
        name += f"_续{continued}" if continued else ""
        path = self._folder / f"{name}.{'xlsx' if habit.excel else 'csv'}"
        titles = title_lines(habit, agency, title, f"{self._as_of:%Y年%m月%d日}")
        header = [heading(column, habit) for column in columns]
        made: TableFile = (
            ExcelFile(path, habit, titles, columns, header)
            if habit.excel
            else CsvFile(path, habit, titles, header)
        )
        self._open[place, batch] = made
        self._entries[path] = FileEntry(
            file=path.name,
            agency=agency.id,
            item=self._plan.items[place].code if place >= 0 else LAYOUT,
            place=(place, batch),
            header_rows=len(titles) + 1,
        )
        return made


def expected_shares(plan: Plan) -> list[float]:
    """What part of all records each item is expected to have."""
    weights = [kind.share * kind.records for kind in ALL_KINDS]
    slots = [np.bincount(row, minlength=len(plan.items)) / row.size for row in plan.choices]
    total = sum(weight * row for weight, row in zip(weights, slots, strict=True)) / sum(weights)
    return [float(share) for share in total]


def _by_item(facts: Facts, items: int) -> Iterator[tuple[int, NDArray[np.int64]]]:
    order = np.argsort(facts.item, kind="stable")
    limits = np.searchsorted(facts.item[order], np.arange(items + 1))
    for place in range(items):
        if limits[place] < limits[place + 1]:
            yield place, order[limits[place] : limits[place + 1]]


def _is_full(file: TableFile) -> bool:
    if isinstance(file, ExcelFile):
        return file.rows >= EXCEL_MOST_ROWS
    return file.bytes >= CSV_MOST_BYTES
