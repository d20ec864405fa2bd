"""A run of consecutive rows of a delivered table, parsed only when somebody asks for its frame.

So one thread can cut a file into blocks, which is quick, and several can parse and check them.
"""

from dataclasses import dataclass
from typing import Final, Protocol

import polars as pl

from points_api.deliveries.verdicts import FileRefused

BEYOND: Final = "beyond"
"""The column that holds what stands to the right of the header's last column."""


class Block(Protocol):
    """Rows `first_row` and on, as numbered by the sender."""

    @property
    def first_row(self) -> int: ...

    @property
    def rows(self) -> int: ...

    def frame(self) -> pl.DataFrame:
        """The cells as text, null where empty; columns are named by their place: 0, 1 … beyond."""
        ...

    def is_tidy(self) -> bool:
        """Tell that no cell has a blank, a tab or an apostrophe, so none has to be trimmed."""
        ...

    def original(self) -> memoryview:
        """The same rows as CSV in UTF-8, cell by cell as delivered, without a header."""
        ...


def names(width: int) -> list[str]:
    """The column names of a block's frame."""
    return [*map(str, range(width)), BEYOND]


@dataclass(frozen=True, slots=True)
class CsvBlock:
    """Whole rows of a CSV file, below a line with the names of the columns."""

    first_row: int
    rows: int
    content: bytes
    separator: str
    encoding: str
    width: int

    def frame(self) -> pl.DataFrame:
        content = self._utf8()
        try:
            return pl.read_csv(
                content,
                infer_schema=False,
                separator=self.separator,
                truncate_ragged_lines=True,
            ).rechunk()  # every later step costs per chunk
        except pl.exceptions.ComputeError:
            self._decode("utf-8")  # says where it is not
            raise

    def is_tidy(self) -> bool:
        marks = (b" ", b"'") if self.separator == "\t" else (b" ", b"'", b"\t")
        return not any(mark in self.content for mark in marks)

    def original(self) -> memoryview:
        content = self._utf8()
        return memoryview(content)[content.index(b"\n") + 1 :]

    def _utf8(self) -> bytes:
        if self.encoding != "gb18030":
            return self.content  # the parser verifies it
        return self._decode("gb18030").encode()

    def _decode(self, encoding: str) -> str:
        try:
            return self.content.decode(encoding)
        except UnicodeDecodeError as error:
            before = self.content.count(b"\n", 0, error.start) - 1
            raise FileRefused(
                "wrong_encoding", row=self.first_row + before, encoding=encoding.upper()
            ) from None


@dataclass(frozen=True, slots=True)
class SheetBlock:
    """Rows of a worksheet."""

    first_row: int
    rows: int
    cells: pl.DataFrame

    def frame(self) -> pl.DataFrame:
        return self.cells

    def is_tidy(self) -> bool:
        return False

    def original(self) -> memoryview:
        return memoryview(self.cells.write_csv(include_header=False).encode())
