"""One person's records from a JSON or CSV file, as somebody writes them by hand.

Errors name the record, the column and the mend, and never repeat what was written.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError

from points_api.cli.terminal import fail
from scoring.catalog import Catalog, Item
from scoring.catalog_files import shipped_catalog
from scoring.records import STATUSES, Record
from scoring.scorecard_files import record_of
from scoring.scorecard_shapes import ExampleRecord

_COLUMNS = ", ".join(ExampleRecord.model_fields)
_MENDS = {
    "missing": "必填 (required)",
    "extra_forbidden": f"没有这一列，只有 (no such column; there are) {_COLUMNS}",
    "literal_error": f"应为其中之一 (one of) {', '.join(STATUSES)}",
    "decimal_parsing": "应为数字 (a number is needed)",
    "decimal_type": "应为数字 (a number is needed)",
}


def read_records(path: Path, day: date) -> list[Record]:
    """Read the file, or end the command with the first mistake."""
    return [
        _record(f"{path}: 第 {n} 条 (record {n})", row, day, f"record-{n}")
        for n, row in enumerate(_rows(path), start=1)
    ]


def _rows(path: Path) -> list[Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = (
            _csv(text) if path.suffix.lower() == ".csv" else json.loads(text, parse_float=Decimal)
        )
    except UnicodeDecodeError:
        fail(f"{path}: 不是 UTF-8 编码，请另存为 UTF-8 (not UTF-8: save it as UTF-8)")
    except json.JSONDecodeError as error:
        fail(
            f"{path}: 第 {error.lineno} 行 (line {error.lineno}): 不是有效的 JSON，请改正 "
            f"(not valid JSON: {error.msg})"
        )
    except csv.Error as error:
        fail(f"{path}: 不是有效的 CSV，请另存 (not valid CSV: {error})")
    rows = rows.get("records") if isinstance(rows, dict) else rows
    if not isinstance(rows, list):
        fail(f"{path}: 应为记录的列表 (a list of records is needed)")
    return rows


def _csv(text: str) -> list[dict[Any, Any]]:
    return list(csv.DictReader(text.splitlines()))


def _record(place: str, row: Any, day: date, key: str) -> Record:
    if not isinstance(row, dict) or None in row:
        fail(
            f"{place}: 列数与表头不符，或不是一条记录 (not a record with the columns of the header)"
        )
    filled = {name: value for name, value in row.items() if value not in ("", None)}
    try:
        written = ExampleRecord.model_validate(filled)
    except ValidationError as error:
        _refuse(place, error)
    for mistake in _mistakes(written, shipped_catalog(), day):
        fail(f"{place}: {mistake}")
    return record_of(written, shipped_catalog(), day, key)


def _refuse(place: str, error: ValidationError) -> NoReturn:
    first = error.errors(include_input=False, include_url=False)[0]
    column = str(first["loc"][0])
    known = column if column in ExampleRecord.model_fields else "?"
    kind = first["type"]
    mend = _MENDS.get(kind, first["msg"])
    if kind.startswith("date"):
        mend = "日期写作 2026-05-01 (write the day as 2026-05-01)"
    fail(f"{place}: {known}: {mend}")


def _mistakes(row: ExampleRecord, catalog: Catalog, day: date) -> Iterator[str]:
    """What the catalog says against a record."""
    items = {**catalog.in_force(row.occurred_on), **catalog.in_force(day)}
    item = items.get(row.item)
    if item is None:
        yield f"item: 目录里没有这个编码 (not in the catalog){_near(row.item, items)}"
        return
    levels = {level.id: level.name for level in item.levels}
    level = row.level or item.fixed_level
    if (level is None) != (not levels) or (level is not None and level not in levels):
        names = ", ".join(f"{level} {name}" for level, name in levels.items())
        said = (
            f"应为其中之一 (one of): {names}" if names else "这一项没有等级，请留空 (leave empty)"
        )
        yield f"level: {said}"
    if row.ended_on is not None and row.ended_on < row.occurred_on:
        yield "ended_on: 早于 occurred_on，请核对 (before occurred_on; check both days)"
    yield from _wrong_quantity(row, item)


def _wrong_quantity(row: ExampleRecord, item: Item) -> Iterator[str]:
    if row.quantity is None:
        if item.unit:
            yield f"quantity: 请填数量，单位{item.unit} (give the amount, in {item.unit_en})"
    elif not item.unit:
        yield "quantity: 这一项没有数量，请留空 (this item has none; leave empty)"
    elif row.quantity < 0:
        yield "quantity: 不能小于 0 (must not be below 0)"
    elif row.quantity * item.scale % 1:
        parts = f"最小到 1/{item.scale}{item.unit}"
        yield f"quantity: {parts} (no finer than 1/{item.scale} of a unit)"


def _near(code: str, items: Mapping[str, Item]) -> str:
    near = get_close_matches(code, items)
    return f"；是否 (perhaps): {', '.join(near)}" if near else "；见 GET /v1/catalog"
