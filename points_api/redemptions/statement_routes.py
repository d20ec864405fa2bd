"""`/v1/merchant/statements`: the merchant's closed days and today so far, as JSON and as CSV."""

from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import asdict
from datetime import date
from typing import IO, Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from points_api.auth.callers import MerchantCaller
from points_api.auth.merchants import CallingMerchant
from points_api.auth.problems import CALLER_REFUSED
from points_api.consents.scenario_notice import ScenarioNotices
from points_api.paging import CursorText, Limit, Pages, UnknownCursor, link_header
from points_api.problem import Forbidden, InvalidRequest, NotFound, problems
from points_api.redemptions import statements
from points_api.redemptions.models import LedgerEntry, Statement
from points_api.redemptions.routes import keyring_of
from points_api.redemptions.schemas import EntryOut, StatementDayOut, StatementOut, StatementsOut
from points_api.redemptions.statement_file import write_csv
from points_api.redemptions.statements import Totals

router = APIRouter(prefix="/v1/merchant/statements", tags=["merchant"])
Format = Annotated[Literal["json", "csv"], Query(description="写成哪种 · written as which")]


@router.get(
    "",
    summary="对账单 / My statements",
    responses=problems(*CALLER_REFUSED, UnknownCursor, InvalidRequest),
)
async def listed(
    request: Request,
    response: Response,
    caller: MerchantCaller,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> StatementsOut:
    """已结的各天，新的在前。
    List the closed days, the newest first.
    """
    _require_reader(caller)
    pages = Pages(keyring_of(request), f"merchant.statements:{caller.merchant_id}")
    place = pages.read(cursor)
    mine = Statement.filter(merchant_id=caller.merchant_id)
    if place:
        mine = mine.filter(number__lt=place[0])
    rows = await mine.order_by("-number").limit(limit + 1)
    page = pages.page(rows, limit, lambda row: (row.number,))
    response.headers.update(link_header(request.url, page.next_cursor))
    return StatementsOut(
        items=[StatementOut.of(one) for one in page.entries], next=page.next_cursor
    )


@router.get(
    "/{day}",
    summary="一天的对账单 / One day",
    response_model=StatementDayOut,
    responses={
        200: {"content": {"text/csv": {}}},
        **problems(*CALLER_REFUSED, NotFound, InvalidRequest),
    },
)
async def one(
    day: Annotated[date, Path(description="哪一天 · of which day")],
    request: Request,
    caller: MerchantCaller,
    format: Format = "json",  # noqa: A002 - the wire's name
) -> Response:
    """一天的每一笔，今天的到此刻为止；`format=csv` 供表格软件使用。
    Return a day with every entry, today so far included; `format=csv` is for spreadsheets.
    """
    _require_reader(caller)
    found = await Statement.get_or_none(merchant_id=caller.merchant_id, day=day)
    pages = statements.pages_of(caller.merchant_id, day)
    with ExitStack() as kept:
        file = kept.enter_context(statements.spooled())
        if format == "csv":
            scenarios: ScenarioNotices = request.app.state.scenario_notices
            totals = await write_csv(pages, scenarios.named, file)
        else:
            totals = await statements.write(pages, _entry, file)
        if found is None and not totals.entries:
            nothing = "这一天没有兑现，所以没有对账单", "Nothing moved on this day: no statement"
            raise NotFound(*nothing)
        headers = {"Cache-Control": "no-store"}
        if format == "csv":
            shown_as = f'attachment; filename="statement-{day}{"" if found else "-open"}.csv"'
            headers["Content-Disposition"] = shown_as
            media_type, around = "text/csv; charset=utf-8", (b"", b"")
        else:
            media_type, around = "application/json", _around_the_ledger(day, found, totals)
        headers["Content-Length"] = str(file.tell() + sum(map(len, around)))
        body = _body(file, around, kept.pop_all())
    return StreamingResponse(body, headers=headers, media_type=media_type)


def _entry(entry: LedgerEntry) -> bytes:
    return EntryOut(**statements.entry_members(entry)).model_dump_json().encode()


def _around_the_ledger(day: date, found: Statement | None, totals: Totals) -> tuple[bytes, bytes]:
    """What stands before and after the entries, which come last."""
    shown = StatementDayOut(
        day=day,
        closed=found is not None,
        number=found.number if found else None,
        **asdict(totals),
        previous=found.previous if found else None,
        digest=found.digest if found else None,
        closed_at=found.closed_at if found else None,
        ledger=[],
    )
    end = b"]}"
    return shown.model_dump_json().encode().removesuffix(end), end


async def _body(
    file: IO[bytes], around: tuple[bytes, bytes], kept: ExitStack
) -> AsyncIterator[bytes]:
    with kept:
        yield around[0]
        for piece in statements.pieces(file):
            yield piece
        yield around[1]


def _require_reader(caller: CallingMerchant) -> None:
    if caller.role == "cashier":
        raise Forbidden("对账单给店长和系统看", "Statements are for managers and systems")
