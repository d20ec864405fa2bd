"""`/v1/merchant/redemptions`: redeem, reserve, and what becomes of it; `/v1/me/benefits`.

The application's state holds the keyring as `keyring`, and what settles a report of conduct as
`settle_conduct`: conduct knows redemptions and not the other way.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from points_api import clock
from points_api.access_log.own_looks import note_look
from points_api.auth.callers import MerchantCaller, ResidentCaller
from points_api.auth.problems import CALLER_REFUSED
from points_api.conditional import conditional
from points_api.consents.scenario_notice import ScenarioNotices
from points_api.crypto.keyring import Keyring
from points_api.language import Reader
from points_api.paging import CursorText, Limit, UnknownCursor, link_header
from points_api.problem import InvalidRequest, NotFound, problems
from points_api.redemptions import listing, moving, service
from points_api.redemptions.problems import (
    AlreadyRedeemed,
    AmountAboveReserved,
    AmountBelowLeast,
    AmountMissing,
    DueDayUnfit,
    NothingToReturn,
    QuotaUsedUp,
    ScenarioClosed,
    TooLateToReverse,
    VerificationUnusable,
    WrongState,
)
from points_api.redemptions.requests import KEY_REFUSED, Key, fingerprint_of, key_of, replied
from points_api.redemptions.schemas import (
    BenefitOut,
    BenefitsOut,
    ConfirmIn,
    RedeemIn,
    RedemptionOut,
    RedemptionsOut,
    ReturnIn,
)
from points_api.redemptions.view import State, members
from points_api.scenarios.finding import live_of

router = APIRouter()
PATH = "/v1/merchant/redemptions"
RedemptionId = Annotated[UUID, Path(description="兑现编号 · redemption id")]
WRITE_REFUSED = (*CALLER_REFUSED, *KEY_REFUSED)


@router.post(
    PATH,
    status_code=201,
    tags=["merchant"],
    summary="兑现或预留 / Redeem or reserve",
    response_model=RedemptionOut,
    responses=problems(
        *WRITE_REFUSED,
        AlreadyRedeemed,
        QuotaUsedUp,
        VerificationUnusable,
        ScenarioClosed,
        AmountMissing,
        AmountBelowLeast,
        DueDayUnfit,
    ),
)
async def redeem(
    body: RedeemIn, request: Request, caller: MerchantCaller, key: Key = None
) -> Response:
    """兑现一次核验，只算一次；带 `reserve` 则先预留十五分钟。
    Redeem a verification once, at once; or hold it for 15 minutes with `reserve`.
    """
    order = service.Order(
        key_of(key),
        fingerprint_of(request, body),
        body.verification_id,
        body.amount_fen,
        body.reserve,
        body.due_on,
    )
    return replied(await service.redeem(live_of(request), caller, order))


@router.get(
    PATH,
    tags=["merchant"],
    summary="兑现记录 / My redemptions",
    responses=problems(*CALLER_REFUSED, UnknownCursor, InvalidRequest),
)
async def redemptions(
    request: Request,
    response: Response,
    caller: MerchantCaller,
    cursor: CursorText = None,
    limit: Limit = 50,
    state: Annotated[State | None, Query(description="只看这种状态 · only in this state")] = None,
) -> RedemptionsOut:
    """本商户的兑现，新的在前。
    List the merchant's redemptions, the newest first.
    """
    page = await listing.of_merchant(keyring_of(request), caller, cursor, limit, state)
    response.headers.update(link_header(request.url, page.next_cursor))
    items = [RedemptionOut(**members(view)) for view in page.entries]
    return RedemptionsOut(items=items, next=page.next_cursor)


@router.get(
    f"{PATH}/{{redemption_id}}",
    tags=["merchant"],
    summary="一次兑现 / One redemption",
    responses=problems(*CALLER_REFUSED, NotFound, InvalidRequest),
)
async def redemption(redemption_id: RedemptionId, caller: MerchantCaller) -> RedemptionOut:
    """本商户的一次兑现，现在的情况。
    Return one of the merchant's redemptions as it is now.
    """
    return RedemptionOut(**members(await listing.one_of(caller, redemption_id)))


@router.post(
    f"{PATH}/{{redemption_id}}/confirm",
    tags=["merchant"],
    summary="确认预留 / Confirm a reservation",
    response_model=RedemptionOut,
    responses=problems(
        *WRITE_REFUSED,
        WrongState,
        AmountAboveReserved,
        AmountMissing,
        AmountBelowLeast,
        ScenarioClosed,
    ),
)
async def confirm(
    redemption_id: RedemptionId,
    body: ConfirmIn,
    request: Request,
    caller: MerchantCaller,
    key: Key = None,
) -> Response:
    """确认预留，不超过预留的金额；余下的退回。
    Confirm it, for no more than was reserved; what is left over is given back.
    """
    asked = _asked(request, redemption_id, key, body)
    return replied(await moving.confirm(live_of(request), caller, asked, body.amount_fen))


@router.post(
    f"{PATH}/{{redemption_id}}/cancel",
    tags=["merchant"],
    summary="取消预留 / Cancel a reservation",
    response_model=RedemptionOut,
    responses=problems(*WRITE_REFUSED, WrongState),
)
async def cancel(
    redemption_id: RedemptionId, request: Request, caller: MerchantCaller, key: Key = None
) -> Response:
    """放弃预留，占用的全部退回。
    Give up a reservation; everything it held is given back.
    """
    return replied(await moving.cancel(caller, _asked(request, redemption_id, key)))


@router.post(
    f"{PATH}/{{redemption_id}}/reverse",
    tags=["merchant"],
    summary="撤销已兑现的 / Reverse a redemption",
    response_model=RedemptionOut,
    responses=problems(*WRITE_REFUSED, WrongState, TooLateToReverse),
)
async def reverse(
    redemption_id: RedemptionId, request: Request, caller: MerchantCaller, key: Key = None
) -> Response:
    """三十天内撤销已确认的兑现，次数和预算一并退回。
    Undo a confirmed redemption within 30 days; quota and budget get it back.
    """
    asked = _asked(request, redemption_id, key)
    return replied(await moving.reverse(caller, asked, settle_of(request)))


@router.post(
    f"{PATH}/{{redemption_id}}/return",
    tags=["merchant"],
    summary="登记归还或付清 / Note what has come back",
    response_model=RedemptionOut,
    responses=problems(*WRITE_REFUSED, WrongState, NothingToReturn),
)
async def return_(
    redemption_id: RedemptionId,
    body: ReturnIn,
    request: Request,
    caller: MerchantCaller,
    key: Key = None,
) -> Response:
    """登记押金或后付款中已归还、已付清的部分；居民的限额随之恢复。
    Note what of a deposit or deferred payment has come back; it frees the person's limit.
    """
    asked = _asked(request, redemption_id, key, body)
    return replied(await moving.return_(caller, asked, body.amount_fen, settle_of(request)))


@router.get(
    "/v1/me/benefits",
    tags=["resident"],
    summary="我的优惠 / My benefits",
    response_model=BenefitsOut,
    responses=problems(*CALLER_REFUSED, UnknownCursor, InvalidRequest),
)
async def benefits(
    request: Request,
    caller: ResidentCaller,
    language: Reader,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> Response:
    """我得到过的优惠，新的在前；还要归还或付清什么，到哪一天。
    List what I was given, the newest first, with what I have still to return and by when.
    """
    page = await listing.of_resident(keyring_of(request), caller.resident_id, cursor, limit)
    scenarios: ScenarioNotices = request.app.state.scenario_notices
    named, today = await scenarios.named(view.scenario_id for view in page.entries), clock.today()
    items = [BenefitOut.of(view, named, today, language) for view in page.entries]
    note_look(request, caller.resident_id, "benefits")
    body = BenefitsOut(items=items, next=page.next_cursor).model_dump_json().encode()
    answer = conditional(request, body, language)
    answer.headers.update(link_header(request.url, page.next_cursor))
    return answer


def settle_of(request: Request) -> moving.Settle:
    """What settles a report of conduct, where nothing is out any more."""
    settle: moving.Settle = request.app.state.settle_conduct
    return settle


def keyring_of(request: Request) -> Keyring:
    """The keyring, for cursors."""
    keyring: Keyring = request.app.state.keyring
    return keyring


def _asked(
    request: Request, redemption_id: UUID, key: str | None, body: ConfirmIn | ReturnIn | None = None
) -> moving.Request:
    return moving.Request(key_of(key), fingerprint_of(request, body), redemption_id)
