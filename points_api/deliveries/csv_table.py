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


class _EndlessRow(Exception):
    """No row ends where one should have long ended."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.content = content


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
        row = header_rows + 1
        try:
            for content in self._contents(self._ends[header_rows], heading):
                if not self._encoding and not content.isascii():
                    self._encoding = _encoding_of(content)
                rows = _count_rows(content, len(heading), row, self.separator)
                yield CsvBlock(row, rows, content, self.separator, self.encoding, width)
                row += rows
        except _EndlessRow as endless:
            _count_rows(endless.content, len(heading), row, self.separator)  # may know better
            raise FileRefused("row_too_long", row=row) from None

    def _contents(self, offset: int, heading: bytes) -> Iterator[bytes]:
        """Whole rows below the heading. One buffer for the whole file: fresh memory costs more."""
        begin = len(heading)
        longest = 2 * self._block_bytes
        buffer = bytearray(heading) + bytearray(longest + self._block_bytes)
        view = memoryview(buffer)
        filled = begin
        with self._path.open("rb", buffering=0) as file:
            file.seek(offset)
            while got := file.readinto(view[filled : filled + self._block_bytes]):
                filled += got
                cut = _last_row_end(buffer, begin, filled)
                if filled - cut > longest:
                    # A quote that never closes must not take the whole file into memory.
                    raise _EndlessRow(bytes(view[:filled]))
                if cut > begin:
                    yield bytes(view[:cut])
                    rest = bytes(view[cut:filled])
                    filled = begin + len(rest)
                    view[begin:filled] = rest
        if filled > begin:
            yield bytes(view[:filled])


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


def _last_row_end(buffer: bytearray, begin: int, filled: int) -> int:
    """Where the last whole row ends; `begin` where none does."""
    end = max(buffer.rfind(b"\n", begin, filled) + 1, begin)
    if buffer.find(b'"', begin, end) < 0:  # ten times faster than to count none
        return end
    inside = buffer.count(b'"', begin, end) % 2 == 1
    while end > begin and inside:
        earlier = max(buffer.rfind(b"\n", begin, end - 1) + 1, begin)
        inside ^= buffer.count(b'"', earlier, end) % 2 == 1
        end = earlier
    return end


def _count_rows(content: bytes, begin: int, row: int, separator: str) -> int:
    """Count the rows of a block, and refuse marks that neither open nor close a whole cell."""
    if b"\0" in content:
        raise FileRefused("binary_file")
    rows = not content.endswith(b"\n")  # the last row of a file may lack its line end
    text = np.frombuffer(content, np.uint8)[begin:]
    if b'"' not in content:
        return rows + int(np.count_nonzero(text == _NEWLINE))
    marks = np.flatnonzero(text == _QUOTE)
    ends = np.flatnonzero(text == _NEWLINE)
    ends = ends[np.searchsorted(marks, ends) % 2 == 0]
    wrong = _misplaced(text, marks, ord(separator))
    if wrong is not None:
        raise FileRefused("broken_quotes", row=row + int(np.searchsorted(ends, wrong)))
    return rows + len(ends)


def _misplaced(text: np.ndarray, marks: np.ndarray, separator: int) -> int | None:
    """The first mark that is out of place. A doubled one inside a cell closes and opens again."""
    opening, closing = marks[0::2], marks[1::2]
    before = text[np.maximum(opening - 1, 0)]
    opens = (opening == 0) | np.isin(before, (separator, _NEWLINE, _QUOTE))
    after = text[np.minimum(closing + 1, len(text) - 1)]
    last = closing == len(text) - 1
    closes = last | np.isin(after, (separator, _NEWLINE, _RETURN, _QUOTE))
    unpaired = opening[len(closing) :]
    wrong = [*opening[~opens][:1], *closing[~closes][:1], *unpaired]
    return int(min(wrong)) if wrong else None
