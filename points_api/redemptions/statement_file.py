"""A statement as CSV that spreadsheet programs in China open as it is: UTF-8 with BOM, Chinese."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Final

from points_api.clock import LEGAL_ZONE
from points_api.consents.scenario_notice import ScenarioNotice, title_in
from points_api.redemptions.models import LedgerEntry
from points_api.redemptions.statements import sums

MOVES: Final = {
    "reserve": "预留",
    "confirm": "兑现",
    "cancel": "取消",
    "expire": "过期",
    "reverse": "撤销",
    "return": "归还",
}
_HEADINGS: Final = ("时间", "操作", "兑现编号", "场景", "场景名称", "优惠（元）", "应结算（元）")
_FORMULA: Final = ("=", "+", "-", "@")


def csv_of(entries: Sequence[LedgerEntry], named: Mapping[str, ScenarioNotice]) -> bytes:
    """The file of a day; its last line is the sum. `named` are the scenarios by id."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(_HEADINGS)
    for one in entries:
        at = one.at.astimezone(LEGAL_ZONE).strftime("%Y-%m-%d %H:%M:%S")
        title = _text(title_in(named, one.scenario_id).zh)
        amounts = yuan(one.benefit_fen), yuan(one.owed_fen)
        table.writerow([at, MOVES[one.move], one.redemption_id, one.scenario_id, title, *amounts])
    table.writerow(["合计", "", "", "", "", *map(yuan, sums(entries))])
    return text.getvalue().encode("utf-8-sig")


def yuan(fen: int) -> str:
    """An amount with two decimals, exactly.

    >>> yuan(-5), yuan(12_345)
    ('-0.05', '123.45')
    """
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02}"


def _text(written: str) -> str:
    """A text that no spreadsheet program takes for a formula."""
    return f"'{written}" if written.startswith(_FORMULA) else written
