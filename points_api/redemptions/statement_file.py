"""A statement as CSV that spreadsheet programs in China open as it is: UTF-8 with BOM, Chinese."""

import csv
import io
from codecs import BOM_UTF8
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import IO, Final

from points_api.clock import LEGAL_ZONE
from points_api.consents.scenario_notice import ScenarioNotice, title_in
from points_api.redemptions.models import LedgerEntry
from points_api.redemptions.statements import Totals

Named = Callable[[Iterable[str]], Awaitable[Mapping[str, ScenarioNotice]]]

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


async def write_csv(
    pages: AsyncIterator[list[LedgerEntry]], named: Named, file: IO[bytes]
) -> Totals:
    """Write a day; the last line is the sum, which is returned. `named` gives scenarios by id."""
    totals = Totals()
    file.write(BOM_UTF8 + _lines([_HEADINGS]))
    async for page in pages:
        known = await named({one.scenario_id for one in page})
        file.write(_lines(_row(one, known) for one in page))
        totals.add(page)
    sums = yuan(totals.benefit_fen), yuan(totals.owed_fen)
    file.write(_lines([("合计", "", "", "", "", *sums)]))
    return totals


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _row(one: LedgerEntry, named: Mapping[str, ScenarioNotice]) -> Sequence[str]:
    at = one.at.astimezone(LEGAL_ZONE).strftime("%Y-%m-%d %H:%M:%S")
    title = _text(title_in(named, one.scenario_id).zh)
    amounts = yuan(one.benefit_fen), yuan(one.owed_fen)
    return at, MOVES[one.move], str(one.redemption_id), one.scenario_id, title, *amounts


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
