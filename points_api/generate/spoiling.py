"""Rows spoiled on purpose, each in one known way, so that a check can be held to account.

Each mistake is one that real deliveries contain; `code` is what the check must answer
(`points_api/deliveries/verdicts.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from points_api.identifiers.id_number import check_character
from scoring.catalog import Column, ColumnType, Item, Role

Spoil = Callable[[str], str]


@dataclass(frozen=True)
class Mistake:
    """A way to spoil the cell of one role or, without one, of one type."""

    code: str
    spoil: Spoil
    role: Role = ""
    type: ColumnType | None = None

    def column(self, item: Item) -> Column | None:
        """The column of the item it can be made in."""
        for column in item.layout.columns:
            if column.legacy or (self.role and column.role != self.role):
                continue
            if self.type is None or column.type == self.type:
                return column
        return None


class Spoiled(NamedTuple):
    """A spoiled row: its number for the sender, the column's code and the code expected for it."""

    row: int
    column: str
    code: str


def _wrong_check(number: str) -> str:
    return number[:-1] + ("7" if number[-1] != "7" else "3")


def _no_birthday(number: str) -> str:
    return number[:10] + "0230" + number[14:]


def _rounded(number: str) -> str:
    """As a spreadsheet keeps it: fifteen digits and three zeros, which may not be valid by luck."""
    first = number[:15]
    if check_character(first + "00") == "0":
        first = first[:14] + str((int(first[14]) + 1) % 10)
    return first + "000"


def _always(text: str) -> Spoil:
    return lambda _: text


MISTAKES = (
    Mistake("id_number.check_character", _wrong_check, "id_number"),
    Mistake("id_number.masked", lambda n: n[:6] + "********" + n[14:], "id_number"),
    Mistake("id_number.birth_date", _no_birthday, "id_number"),
    Mistake("id_number.length", lambda n: n[:16], "id_number"),
    Mistake("id_number.scientific", lambda n: f"{n[0]}.{n[1:6]}E+17", "id_number"),
    Mistake("id_number.rounded", _rounded, "id_number"),
    Mistake("required", _always(""), "document_no"),
    Mistake("too_long", lambda number: number + "附" * 128, "document_no"),
    Mistake("required", _always(""), "name"),
    Mistake("masked_name", lambda name: name[0] + "*" * (len(name) - 1), "name"),
    Mistake("not_natural_person", _always("法人及非法人组织"), "subject_kind"),
    Mistake("id_type_unsupported", _always("护照号"), "id_type"),
    Mistake("not_in_list", _always("特级"), "level", "enum"),
    Mistake("date_not_real", _always("2025-13-05"), "decided_on"),
    Mistake("date_unreadable", _always("去年三月"), "decided_on"),
    Mistake("date_in_future", _always("2048-03-01"), "decided_on"),
    Mistake("date_too_early", _always("1890-01-01"), "decided_on"),
    Mistake("not_in_force", _always("1998-06-01"), "decided_on"),
    Mistake("ended_before", _always("1998-06-01"), "ended_on"),
    Mistake("valid_before", _always("1998-06-01"), "valid_until"),
    Mistake("credit_code.check_character", _wrong_check, "unit_code"),
    Mistake("credit_code.length", lambda code: code[:-2], "source_code"),
    Mistake("other_item", _always("petition.visits"), "item"),
    Mistake("number_unreadable", _always("若干"), "quantity"),
    Mistake("number_too_fine", _always("1.2345"), "quantity"),
    Mistake("number_out_of_range", _always("-3"), "quantity"),
    Mistake("looks_like_yuan", _always("50000"), type="wan_yuan"),
)

# By these a reader finds out what a file is; near the top they would spoil the whole file.
TELLING: tuple[Role, ...] = ("item", "source_code")
HEAD_ROWS = 50


def possible(item: Item) -> list[tuple[Mistake, Column]]:
    """The mistakes that can be made in a row of an item."""
    columns = [(mistake, mistake.column(item)) for mistake in MISTAKES]
    return [
        (mistake, column)
        for mistake, column in columns
        if column is not None
        and not (mistake.code == "not_natural_person" and column.values[1] != "法人及非法人组织")
        and not (mistake.code == "id_type_unsupported" and "护照号" not in column.values)
    ]


def spoil_rows(
    frame: pl.DataFrame, item: Item, rows: NDArray[np.int64], draws: NDArray[np.uint32], first: int
) -> tuple[pl.DataFrame, list[Spoiled]]:
    """Spoil some rows of a frame whose first is the file's row `first`, as each one's draw says."""
    ways = possible(item)
    way = (draws >> 11) % len(ways)
    telling = [n for n, (mistake, _) in enumerate(ways) if mistake.role in TELLING]
    way[np.isin(way, telling) & (rows + first <= HEAD_ROWS)] = 0
    noted: list[Spoiled] = []
    for n, (mistake, column) in enumerate(ways):
        here = rows[way == n]
        if not len(here):
            continue
        cells = frame[column.code]
        wrong = [mistake.spoil(cell or "") or None for cell in cells.gather(here)]
        frame = frame.with_columns(cells.scatter(here, wrong))
        noted += [Spoiled(first + row, column.code, mistake.code) for row in here.tolist()]
    return frame, noted
