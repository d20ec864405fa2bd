"""Reports of conduct: a merchant reports, the resident replies, an officer may dismiss."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from points_api.access_log.own_looks import note_look
from points_api.auth.callers import MerchantCaller, ResidentCaller, officer_with
from points_api.auth.officers import CallingOfficer
from points_api.auth.problems import CALLER_REFUSED
from points_api.conditional import conditional
from points_api.conduct import listing, service
from points_api.conduct.problems import ConductWrongState, NotOverdue
from points_api.conduct.schemas import (
    ConductIn,
    ConductOut,
    DismissIn,
    MyReportsOut,
    ReplyIn,
    ReportsOut,
    State,
)
from points_api.language import Reader
from points_api.paging import CursorText, Limit, UnknownCursor, link_header
from points_api.problem import Busy, InvalidRequest, NotFound, problems
from points_api.redemptions.moving import Request as Asked
from points_api.redemptions.problems import NothingToReturn
from points_api.redemptions.requests import KEY_REFUSED, Key, fingerprint_of, key_of, replied
from points_api.redemptions.routes import RedemptionId, keyring_of

router = APIRouter()
ReportId = Annotated[UUID, Path(description="登记编号 · id of a report")]


@router.post(
    "/v1/merchant/redemptions/{redemption_id}/conduct",
    status_code=201,
    tags=["merchant"],
    summary="登记逾期或已归还 / Report as overdue or returned",
    response_model=ConductOut,
    responses=problems(*CALLER_REFUSED, *KEY_REFUSED, NotOverdue, NothingToReturn),
)
async def report(
    redemption_id: RedemptionId,
    body: ConductIn,
    request: Request,
    caller: MerchantCaller,
    key: Key = None,
) -> Response:
    """登记到期未还的物品或未付的款项，或登记已全部归还。
    Report what was lent or deferred and is past its day, or that all of it has come back.
    """
    asked = Asked(key_of(key), fingerprint_of(request, body), redemption_id)
    work = service.report_overdue if body.kind == "overdue" else service.report_returned
    return replied(await work(caller, asked))


@router.get(
    "/v1/me/conduct",
    tags=["resident"],
    summary="商户对我的登记 / What merchants report of me",
    response_model=MyReportsOut,
    responses=problems(*CALLER_REFUSED),
)
async def mine(request: Request, caller: ResidentCaller, language: Reader) -> Response:
    """商户登记我逾期的事项，和我可以答复的期限。
    List what merchants say is overdue, with the term within which I may reply.
    """
    items = await listing.of_resident(
        keyring_of(request), request.app.state.scenario_notices, caller.resident_id, language
    )
    note_look(request, caller.resident_id, "conduct")
    return conditional(request, MyReportsOut(items=items).model_dump_json().encode(), language)


@router.post(
    "/v1/me/conduct/{report_id}/reply",
    status_code=204,
    tags=["resident"],
    summary="答复 / Reply",
    responses=problems(*CALLER_REFUSED, NotFound, ConductWrongState, InvalidRequest, Busy),
)
async def reply(
    report_id: ReportId, body: ReplyIn, request: Request, caller: ResidentCaller
) -> None:
    """在期限内答复一次。
    Reply once, within the term.
    """
    await service.reply(keyring_of(request), caller.resident_id, report_id, body.text)


@router.get(
    "/v1/officer/conduct",
    tags=["officer"],
    summary="商户登记的逾期 / Reports of conduct",
    responses=problems(*CALLER_REFUSED, UnknownCursor, InvalidRequest),
)
async def reports(
    request: Request,
    response: Response,
    caller: Annotated[CallingOfficer, officer_with("case")],
    cursor: CursorText = None,
    limit: Limit = 50,
    state: Annotated[State | None, Query(description="只看这种状态 · only in this state")] = None,
) -> ReportsOut:
    """全部登记，新的在前，附居民的答复。
    List the reports, the newest first, with what the residents reply.
    """
    page = await listing.for_officer(keyring_of(request), caller.actor, cursor, limit, state)
    response.headers.update(link_header(request.url, page.next_cursor))
    return ReportsOut(items=page.entries, next=page.next_cursor)


@router.post(
    "/v1/officer/conduct/{report_id}/dismiss",
    status_code=204,
    tags=["officer"],
    summary="驳回 / Dismiss",
    responses=problems(*CALLER_REFUSED, NotFound, ConductWrongState, InvalidRequest, Busy),
)
async def dismiss(
    report_id: ReportId, body: DismissIn, caller: Annotated[CallingOfficer, officer_with("case")]
) -> None:
    """驳回一项登记：不得计入，也不能再登记。
    Dismiss a report: it must not count, and cannot be made again.
    """
    await service.dismiss(report_id, caller.actor, body.reason)
