"""From the first rows of a delivered table to the layout, the columns and the catalog item.

Layouts of our own carry 目录编码; the published ones are recognized by their headings, and the item
then follows from the source unit's code, unless the sender names it. A column that the layout does
not have stays in the original and is not read, unless the law forbids to collect it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from points_api.deliveries.cells import bare
from points_api.deliveries.headings import Headings, headings_of, may_mean, spoken
from points_api.deliveries.reading import Table
from points_api.deliveries.verdicts import FileRefused
from scoring.catalog import Catalog, Column, Item, Layout, Role
from scoring.denied import refused_column

OWN_COLUMNS: Final = ("错误行号", "错误列", "错误代码", "错误说明")
"""What our error file adds; read past, so that the corrected file can be sent as it is."""

STATUS_CHANGE: Final = "status_change"
_FEWEST: Final = 3  # recognized headings that make a row a header


@dataclass(frozen=True, slots=True)
class Match:
    """How to read a table: `columns` has by code the places where each layout column stands."""

    item: Item
    versions: tuple[Item, ...]  # of the item, one per term, oldest first
    layout: Layout
    header_rows: int
    headings: tuple[str, ...]
    columns: dict[str, tuple[int, ...]]
    unread: tuple[str, ...]

    def column(self, code: str) -> Column | None:
        """The layout's column of this code."""
        return next((column for column in self.layout.columns if column.code == code), None)


@dataclass(frozen=True, slots=True)
class _Header:
    rows: int
    headings: tuple[str, ...]
    layout: Layout


def match(
    tables: Sequence[Table],
    catalog: Catalog,
    item_code: str | None = None,
    agency: str | None = None,
) -> tuple[Table, Match]:
    """Find the table with data and how to read it. Raises `FileRefused`.

    `item_code` is the sender's word for the item; `agency` leaves only the items of that agency.
    """
    known = [headings_of(layout) for layout in _layouts(catalog, item_code)]
    found = [(table, header) for table in tables if (header := _header(table.head, known))]
    if not found:
        raise FileRefused("unknown_layout", rows=len(tables[0].head))
    if len(found) > 1:
        raise FileRefused("several_sheets", sheets="、".join(table.name for table, _ in found))
    table, header = found[0]
    sample = table.head[header.rows :]
    if not any(cell.strip() for row in sample for cell in row):
        raise FileRefused("only_header")
    items = _items(catalog, header, sample, item_code, agency)
    layout = header.layout if header.layout.id == STATUS_CHANGE else items[-1].layout
    headings = headings_of(layout)
    columns = headings.places(map(spoken, header.headings))
    unread = _unread(header.headings, columns)
    _refuse_unread(headings, unread)
    _require(layout, columns, named=item_code is not None)
    return table, Match(
        items[-1], tuple(items), layout, header.rows, header.headings, columns, unread
    )


def _layouts(catalog: Catalog, item_code: str | None) -> list[Layout]:
    """Those that may stand in the file."""
    layouts = [item.layout for item in catalog.items if item_code in (None, item.code)]
    if not layouts:
        raise FileRefused("unknown_item")
    if STATUS_CHANGE in catalog.layouts:
        layouts.append(catalog.layouts[STATUS_CHANGE])
    return list({layout.id: layout for layout in layouts}.values())


def _header(head: list[list[str]], known: list[Headings]) -> _Header | None:
    """The row with most headings of one layout, joined with header rows right below it."""
    rows = [[spoken(cell) for cell in row] for row in head]
    words = {word for headings in known for word in headings.words()}
    scores = [
        (len(headings.places(row)), -number, headings)
        for number, row in enumerate(rows)
        if sum(may_mean(heading, words) for heading in row) >= _FEWEST  # rows of data are not
        for headings in known
    ]
    score, minus_number, headings = max(scores, key=lambda one: one[:2], default=(0, 0, known[0]))
    if score < _FEWEST:
        return None
    first = last = -minus_number
    # Some templates name each column twice: codes in one row, Chinese names in the next.
    while last + 1 < len(rows) and len(headings.places(rows[last + 1])) >= _FEWEST:
        last += 1
    texts = _joined(headings, head[first : last + 1])
    return _Header(last + 1, texts, headings.layout)


def _joined(headings: Headings, rows: list[list[str]]) -> tuple[str, ...]:
    """Per place the first of several header cells that means a column, else the uppermost."""
    texts = []
    for place in range(max(map(len, rows))):
        cells = [_cell(row, place) for row in rows]
        known = (cell for cell in cells if headings.column(spoken(cell)))
        texts.append(next(known, cells[0]))
    while not texts[-1].strip():
        texts.pop()
    return tuple(texts)


def _cell(row: list[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def _items(
    catalog: Catalog,
    header: _Header,
    sample: list[list[str]],
    item_code: str | None,
    agency: str | None,
) -> list[Item]:
    """The versions of the one item that the table holds, oldest first."""
    if item_code is not None:
        items = [item for item in catalog.items if item.code == item_code]
    elif header.layout.column_of("item") is not None:
        codes = _values(header, sample, "item")
        items = [item for item in catalog.items if item.code in codes]
    else:
        items = [item for item in catalog.items if item.layout.id == header.layout.id]
    if not items:
        raise FileRefused("unknown_item")
    if agency is not None:
        items = [item for item in items if item.agency == agency]
        if not items:
            raise FileRefused("other_agency")
    if len({item.code for item in items}) > 1:
        sources = _values(header, sample, "source_code")
        own = [item for item in items if catalog.agencies[item.agency].credit_code in sources]
        items = own or items
    candidates = {item.code: item.title for item in items}
    if len(candidates) > 1:
        listed = "、".join(f"{code}（{title}）" for code, title in sorted(candidates.items()))
        raise FileRefused("ambiguous_item", candidates=listed)
    return sorted(items, key=lambda item: item.in_force_from)


def _values(header: _Header, sample: list[list[str]], role: Role) -> set[str]:
    """What stands in the column of a role in the first rows."""
    column = header.layout.column_of(role)
    places = headings_of(header.layout).places(map(spoken, header.headings))
    wanted = places.get(column.code, ()) if column else ()
    return {bare(_cell(row, place)) for row in sample for place in wanted}


def _require(layout: Layout, columns: dict[str, tuple[int, ...]], *, named: bool) -> None:
    """Refuse a header that lacks a required column; an item that was named needs none."""
    missing = [
        column.name
        for column in layout.columns
        if column.required and column.code not in columns and not (named and column.role == "item")
    ]
    if missing:
        raise FileRefused("missing_columns", layout=layout.title, columns="、".join(missing))


def _unread(headings: Sequence[str], columns: dict[str, tuple[int, ...]]) -> tuple[str, ...]:
    """Headings that no column of the layout has."""
    read = {place for places in columns.values() for place in places}
    unread = [heading.strip() for place, heading in enumerate(headings) if place not in read]
    return tuple(heading for heading in unread if heading and heading not in OWN_COLUMNS)


def _refuse_unread(headings: Headings, unread: Sequence[str]) -> None:
    for heading in unread:
        if (refusal := refused_column(heading)) is not None:
            raise FileRefused(
                "denied_column", message=refusal.message, message_en=refusal.message_en
            )
        if (column := headings.in_yuan(spoken(heading))) is not None:
            raise FileRefused("wrong_unit", column=column.name)
