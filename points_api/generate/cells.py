"""From bare facts to the texts in a file's cells: one rule for each role and type of column."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from points_api.generate.documents import document_numbers
from points_api.generate.facts import OPEN, Facts, Ints32
from points_api.generate.habits import Habit
from points_api.generate.people import People, day_number
from points_api.generate.phrases import is_numbered, phrases
from points_api.generate.plan import Plan
from scoring.catalog import Agency, Column, ColumnType, Item, Role

# Days that can stand in a cell: the decisions' years, some before, and the terms after.
EARLIEST = date(2005, 1, 1)
LATEST = date(2065, 12, 31)

WAN_YUAN = ("0.02", "0.05", "0.1", "0.2", "0.5", "1", "2.35")  # fines, in 万元
ID_CARD = ("居民身份证", "身份证")
PERSON = "自然人"
VARIANTS = 4  # wordings of one level


Writing = Callable[["Sheet", Column], pl.Series]


@dataclass(frozen=True)
class Sheet:
    """The records of one item in one block, and everything their cells are made from."""

    plan: Plan
    place: int  # of the item
    marks: list[str]
    habit: Habit
    people: People
    facts: Facts

    @property
    def item(self) -> Item:
        return self.plan.items[self.place]

    @property
    def agency(self) -> Agency:
        return self.plan.agency(self.place)

    @property
    def rows(self) -> int:
        return len(self.facts.person)

    @cached_property
    def id_numbers(self) -> pl.Series:
        numbers = self.people.id_numbers.gather(self.facts.person)
        return numbers.str.to_lowercase() if self.habit.lower_x else numbers

    @cached_property
    def shares_decisions(self) -> bool:
        """True where a second report names organ and number of the first, not an act of its own."""
        return self.item.layout.column_of("act") is None

    @cached_property
    def documents(self) -> pl.Series:
        """The numbers of the decisions."""
        years = _texts("%Y", "").gather(_place(self.facts.decided))
        numbers = document_numbers(self.marks[self.place], years, self.facts.serial)
        if self.shares_decisions:
            for other in np.unique(self.facts.first_item).tolist():
                if other != self.place:
                    theirs = document_numbers(self.marks[other], years, self.facts.first_serial)
                    numbers = theirs.zip_with(pl.Series(self.facts.first_item == other), numbers)
        return numbers

    @cached_property
    def levels(self) -> pl.Series:
        """The wording of each level."""
        pick = self.facts.level.astype(np.int64) * VARIANTS + self.facts.taste % VARIANTS
        return level_texts(self.item).gather(pick)

    def constant(self, text: str) -> pl.Series:
        """The same text in each row; an empty cell for none."""
        return pl.repeat(text or None, self.rows, dtype=pl.String, eager=True)

    def days(self, days: Ints32, open_text: str) -> pl.Series:
        return _texts(self.habit.date, open_text).gather(_place(days))

    def picked(self, texts: tuple[str, ...], shift: int) -> pl.Series:
        """One of some texts for each row, another one for another shift."""
        cells = [text or None for text in texts]
        return pl.Series(cells, dtype=pl.String).gather((self.facts.taste >> shift) % len(texts))

    def organ(self, attribute: str) -> pl.Series:
        """Name or credit code of the deciding organ."""
        if not self.shares_decisions:
            return self.constant(str(getattr(self.agency, attribute)))
        texts = [str(getattr(self.plan.agency(n), attribute)) for n in range(len(self.marks))]
        return pl.Series(texts).gather(self.facts.first_item.astype(np.int64))


def frame(sheet: Sheet, columns: list[Column]) -> pl.DataFrame:
    """The cells of some columns, by the columns' codes."""
    return pl.DataFrame({column.code: cells_of(sheet, column) for column in columns})


def filled_columns(item: Item) -> frozenset[str]:
    """The optional columns that ever hold something."""
    return frozenset(
        column.code
        for column in item.layout.columns
        if column.role or phrases(column, item) or is_numbered(column)
        or column.type in ("wan_yuan", "date", "enum", "integer", "decimal")
    )  # fmt: skip


def level_texts(item: Item) -> pl.Series:
    """`VARIANTS` wordings of each level, weakest first; the last joins two if allowed."""
    rule = item.level
    if rule is None:
        return pl.Series([""] * VARIANTS)
    texts = []
    for n, level in enumerate(item.levels):
        own = [text for text, meant in rule.values.items() if meant == level.id] or [""]
        variants = [own[v % len(own)] for v in range(VARIANTS)]
        if rule.split and n:
            weaker = next(t for t, meant in rule.values.items() if meant == item.levels[0].id)
            variants[-1] = weaker + rule.split + own[0]
        texts += variants
    return pl.Series(texts)


@cache
def _texts(style: str, open_text: str) -> pl.Series:
    """Every day in one style; the last stands for a day that does not come."""
    days = (LATEST - EARLIEST).days + 1
    texts = [(EARLIEST + timedelta(days=n)).strftime(style) for n in range(days)]
    return pl.Series([*texts, open_text or None])


def _place(days: Ints32) -> NDArray[np.int64]:
    first = day_number(EARLIEST)
    never = (LATEST - EARLIEST).days + 1
    return np.where(days == OPEN, never, np.clip(days - first, 0, never - 1)).astype(np.int64)


