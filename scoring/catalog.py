"""The catalog (公共信用信息目录): which agency may deliver which kind of record, in which columns.

Shapes only; `catalog_files.py` reads them from TOML and refuses what is wrong or forbidden.
A record decided on a day on which its item was not in force cannot be ingested.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Nature = Literal["positive", "adverse", "neutral"]
ColumnType = Literal[
    "name", "id_number", "credit_code", "text", "date", "enum", "integer", "decimal", "wan_yuan"
]
Role = Literal[
    "item",  # catalog code, in plain layouts
    "subject_kind",  # natural person or not (行政相对人类别)
    "name",
    "id_type",
    "id_number",
    "document_no",
    "decided_on",  # day of the decision: starts the seven working days for delivery
    "occurred_on",  # without such a column: the day of the decision
    "ended_on",  # without one: the same day, or not yet where the item is continuing
    "valid_until",  # 有效期至, the last day it holds: a record's valid_until is the next day
    "unit_name",  # deciding organ
    "unit_code",  # its unified social credit code
    "source_name",  # delivering organ
    "source_code",
    "state",  # of its values the first means in force, any other withdrawn; empty: in force
    "act",  # names the act across agencies; without one: deciding organ and document number
    "level",
    "quantity",
    "",
]


# Classes of the national basic catalog (全国公共信用信息基础目录), and the two that a city adds
# by a supplement of its own (地方补充目录).
GROUPS = (
    "登记注册基本信息",
    "司法裁判及执行信息",
    "行政管理信息",
    "职称和职业信息",
    "经营（活动）异常名录（状态）信息",
    "严重失信主体名单信息",
    "合同履行信息",
    "信用承诺及履行情况信息",
    "信用评价结果信息",
    "遵守法律法规情况信息",
    "诚实守信相关荣誉信息",
    "地方补充：社会公益信息",
    "地方补充：公共服务履约信息",
)


@dataclass(frozen=True, slots=True)
class Agency:
    """A source agency (信源单位). `credit_code` is made up where `basis` is test."""

    id: str
    name: str
    name_en: str
    credit_code: str
    basis: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a layout: Chinese heading, code, other headings met in practice, and its form.

    A `legacy` column stands in older exports only: it is understood, never asked for.
    """

    code: str
    name: str
    type: ColumnType
    required: bool = False
    aliases: tuple[str, ...] = ()
    role: Role = ""
    values: tuple[str, ...] = ()  # enum: what may stand there
    max_length: int = 200
    scale: int = 1  # integer, decimal: smallest units per unit
    maximum: int | None = None  # integer, decimal, wan_yuan: in units as written
    legacy: bool = False

    @property
    def headings(self) -> tuple[str, ...]:
        """All that may stand in the header row for this column."""
        return (self.code, self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class Layout:
    """A published or own column layout that one or more items use."""

    id: str
    title: str
    columns: tuple[Column, ...]
    basis: str

    def column_of(self, role: Role) -> Column | None:
        """The column that plays a role; None where the layout has none."""
        return next((column for column in self.columns if column.role == role), None)


@dataclass(frozen=True, slots=True)
class Level:
    """A level of an item, weakest first: 县级 < 市级 < 省级 …"""

    id: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class LevelRule:
    """How a column becomes a level. `split` separates values in one cell; the highest level wins.

    `more_columns` are read too where a delivery has them (处罚类别2 beside 处罚类别1).
    """

    column: str
    values: Mapping[str, str]  # cell text -> level id
    split: str = ""
    more_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One kind of record a named agency may deliver (目录项), as in force during its term."""

    code: str
    title: str
    title_en: str
    agency: str
    group: str  # class in the national basic catalog
    nature: Nature
    layout: Layout
    legal_basis: str
    basis: str  # published | reference | assumption
    in_force_from: date
    in_force_until: date | None = None
    retention_months: int | None = None  # counted from the end of the act
    repairable: bool = False
    continuing: bool = False  # the act lasts until an end date is delivered
    levels: tuple[Level, ...] = ()
    level: LevelRule | None = None
    fixed_level: str | None = None
    unit: str = ""  # of the quantity, in Chinese: 小时, 元, 个月
    unit_en: str = ""
    scale: int = 1  # smallest units per unit
    note: str = ""

    def in_force(self, on: date) -> bool:
        """True when the catalog allows records decided on that day."""
        return self.in_force_from <= on and (
            self.in_force_until is None or on < self.in_force_until
        )

    def level_of(self, *cells: str) -> str | None:
        """The highest level that the cells of the level's columns name.

        None where the item has no levels, or where a cell holds a value the catalog does not know.
        """
        if self.level is None:
            return self.fixed_level
        split = self.level.split
        parts = [
            plain(part)
            for cell in cells
            for part in (plain(cell).split(split) if split else [cell])
        ]
        known = {plain(text): level for text, level in self.level.values.items()}
        found = {known.get(part) for part in parts if part}
        if None in found:
            return None
        return next((level.id for level in reversed(self.levels) if level.id in found), None)


@dataclass(frozen=True, slots=True)
class Catalog:
    """All items with their terms; `digest` names the exact data files."""

    edition: str
    digest: str
    agencies: Mapping[str, Agency]
    layouts: Mapping[str, Layout]
    items: tuple[Item, ...]

    def in_force(self, on: date) -> dict[str, Item]:
        """Items in force on a day, by code."""
        return {item.code: item for item in self.items if item.in_force(on)}


def plain(text: str) -> str:
    """A heading or coded value as it compares: one width, no blanks, one case.

    >>> plain("代码_1（统一社会信用代码） ") == plain("代码_1 (统一社会信用代码)")
    True
    """
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()
