"""What a generated folder holds: `manifest.json` for programs, `spoiled.csv` for the proof."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

MANIFEST = "manifest.json"
SPOILED = "spoiled.csv"


@dataclass
class FileEntry:
    """One file. `rows` are those under its header, `header_rows` the lines above them."""

    file: str
    agency: str = ""
    item: str = ""
    rows: int = 0
    spoiled: int = 0
    header_rows: int = 0
    repeat_of: str = ""
    changes: bool = False  # tells what became of records in other files
    digest: str = ""

    @property
    def records(self) -> int:
        """Rows that are right and new."""
        return 0 if self.repeat_of or self.changes else self.rows - self.spoiled


@dataclass(frozen=True, order=True)
class SpoiledRow:
    """A row spoiled on purpose: its number as the sender sees it, and the code to be answered."""

    file: str
    row: int
    column: str
    code: str


@dataclass(frozen=True)
class Summary:
    """What was generated. `records` are those in right rows, each counted once."""

    folder: Path
    seed: int
    people: int
    records: int
    rows: int
    spoiled: int
    files: tuple[FileEntry, ...]


def write_spoiled(folder: Path, rows: Iterable[SpoiledRow]) -> None:
    """List the spoiled rows."""
    with (folder / SPOILED).open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(("file", "row", "column", "code"))
        lines.writerows((row.file, row.row, row.column, row.code) for row in sorted(rows))


def write_manifest(summary: Summary, settings: Mapping[str, object]) -> None:
    """Write the manifest: settings, totals, and each file in the order to take them in."""
    document = {
        **settings,
        "people": summary.people,
        "records": summary.records,
        "rows": summary.rows,
        "spoiled": summary.spoiled,
        "files": [_entry(entry) for entry in summary.files],
    }
    text = json.dumps(document, ensure_ascii=False, indent=1)
    (summary.folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


def totals(files: Sequence[FileEntry]) -> tuple[int, int, int]:
    """Records, rows and spoiled rows of all files."""
    return (
        sum(entry.records for entry in files),
        sum(entry.rows for entry in files),
        sum(entry.spoiled for entry in files),
    )


def _entry(entry: FileEntry) -> dict[str, object]:
    return {**asdict(entry), "records": entry.records}
