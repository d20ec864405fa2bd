"""Which column of a layout a heading means: by code, by name, or by a heading met in practice.

Headings are compared in one width and case, without blanks, stars and 必填. A bracket behind a
known name is passed over only when it is a remark about the form: 证件号码（法定代表人） is
somebody else's number.
"""

import re
from collections.abc import Container, Iterable
from functools import lru_cache
from typing import Final

from scoring.catalog import Column, Layout, plain

_MARKS: Final = re.compile(r"[*★]|[(\[]?必填[)\]]?")
_BRACKET: Final = re.compile(r"(.+?)[(\[](.+)[)\]]")
_REMARK: Final = re.compile(
    r"选填|非必填|可空|可不填|文本|文本格式|日期|数字|万元|单位[:：]?万元|格式.*|y{2,4}.*|\d+位|[如例].*|[cn]\d+.*"
)
_YUAN: Final = re.compile(r"(单位:?|人民币)?元")


def spoken(heading: str) -> tuple[str, ...]:
    """A heading as it compares; of a cell with code and name on two lines, each line too."""
    lines = heading.splitlines() if "\n" in heading.strip() else []
    return tuple(_MARKS.sub("", plain(text)) for text in (heading, *lines))


@lru_cache(maxsize=1024)
def headings_of(layout: Layout) -> "Headings":
    """The headings of a layout, made once: each file is held against all layouts."""
    return Headings(layout)


def may_mean(heading: tuple[str, ...], words: Container[str]) -> bool:
    """Tell whether a spoken heading can mean a column that is called by one of these words."""
    return any(
        text in words
        or ((parts := _BRACKET.fullmatch(text)) and (parts[1] in words or parts[2] in words))
        for text in heading
    )


class Headings:
    """The headings of one layout."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._columns: dict[str, Column] = {}
        # Names and codes go before aliases, which another column may have as its name.
        for column in layout.columns:
            for heading in (column.code, column.name):
                self._columns.setdefault(plain(heading), column)
        for column in layout.columns:
            for heading in column.aliases:
                self._columns.setdefault(plain(heading), column)

    def places(self, row: Iterable[tuple[str, ...]]) -> dict[str, tuple[int, ...]]:
        """By column code, the places of a row of spoken headings that mean it."""
        places: dict[str, tuple[int, ...]] = {}
        for place, heading in enumerate(row):
            if column := self.column(heading):
                places[column.code] = (*places.get(column.code, ()), place)
        return places

    def column(self, heading: tuple[str, ...]) -> Column | None:
        """The column that a spoken heading means."""
        return next((column for text in heading if (column := self._one(text))), None)

    def words(self) -> Iterable[str]:
        """All that its columns are called."""
        return self._columns

    def in_yuan(self, heading: tuple[str, ...]) -> Column | None:
        """The column in units of 10,000 yuan that the heading announces in yuan."""
        for parts in filter(None, map(_BRACKET.fullmatch, heading)):
            column = self._columns.get(parts[1])
            if column and column.type == "wan_yuan" and _YUAN.fullmatch(parts[2]):
                return column
        return None

    def _one(self, text: str) -> Column | None:
        if (column := self._columns.get(text)) or not text:
            return column
        parts = _BRACKET.fullmatch(text)
        if parts is None:
            return None
        before, inside = self._columns.get(parts[1]), self._columns.get(parts[2])
        if before is None or inside is not None:
            return inside if before in (None, inside) else None
        return before if _REMARK.fullmatch(parts[2]) else None
