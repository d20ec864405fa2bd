"""A statement as CSV that spreadsheet programs in China open as it is: UTF-8 with BOM, Chinese."""

import csv
import io
from collections.abc import Sequence
from typing import Final

from points_api.clock import LEGAL_ZONE
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
_HEADINGS: Final = ("时间", "操作", "兑现编号", "场景", "优惠（元）", "应结算（元）")


def csv_of(entries: Sequence[LedgerEntry]) -> bytes:
    """The file of a day; its last line is the sum."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(_HEADINGS)
    for one in entries:
        at = one.at.astimezone(LEGAL_ZONE).strftime("%Y-%m-%d %H:%M:%S")
        amounts = yuan(one.benefit_fen), yuan(one.owed_fen)
        table.writerow([at, MOVES[one.move], one.redemption_id, one.scenario_id, *amounts])
    table.writerow(["合计", "", "", "", *map(yuan, sums(entries))])
    return text.getvalue().encode("utf-8-sig")


def yuan(fen: int) -> str:
    """An amount with two decimals, exactly.

    >>> yuan(-5), yuan(12_345)
    ('-0.05', '123.45')
    """
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02}"
