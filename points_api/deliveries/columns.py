"""How each column of a layout is judged: by its form, and by the part it plays in the record."""

from datetime import date
from typing import Final

import polars as pl

from points_api.deliveries import at_sight, cells, texts
from points_api.deliveries.cells import ABSENT, Cell, Reader
from points_api.deliveries.dictionary import Dictionary, Judge
from points_api.deliveries.matching import STATUS_CHANGE, Match
from scoring.catalog import Catalog, Column, Item, Role

RESIDENT_ID_TYPES: Final = frozenset(
    ["身份证", "居民身份证", "港澳居民居住证", "台湾居民居住证", "外国人永久居留身份证"]
)
"""Documents with a number of 18 characters in the form of GB 11643."""
NATURAL_PERSON: Final = "自然人"
REPAIR: Final = "修复"
CHANGES: Final = {REPAIR: "repaired", "撤销": "withdrawn"}
"""What a file of status changes may say, and the status that follows."""
_PAST: Final[frozenset[Role]] = frozenset(["occurred_on", "decided_on", "ended_on"])
_BEGINNINGS: Final[frozenset[Role]] = frozenset(["occurred_on", "decided_on"])
_FEW_TEXTS: Final[frozenset[Role]] = frozenset(["unit_name", "source_name"])
_WAN: Final = 10_000
_FEN: Final = 100


def judge_of(column: Column, match: Match, catalog: Catalog, today: date) -> Judge:
    """The judge of one column of a table."""
    if column.role == "id_number":
        return at_sight.id_numbers(today)
    special = _special_reader(column, match, catalog)
    if special is not None:
        return Dictionary(special, pl.String())
    match column.type:
        case "date":
            may_be_future = column.role not in _PAST
            open_ended = column.role not in _BEGINNINGS
            reader = cells.date_reader(
                column, today, open_ended=open_ended, may_be_future=may_be_future
            )
            return at_sight.days(reader, None if may_be_future else today)
        case "integer" | "decimal" | "wan_yuan":
            return Dictionary(_number_reader(column, match.item), pl.Int64())
        case "enum":
            return Dictionary(cells.list_reader(column), pl.String())
        case "credit_code":
            return Dictionary(cells.credit_code_reader(column), pl.String())
        case "name":
            return texts.Names(column)
    return texts.Texts(column)


def _number_reader(column: Column, item: Item) -> Reader:
    """Quantities come out in the item's smallest units, other numbers in the column's."""
    if column.type != "wan_yuan":
        scale = item.scale if column.role == "quantity" else column.scale
        return cells.number_reader(column, scale, [item.unit])
    per_yuan = item.scale if column.role == "quantity" else _FEN
    return cells.number_reader(column, _WAN * per_yuan, ["万元"])


def _special_reader(column: Column, match: Match, catalog: Catalog) -> Reader | None:
    """The reader of a column whose part in the record says more than its form."""
    level = match.item.level
    if level is not None and column.code in (level.column, *level.more_columns):
        return _level_reader(column, match.item)
    if match.layout.id == STATUS_CHANGE and set(column.values) == set(CHANGES):
        repairs = set() if match.item.repairable else {REPAIR}
        return _none_of(cells.list_reader(column), repairs, "not_repairable")
    match column.role:
        case "item":
            return _only(_text_reader(column), {match.item.code}, "other_item")
        case "subject_kind":
            return _only(cells.list_reader(column), {NATURAL_PERSON}, "not_natural_person")
        case "id_type":
            return _only(cells.list_reader(column), RESIDENT_ID_TYPES, "id_type_unsupported")
        case "source_code":
            others = {
                agency.credit_code
                for agency in catalog.agencies.values()
                if agency.id != match.item.agency
            }
            return _none_of(cells.credit_code_reader(column), others, "foreign_source")
        case role if role in _FEW_TEXTS:
            return _text_reader(column)
    return None


def _text_reader(column: Column) -> Reader:
    def read(text: str) -> Cell:
        text = cells.bare(text)
        if text in ABSENT:
            return None, "required" if column.required else ""
        return (text, "") if len(text) <= column.max_length else (None, "too_long")

    return read


def _level_reader(column: Column, item: Item) -> Reader:
    """Texts that name a level, several in one cell where the item allows it."""

    def read(text: str) -> Cell:
        text = cells.bare(text)
        if text in ABSENT:
            return None, "required" if column.required else ""
        return (text, "") if item.level_of(text) else (None, "not_in_list")

    return read


def _only(read: Reader, allowed: frozenset[str] | set[str], code: str) -> Reader:
    def narrowed(text: str) -> Cell:
        value, problem = read(text)
        return (None, code) if value is not None and value not in allowed else (value, problem)

    return narrowed


def _none_of(read: Reader, refused: set[str], code: str) -> Reader:
    def narrowed(text: str) -> Cell:
        value, problem = read(text)
        return (None, code) if value in refused else (value, problem)

    return narrowed
