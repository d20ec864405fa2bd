"""How each agency writes its files: the traps that real deliveries are known for.

Encodings, titles above the header, codes or Chinese headings or those of 2015, full-width brackets
and blanks in headings, dates with slashes, 2099 or 9999 for «no end», "null", a lower-case x.
Each agency keeps its habit; together they have all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from scoring.catalog import Agency, Column, Item

Headings = Literal["chinese", "codes", "old"]


@dataclass(frozen=True)
class Habit:
    """One way of writing files."""

    encoding: Literal["utf-8", "utf-8-sig", "gb18030"] = "utf-8"
    newline: str = "\n"
    excel: bool = False
    date_cells: bool = False  # Excel: dates and numbers as such, not as text
    headings: Headings = "chinese"
    full_width: bool = False  # brackets in headings
    blanks: bool = False  # around headings and before brackets
    titles: int = 0  # lines above the header
    date: str = "%Y-%m-%d"
    never: str = "2099-12-31"  # the last day of what does not end
    null: str = ""
    lower_x: bool = False
    lean: bool = False  # leaves out columns that nobody fills in


USUAL = (
    Habit(),
    Habit(encoding="gb18030", newline="\r\n", titles=2, full_width=True, never="9999-12-31"),
    Habit(encoding="utf-8-sig", newline="\r\n", date="%Y/%m/%d", never="2099/12/31", lean=True),
    Habit(encoding="gb18030", newline="\r\n", lower_x=True, null="null"),
    Habit(headings="codes", null="NULL"),
    Habit(titles=1, blanks=True, full_width=True, lean=True, null="null"),
    Habit(encoding="utf-8-sig", newline="\r\n", headings="codes", lower_x=True, never="9999-12-31"),
)
EXCEL = (
    Habit(excel=True, titles=2, date_cells=True),
    Habit(excel=True, full_width=True, blanks=True, lower_x=True, lean=True),
    Habit(excel=True, headings="codes", date="%Y/%m/%d", null="null"),
)
EXCEL_ONLY = frozenset(
    {"veterans", "unions", "women", "civilization", "military", "politics_law", "education"}
)
OLD_SYSTEM = "water"  # still exports as in 2015
EXCEL_ROWS = 5_000  # more rows than that nobody keeps in Excel


def habit_of(agency: Agency, agencies: Sequence[str], rows: float) -> Habit:
    """The habit of an agency, by its place among all; `rows` expected in the file."""
    place = agencies.index(agency.id)
    if agency.id == OLD_SYSTEM:
        return Habit(encoding="gb18030", newline="\r\n", headings="old", date="%Y/%m/%d")
    if agency.id in EXCEL_ONLY and rows <= EXCEL_ROWS:
        return EXCEL[place % len(EXCEL)]
    return USUAL[place % len(USUAL)]


def in_excel(habit: Habit, place: int) -> Habit:
    """The same habit for a city that sends nothing but Excel."""
    if habit.excel:
        return habit
    return replace(habit, excel=True, encoding="utf-8", newline="\n", date_cells=place % 3 == 0)


def columns_of(item: Item, habit: Habit, filled: frozenset[str]) -> list[Column]:
    """The columns a file has; `filled` are the codes of those that ever hold something."""
    return [
        column
        for column in item.layout.columns
        if (habit.headings == "old" or not column.legacy)
        and not (habit.lean and not column.required and column.code not in filled)
    ]


def heading(column: Column, habit: Habit) -> str:
    """What stands above a column."""
    if habit.headings == "codes":
        return column.code
    text = column.name
    if habit.headings == "old":
        old = [alias for alias in column.aliases if not alias.isascii()]
        text = old[-1] if old else text
    if habit.full_width:
        text = text.replace("(", "（").replace(")", "）")
    if habit.blanks:
        text = f" {text} ".replace("(", " (").replace("（", " （")
    return text


def title_lines(habit: Habit, agency: Agency, item_title: str, day: str) -> list[str]:
    """The lines above the header."""
    lines = [f"{agency.name}{item_title}报送表", f"填报单位：{agency.name}　填报日期：{day}"]
    return lines[: habit.titles]
