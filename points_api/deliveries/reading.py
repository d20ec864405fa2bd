"""Open a delivered file: tell what it is, refuse what is no table, and hand out tables of text.

A table gives its first rows, in which `matching` finds the header, and then its data as blocks:
Polars frames of text with the row numbers that the sender sees. Blocks are of bounded size, so
memory does not grow with the file.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from points_api.deliveries import csv_table, workbook
from points_api.deliveries.blocks import Block
from points_api.deliveries.verdicts import FileRefused

_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_MEBIBYTE: Final = 1024**2


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes above which a file is refused, and that of the blocks it is read in.

    `unpacked` bounds what a workbook may hold. Smaller blocks need less memory, larger less work.
    """

    csv: int = 512 * _MEBIBYTE
    xlsx: int = 50 * _MEBIBYTE
    unpacked: int = 128 * _MEBIBYTE  # about 150,000 rows: the reader holds a whole sheet in memory
    block: int = 5 * _MEBIBYTE


class Table(Protocol):
    """Rows under a header that is not found yet."""

    name: str  # of the sheet; '' for CSV
    head: list[list[str]]  # the first rows, to find the header in
    separator: str  # between the cells of a block's original rows

    @property
    def encoding(self) -> str: ...

    def blocks(self, header_rows: int, width: int) -> Iterator[Block]:
        """The data below the first `header_rows` rows: `width` columns, and the cells beyond."""
        ...


def open_tables(path: Path, limits: Limits) -> list[Table]:
    """Return the tables of a file, in order. Raises `FileRefused` for what is none."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8192)
    if not start.strip():
        raise FileRefused("empty_file")
    if start.startswith(_OLE):
        raise FileRefused("password_protected" if _holds(path, _ENCRYPTED) else "old_excel")
    if zipfile.is_zipfile(path):
        _within(size, limits.xlsx)
        return list(workbook.open_sheets(path, limits.unpacked))
    _within(size, limits.csv)
    return [csv_table.CsvTable(path, limits.block)]


def _within(size: int, limit: int) -> None:
    if size > limit:
        raise FileRefused("too_large", limit=limit // _MEBIBYTE)


def _holds(path: Path, mark: bytes) -> bool:
    """Tell whether the mark stands in the file, read piece by piece."""
    tail = b""
    with path.open("rb") as file:
        while piece := file.read(_MEBIBYTE):
            if mark in tail + piece:
                return True
            tail = piece[-len(mark) :]
    return False
