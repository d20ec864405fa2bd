"""The city's records as the files of its agencies: which record goes where, and in what dress."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
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
from points_api.generate.status_changes import LAYOUT, change_frame, changed_rows
from scoring.catalog import Column

# Small enough for any reader of workbooks, and for upload limits.
EXCEL_MOST_ROWS = 50_000
CSV_MOST_BYTES = 256 * 1024**2
WHOLE, OLD, RECENT, CHANGES = range(4)
BATCHES = 4
THREADS = 2
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
        self._workers = ThreadPoolExecutor(THREADS, thread_name_prefix="generate")
        self._continued: Counter[tuple[int, int]] = Counter()
        self._open: dict[tuple[int, int], TableFile] = {}
        self._entries: dict[Path, FileEntry] = {}
        self.spoiled: list[SpoiledRow] = []

    def write_block(self, people: People, facts: Facts, draws: NDArray[np.float32]) -> None:
        """Write a block of records; `draws` decide which of them change later."""
        # Sorted once, so that each sheet is a view of the block and nothing is copied again.
        keys = facts.item.astype(np.int32) * BATCHES + self._batches(facts)
        order = np.argsort(keys, kind="stable")
        keys, facts, draws = keys[order], facts.of(order), draws[order]
        limits = np.searchsorted(keys, np.arange(len(self._plan.items) * BATCHES + 1)).tolist()

        def write(place: int) -> None:
            for batch in range(BATCHES):
                key = place * BATCHES + batch
                part = slice(limits[key], limits[key + 1])
                if part.start < part.stop:
                    mine, habit = facts.of(part), self._habits[place]
                    sheet = Sheet(self._plan, place, self._marks, habit, people, mine)
                    self._write_sheet(sheet, batch)
                    self._write_changes(sheet, draws[part])

        # All files of an item are one thread's, so the order in each is always the same.
        list(self._workers.map(write, range(len(self._plan.items))))

    def close(self) -> list[FileEntry]:
        """Finish all files; their entries in the order in which they should be taken in."""
        for file in self._open.values():
            file.close()
        self._workers.shutdown()
        entries = sorted(self._entries.values(), key=lambda entry: entry.file)
        for entry in entries:
            entry.digest = digest_of(self._folder / entry.file)
        return entries

    def _batches(self, facts: Facts) -> NDArray[np.int32]:
        """Old stock and the last year apart where there is much."""
        recent = facts.decided > day_number(self._as_of) - 365
        much = np.array(self._shares)[facts.item] > SPLIT_SHARE
        return np.where(much, np.where(recent, RECENT, OLD), WHOLE).astype(np.int32)

    def _write_sheet(self, sheet: Sheet, batch: int) -> None:
        columns = columns_of(sheet.item, sheet.habit, filled_columns(sheet.item))
        cells = frame(sheet, columns)
        bad = np.flatnonzero(sheet.facts.spoiled)
        file = self._file(sheet.place, batch, sheet.habit, columns)
        first = file.rows + 1
        cells, noted = spoil_rows(cells, sheet.item, bad, sheet.facts.taste[bad], first)
        file.append(cells)
        entry = self._entries[file.path]
        entry.rows += cells.height
        entry.spoiled += len(noted)
        self.spoiled += [SpoiledRow(entry.file, *wrong) for wrong in noted]

    def _write_changes(self, sheet: Sheet, draws: NDArray[np.float32]) -> None:
        layout = self._plan.catalog.layouts.get(LAYOUT)
        last = day_number(self._as_of)
        rows, repaired = changed_rows(sheet, last, draws)
        if layout is None or not len(rows):
            return
        file = self._file(sheet.place, CHANGES, sheet.habit, list(layout.columns))
        file.append(change_frame(sheet, rows, repaired, last))
        self._entries[file.path].rows += len(rows)

    def _file(self, place: int, batch: int, habit: Habit, columns: list[Column]) -> TableFile:
        """The file of an item's batch; the next one where it is full."""
        file = self._open.get((place, batch))
        if file is not None and not _is_full(file):
            return file
        if file is not None:
            file.close()
        continued = self._continued[place, batch]
        self._continued[place, batch] += 1
        agency, item = self._plan.agency(place), self._plan.items[place]
        title = f"{item.title}_{STATUS_TITLE}" if batch == CHANGES else item.title
        name = f"9{place + 1:03d}" if batch == CHANGES else f"0{place + 1:03d}"
        name += f"_{agency.name}_{title}"
        name += f"_第{batch}批" if batch in (OLD, RECENT) else ""
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
            file=path.name, agency=agency.id, item=item.code, changes=batch == CHANGES,
            header_rows=len(titles) + 1,
        )  # fmt: skip
        return made


def expected_shares(plan: Plan) -> list[float]:
    """What part of all records each item is expected to have."""
    weights = [kind.share * kind.records for kind in ALL_KINDS]
    slots = [np.bincount(row, minlength=len(plan.items)) / row.size for row in plan.choices]
    total = sum(weight * row for weight, row in zip(weights, slots, strict=True)) / sum(weights)
    return [float(share) for share in total]


def _is_full(file: TableFile) -> bool:
    if isinstance(file, ExcelFile):
        return file.rows >= EXCEL_MOST_ROWS
    return file.bytes >= CSV_MOST_BYTES
