"""Repairs and revocations of records delivered before, each told by the agency that decided."""

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from points_api.generate.cells import Sheet, cells_of
from points_api.generate.facts import OPEN, Facts

LAYOUT = "status_change"
REPAIRED, REVOKED = "修复", "撤销"
REPAIRED_SHARE, REVOKED_SHARE = 0.15, 0.03
SHORTEST = 90  # days from the decision: the shortest publicity of a penalty that is repaired


def changed_rows(
    sheet: Sheet, last: int, draws: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Rows of adverse records that changed later, and which of them by repair."""
    facts, item = sheet.facts, sheet.item
    if item.nature != "adverse":
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.bool_)
    early = ~facts.spoiled & (facts.decided + SHORTEST < last)
    repaired = early & (draws < REPAIRED_SHARE) & item.repairable & (facts.ended != OPEN)
    revoked = early & (draws > 1 - REVOKED_SHARE)
    rows = np.flatnonzero(repaired | revoked)
    return rows, repaired[rows]


def change_frame(
    sheet: Sheet, rows: NDArray[np.int64], repaired: NDArray[np.bool_], last: int
) -> pl.DataFrame:
    """The rows of the status file for some records of one item."""
    part = replace(sheet, facts=sheet.facts.of(rows))
    days = part.days(_days(part.facts, last), "")
    kind = part.constant(REPAIRED).zip_with(pl.Series(repaired), part.constant(REVOKED))
    number = "黄信用变更" + pl.Series(part.facts.taste).cast(pl.String) + "号"
    cells: dict[str, pl.Series] = {}
    for column in sheet.plan.catalog.layouts[LAYOUT].columns:
        if column.role == "decided_on":
            cells[column.code] = days
        elif column.role:
            cells[column.code] = cells_of(part, column)
        elif column.type == "enum":
            cells[column.code] = kind
        else:
            cells[column.code] = number if column.required else part.constant("")
    return pl.DataFrame(cells)


def _days(facts: Facts, last: int) -> NDArray[np.int32]:
    """When it changed: some time from three months after the decision to the last day."""
    room = last - facts.decided - SHORTEST
    return (facts.decided + SHORTEST + facts.taste % np.maximum(room, 1)).astype(np.int32)
