"""The rejected rows as a file in the sender's own columns, with what is wrong behind each.

Corrected in any spreadsheet program it can be sent again as it is: our four columns are read past.
Programs read long numbers in CSV as figures and destroy ID numbers, and take a leading = for a
formula; a tab or an apostrophe in front keeps them from it and is taken off when the file is read.
"""

import asyncio
import csv
import io
import re
import zlib
from collections.abc import AsyncIterator, Iterable
from typing import Final

from points_api.crypto.keyring import Keyring
from points_api.deliveries.csv_table import separator_of
from points_api.deliveries.matching import OWN_COLUMNS
from points_api.deliveries.models import Delivery, DeliveryChunk, DeliveryError
from points_api.deliveries.preparing import CHUNK
from points_api.deliveries.verdicts import reason
from points_api.language import Language
from scoring.catalog import Layout

BOM: Final = "\ufeff"
_LONG_NUMBER: Final = re.compile(r"\d{11,}[Xx]?")
_FORMULA: Final = ("=", "+", "-", "@")


async def error_file(
    delivery: Delivery, layout: Layout, keyring: Keyring, language: Language
) -> AsyncIterator[str]:
    """Yield the file piece by piece: a byte order mark, the header, the rows in their order."""
    words = _Words(layout, language)
    runs = DeliveryChunk.filter(delivery_id=delivery.id).order_by("first_row")
    for number, (chunk_id, first, last) in enumerate(
        await runs.values_list("id", "first_row", "last_row")
    ):
        found = await _refusals(delivery, first, last)
        if number and not found:
            continue
        chunk = await DeliveryChunk.get(id=chunk_id)
        header, *rows = await asyncio.to_thread(_opened, keyring, chunk.content)
        kept = [place for place, heading in enumerate(header) if heading not in OWN_COLUMNS]
        if not number:
            yield BOM + _lines([[*(header[place] for place in kept), *OWN_COLUMNS]])
        yield _lines(
            [*_cells(rows[row_no - first], kept), str(row_no), *words.of(said)]
            for row_no, said in found.items()
        )


class _Words:
    """What stands in our columns: the headings of the columns, the codes, and the reasons."""

    def __init__(self, layout: Layout, language: Language) -> None:
        self._columns = {column.code: column for column in layout.columns}
        self._language = language

    def of(self, said: list[tuple[str, str]]) -> tuple[str, str, str]:
        columns = [self._columns.get(code) for code, _ in said]
        names = [column.name for column in columns if column]
        codes = [code for _, code in said]
        reasons = [
            reason(code, column).say(self._language)
            for code, column in zip(codes, columns, strict=True)
        ]
        return "；".join(names), ";".join(codes), "；".join(reasons)


async def _refusals(delivery: Delivery, first: int, last: int) -> dict[int, list[tuple[str, str]]]:
    """Column and code of each refusal, by row."""
    found: dict[int, list[tuple[str, str]]] = {}
    rows = DeliveryError.filter(delivery_id=delivery.id, row_no__gte=first, row_no__lte=last)
    for row in await rows.order_by("row_no", "id").values("row_no", "column", "code"):
        found.setdefault(row["row_no"], []).append((row["column"], row["code"]))
    return found


def _opened(keyring: Keyring, content: bytes) -> list[list[str]]:
    """The header and the rows of a chunk."""
    text = zlib.decompress(keyring.decrypt(content, CHUNK)).decode()
    separator = separator_of([text[: text.index("\n")]])
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


def _cells(row: list[str], kept: list[int]) -> list[str]:
    return [_protected(row[place]) if place < len(row) else "" for place in kept]


def _protected(cell: str) -> str:
    if _LONG_NUMBER.fullmatch(cell):
        return f"\t{cell}"
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _lines(rows: Iterable[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
