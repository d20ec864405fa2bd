"""CSV in UTF-8, with or without a mark, or GB18030, cut into blocks of whole rows.

A block ends at a line end outside quotes. In well-formed CSV a quotation mark opens a cell only at
its very beginning and closes it at its very end, so a line end is outside where an even number of
marks stands before it. Marks in other places would shift rows without a trace: they are refused.
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np

from points_api.deliveries.blocks import CsvBlock, names
from points_api.deliveries.verdicts import FileRefused

HEAD_ROWS: Final = 40
HEAD_BYTES: Final = 512 * 1024
_BOM: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS: Final = (",", "\t", ";")
_QUOTE, _NEWLINE, _RETURN = 0x22, 0x0A, 0x0D


class CsvTable:
    """One CSV file. The beginning is read at once, the blocks as they are asked for."""

    name = ""

    def __init__(self, path: Path, block_bytes: int) -> None:
        self._path = path
        self._block_bytes = block_bytes
        with path.open("rb") as file:
            first = file.read(HEAD_BYTES)
        if first.startswith(_UTF16_MARKS):
            raise FileRefused("wrong_encoding", row=1, encoding="UTF-8")
        if b"\0" in first:
            raise FileRefused("binary_file")
        start = len(_BOM) if first.startswith(_BOM) else 0
        rows = _first_rows(first[start:], whole=len(first) < HEAD_BYTES)
        self._ends = np.cumsum([start, *map(len, rows)]).tolist()
        first_telling = next((row for row in rows if not row.isascii()), b"")
        self._encoding = "utf-8-sig" if start else _encoding_of(first_telling)
        texts = [_decoded(row, self.encoding, number) for number, row in enumerate(rows, 1)]
        self.separator = separator_of(texts)
        self.head = [_cells(text, self.separator) for text in texts]

    @property
    def encoding(self) -> str:
        return self._encoding or "utf-8"

    def blocks(self, header_rows: int, width: int) -> Iterator[CsvBlock]:
        """Yield the data rows; see `reading.Table`."""
        heading = self.separator.join(names(width)).encode() + b"\n"
        for row, rows, content in self._contents(header_rows, heading):
            if not self._encoding and not content.isascii():
                self._encoding = _encoding_of(content)
            yield CsvBlock(row, rows, content, self.separator, self.encoding, width)

    def _contents(self, header_rows: int, heading: bytes) -> Iterator[tuple[int, int, bytes]]:
        """The number of the first row, how many they are, and they themselves below the heading."""
        begin = filled = len(heading)
        longest = 2 * self._block_bytes
        # One buffer for the whole file: fresh memory costs more. What is not used of it, nothing.
        buffer = bytearray(begin + longest + self._block_bytes)
        buffer[:begin] = heading
        view, text = memoryview(buffer), np.frombuffer(buffer, np.uint8)
        row = header_rows + 1
        with self._path.open("rb", buffering=0) as file:
            file.seek(self._ends[header_rows])
            while got := file.readinto(view[filled : filled + self._block_bytes]):
                filled += got
                if buffer.find(0, begin, filled) >= 0:
                    raise FileRefused("binary_file")
                marks, ends = _marks_and_ends(text[begin:filled])
                if len(ends):
                    cut = begin + int(ends[-1]) + 1
                    self._refuse_misplaced(text[begin:cut], marks, ends, row)
                    yield row, len(ends), bytes(view[:cut])
                    row += len(ends)
                    rest = bytes(view[cut:filled])
                    filled = begin + len(rest)
                    view[begin:filled] = rest
                elif filled - begin > longest:
                    # A quote that never closes must not take the whole file into memory.
                    self._refuse_misplaced(text[begin:filled], marks, ends, row)
                    raise FileRefused("row_too_long", row=row)
        if filled > begin:  # the last row of a file may lack its line end
            self._refuse_misplaced(text[begin:filled], *_marks_and_ends(text[begin:filled]), row)
            yield row, 1, bytes(view[:filled])

    def _refuse_misplaced(
        self, text: np.ndarray, marks: np.ndarray, ends: np.ndarray, row: int
    ) -> None:
        """Refuse marks that neither open nor close a whole cell."""
        marks = marks[: np.searchsorted(marks, len(text))]
        wrong = _misplaced(text, marks, ord(self.separator)) if len(marks) else None
        if wrong is not None:
            raise FileRefused("broken_quotes", row=row + int(np.searchsorted(ends, wrong)))


def _first_rows(start: bytes, *, whole: bool) -> list[bytes]:
    """The rows among which the header is looked for, each with its line end."""
    rows: list[bytes] = []
    at = 0
    while at < len(start) and len(rows) < HEAD_ROWS:
        end = start.find(b"\n", at) + 1
        while end and start.count(b'"', at, end) % 2:
            end = start.find(b"\n", end) + 1
        if not end and rows and not whole:
            break  # cut off in the middle
        end = end or len(start)
        rows.append(start[at:end])
        at = end
    return rows


def separator_of(texts: Sequence[str]) -> str:
    """The mark that separates most cells of the usual row; titles and busy cells do not count."""
    return max(_SEPARATORS, key=lambda mark: median(text.count(mark) for text in texts))


def _cells(text: str, separator: str) -> list[str]:
    # A lone carriage return, which older programs leave behind, would be an error to the reader.
    return next(csv.reader([text.rstrip("\r\n").replace("\r", "")], delimiter=separator), [])


def _decoded(row: bytes, encoding: str, number: int) -> str:
    try:
        return row.decode(encoding)
    except UnicodeDecodeError:
        raise FileRefused("wrong_encoding", row=number, encoding=encoding.upper()) from None


def _encoding_of(text: bytes) -> str:
    """UTF-8 or GB18030; '' while all is ASCII. A header in GB18030 is not UTF-8 by chance."""
    if text.isascii():
        return ""
    try:
        text.decode()
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _marks_and_ends(text: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where quotation marks stand, and where rows end."""
    marks = np.flatnonzero(text == _QUOTE)
    ends = np.flatnonzero(text == _NEWLINE)
    return marks, ends[np.searchsorted(marks, ends) % 2 == 0]


def _misplaced(text: np.ndarray, marks: np.ndarray, separator: int) -> int | None:
    """The first mark that is out of place. A doubled one inside a cell closes and opens again."""
    opening, closing = marks[0::2], marks[1::2]
    before = text[np.maximum(opening - 1, 0)]
    opens = (opening == 0) | _among(before, separator, _NEWLINE, _QUOTE)
    after = text[np.minimum(closing + 1, len(text) - 1)]
    last = closing == len(text) - 1
    closes = last | _among(after, separator, _NEWLINE, _RETURN, _QUOTE)
    unpaired = opening[len(closing) :]
    wrong = [*opening[~opens][:1], *closing[~closes][:1], *unpaired]
    return int(min(wrong)) if wrong else None


def _among(text: np.ndarray, *marks: int) -> np.ndarray:
    """Which bytes are one of the marks."""
    table = np.zeros(256, bool)
    table[list(marks)] = True
    return np.asarray(table[text])