def cells_of(sheet: Sheet, column: Column) -> pl.Series:
    """The cells of one column."""
    write = _BY_ROLE.get(column.role) or _BY_TYPE[column.type]
    return write(sheet, column)


def _id_type(sheet: Sheet, column: Column) -> pl.Series:
    return sheet.constant(next((t for t in ID_CARD if t in column.values), column.values[0]))


def _subject_kind(sheet: Sheet, column: Column) -> pl.Series:
    return sheet.constant(PERSON if PERSON in column.values else column.values[0])


def _act(sheet: Sheet, column: Column) -> pl.Series:
    """A number of the act that every report of it has."""
    number = sheet.facts.first_item.astype(np.int64) * 10**11 + sheet.facts.first_serial
    return column.code + pl.Series(number).cast(pl.String)


def _valid_until(sheet: Sheet, column: Column) -> pl.Series:
    return sheet.days(sheet.facts.valid, sheet.habit.never if column.required else "")


def _quantity(sheet: Sheet, column: Column) -> pl.Series:
    amounts = pl.Series(sheet.facts.quantity)
    if column.scale == 1:
        return amounts.cast(pl.String)
    return (amounts / column.scale).cast(pl.String)


def _date(sheet: Sheet, column: Column) -> pl.Series:
    """A day without a role: before the decision where it is a beginning, else after it."""
    days = 30 + (sheet.facts.taste % 300).astype(np.int32)
    if column.name.startswith(("立案", "开始")):
        return sheet.days(sheet.facts.decided - days, "")
    if not column.required:
        return sheet.days(sheet.facts.decided, "")
    after = np.where(days % 3 == 0, OPEN, sheet.facts.decided + days)
    return sheet.days(after.astype(np.int32), sheet.habit.never)


def _number(sheet: Sheet, column: Column) -> pl.Series:
    if "年度" in column.name:
        return _texts("%Y", "").gather(_place(sheet.facts.occurred))
    most = min(column.maximum or 9, 9)
    return pl.Series(1 + sheet.facts.taste % most).cast(pl.String)


def _wan_yuan(sheet: Sheet, column: Column) -> pl.Series:
    """An amount where the penalty is of that kind, and only there."""
    word = "没收" if "没收" in column.name else "罚款"
    amounts = sheet.picked(WAN_YUAN, 3)
    if word not in column.name or sheet.item.level is None:
        return amounts
    return amounts.zip_with(
        sheet.levels.str.contains(word, literal=True), sheet.constant(sheet.habit.null)
    )


def _text(sheet: Sheet, column: Column) -> pl.Series:
    if column.name == "志愿者编号":
        return "42020" + pl.Series(sheet.people.first + sheet.facts.person).cast(pl.String)
    if is_numbered(column):
        return column.code[:8] + pl.Series(sheet.facts.taste).cast(pl.String)
    texts = phrases(column, sheet.item)
    if not texts:
        return sheet.constant(sheet.habit.null)
    cells = sheet.picked(texts, 5)
    if column.required:
        return cells
    some = pl.Series((sheet.facts.taste >> 9) % 3 > 0)
    return cells.zip_with(some, sheet.constant(sheet.habit.null))


def _credit_code(sheet: Sheet, column: Column) -> pl.Series:
    """Of the subject: a natural person has none."""
    return sheet.constant(sheet.agency.credit_code if column.required else sheet.habit.null)


def _enum(sheet: Sheet, column: Column) -> pl.Series:
    return sheet.picked(column.values, 7)


_BY_ROLE: dict[Role, Writing] = {
    "item": lambda sheet, _: sheet.constant(sheet.item.code),
    "name": lambda sheet, _: sheet.people.names.gather(sheet.facts.person),
    "id_number": lambda sheet, _: sheet.id_numbers,
    "id_type": _id_type,
    "subject_kind": _subject_kind,
    "document_no": lambda sheet, _: sheet.documents,
    "decided_on": lambda sheet, _: sheet.days(sheet.facts.decided, ""),
    "occurred_on": lambda sheet, _: sheet.days(sheet.facts.occurred, ""),
    "ended_on": lambda sheet, _: sheet.days(sheet.facts.ended, ""),
    "valid_until": _valid_until,
    "unit_name": lambda sheet, _: sheet.organ("name"),
    "unit_code": lambda sheet, _: sheet.organ("credit_code"),
    "source_name": lambda sheet, _: sheet.constant(sheet.agency.name),
    "source_code": lambda sheet, _: sheet.constant(sheet.agency.credit_code),
    "state": lambda sheet, column: sheet.constant(column.values[0]),
    "act": _act,
    "level": lambda sheet, _: sheet.levels,
    "quantity": _quantity,
}
_BY_TYPE: dict[ColumnType, Writing] = {
    "name": lambda sheet, _: sheet.constant(sheet.habit.null),
    "id_number": lambda sheet, _: sheet.constant(sheet.habit.null),
    "date": _date,
    "enum": _enum,
    "integer": _number,
    "decimal": _number,
    "wan_yuan": _wan_yuan,
    "credit_code": _credit_code,
    "text": _text,
}
