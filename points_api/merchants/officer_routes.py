"""`/v1/officer/merchants`: the credit office's side of merchants."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from points_api import clock
from points_api.auth.callers import officer_with
from points_api.auth.officers import CallingOfficer
from points_api.auth.problems import CALLER_REFUSED
from points_api.conditional import ChangedMeanwhile, IfMatch, IfMatchMissing, etag_of, require_match
from points_api.merchants import accounts, serving, staff
from points_api.merchants.accounts import Account, State
from points_api.merchants.office import Office
from points_api.merchants.problems import (
    CreditCodeRefused,
    CreditCodeTaken,
    DivisionUnknown,
    KeyRefused,
    LabelRefused,
    LabelTaken,
    TooMany,
)
from points_api.merchants.routes import StaffId
from points_api.merchants.schemas import (
    Division,
    KeyOut,
    ManagerIn,
    ManagerOut,
    MerchantIn,
    MerchantNew,
    MerchantOut,
    MerchantsOut,
    StaffListOut,
    StaffOut,
    SuspendIn,
    jwk_text,
)
from points_api.merchants.staff import Acting
from points_api.paging import CursorText, Limit, UnknownCursor, link_header
from points_api.problem import Busy, Forbidden, InvalidRequest, NotFound, problems
from points_api.scenarios.routes import ScenarioId

router = APIRouter(prefix="/v1/officer/merchants", tags=["officer"])
ScenarioOfficer = Annotated[CallingOfficer, officer_with("scenario")]
MerchantId = Annotated[UUID, Path(description="商户编号 · merchant id")]
_REFUSED = (*CALLER_REFUSED, Forbidden)
_ACCOUNT = (CreditCodeRefused, CreditCodeTaken, DivisionUnknown, InvalidRequest, Busy)


@router.get("", summary="商户 / Merchants", responses=problems(*_REFUSED, UnknownCursor))
async def merchants(
    request: Request,
    response: Response,
    caller: ScenarioOfficer,
    state: Annotated[State | None, Query(description="只看这种状态 · only in this state")] = None,
    division: Annotated[
        Division | None, Query(description="只看这个区划 · only of this division")
    ] = None,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> MerchantsOut:
    """归我管的商户，新开通的在前。
    List the merchants that I oversee, those opened last first.
    """
    keyring = request.app.state.keyring
    page = await accounts.page(Office.of(caller), keyring, cursor, limit, state, division)
    response.headers.update(link_header(request.url, page.next_cursor))
    return MerchantsOut(items=[MerchantOut.of(a) for a in page.entries], next=page.next_cursor)


@router.post(
    "",
    status_code=201,
    summary="开通商户 / Open a merchant",
    responses=problems(*_REFUSED, *_ACCOUNT),
)
async def open_merchant(
    body: MerchantNew, caller: ScenarioOfficer, response: Response
) -> MerchantOut:
    """开通账号；带 `sandbox` 的只会遇到造的居民。
    Open an account, or with `sandbox` one that meets made-up residents only.
    """
    made = await accounts.create(Office.of(caller), body.particulars(), body.sandbox, clock.now())
    response.headers["Location"] = f"{router.prefix}/{made.id}"
    return _told(made, [], response)


@router.get(
    "/{merchant_id}", summary="一个商户 / A merchant", responses=problems(*_REFUSED, NotFound)
)
async def merchant(
    merchant_id: MerchantId, caller: ScenarioOfficer, response: Response
) -> MerchantOut:
    """信用办所知的一个商户，和它承办的场景。
    Tell what the office knows of a merchant, and which scenarios it serves.
    """
    return await _answer(await accounts.find(Office.of(caller), merchant_id), response)


@router.put(
    "/{merchant_id}",
    summary="更正商户 / Amend a merchant",
    responses=problems(*_REFUSED, NotFound, *_ACCOUNT, IfMatchMissing, ChangedMeanwhile),
)
async def amend(
    response: Response,
    merchant_id: MerchantId,
    body: MerchantIn,
    caller: ScenarioOfficer,
    if_match: IfMatch = None,
) -> MerchantOut:
    """更正商户的资料。`If-Match` 写明读到的是哪一版。
    Replace the particulars. `If-Match` names the version that was read.
    """

    def unless(found: Account) -> None:
        require_match(if_match, _etag(found))

    office = Office.of(caller)
    changed = await accounts.amend(office, merchant_id, body.particulars(), clock.now(), unless)
    return await _answer(changed, response)


@router.post(
    "/{merchant_id}/suspend",
    summary="停用商户 / Suspend",
    responses=problems(*_REFUSED, NotFound, InvalidRequest, Busy),
)
async def suspend(
    merchant_id: MerchantId, body: SuspendIn, caller: ScenarioOfficer, response: Response
) -> MerchantOut:
    """停用它的全部钥匙，五秒内处处生效。
    Refuse all of its keys, in every process within five seconds.
    """
    return await _answer(await accounts.suspend(Office.of(caller), merchant_id, body.why), response)


@router.post(
    "/{merchant_id}/resume",
    summary="恢复商户 / Resume",
    responses=problems(*_REFUSED, NotFound, Busy),
)
async def resume(
    merchant_id: MerchantId, caller: ScenarioOfficer, response: Response
) -> MerchantOut:
    """恢复它，用原来的钥匙。
    Let it act again, with the keys that it had.
    """
    return await _answer(await accounts.resume(Office.of(caller), merchant_id), response)


@router.get(
    "/{merchant_id}/staff",
    summary="商户的人员 / Its staff",
    responses=problems(*_REFUSED, NotFound, UnknownCursor),
)
async def staff_of(
    request: Request,
    response: Response,
    merchant_id: MerchantId,
    caller: ScenarioOfficer,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> StaffListOut:
    """商户现有的人员，按岗位。
    List who is with the merchant now, by post.
    """
    keyring = request.app.state.keyring
    page = await staff.page(_for(caller, merchant_id), keyring, cursor, limit)
    response.headers.update(link_header(request.url, page.next_cursor))
    return StaffListOut(items=[StaffOut.of(m) for m in page.entries], next=page.next_cursor)


@router.post(
    "/{merchant_id}/managers",
    status_code=201,
    summary="登记管理员及其公钥 / A manager with a key",
    responses=problems(
        *_REFUSED, NotFound, LabelTaken, LabelRefused, KeyRefused, TooMany, InvalidRequest, Busy
    ),
)
async def add_manager(
    merchant_id: MerchantId, body: ManagerIn, caller: ScenarioOfficer
) -> ManagerOut:
    """让商户能够登录：第一次，或钥匙全部丢失以后。
    Let the merchant in: the first time, or after it has lost all its keys.
    """
    member, key = await staff.add_manager(
        _for(caller, merchant_id), body.label, jwk_text(body.public_jwk), clock.now()
    )
    return ManagerOut(staff=StaffOut.of(member), key=KeyOut.of(key))


@router.delete(
    "/{merchant_id}/staff/{staff_id}",
    status_code=204,
    summary="停用商户人员 / End a staff member",
    responses=problems(*_REFUSED, NotFound, Busy),
)
async def end_staff(merchant_id: MerchantId, staff_id: StaffId, caller: ScenarioOfficer) -> None:
    """停用一名人员和其全部钥匙，最后一位管理员也可以。
    End a staff member and all their keys, the last manager as well.
    """
    await staff.end(_for(caller, merchant_id), staff_id, clock.now())


@router.put(
    "/{merchant_id}/scenarios/{scenario_id}",
    status_code=204,
    summary="商户承办场景 / Serve a scenario",
    responses=problems(*_REFUSED, NotFound, Busy),
)
async def serve(merchant_id: MerchantId, scenario_id: ScenarioId, caller: ScenarioOfficer) -> None:
    """让商户核验、兑现一个场景；重复登记只算一次。
    Let the merchant verify and redeem for a scenario; twice is once.
    """
    await serving.serve(Office.of(caller), merchant_id, scenario_id, clock.now())


@router.delete(
    "/{merchant_id}/scenarios/{scenario_id}",
    status_code=204,
    summary="商户不再承办 / Serve no more",
    responses=problems(*_REFUSED, NotFound, Busy),
)
async def unserve(
    merchant_id: MerchantId, scenario_id: ScenarioId, caller: ScenarioOfficer
) -> None:
    """商户不再承办这个场景。
    End that the merchant serves a scenario.
    """
    await serving.unserve(Office.of(caller), merchant_id, scenario_id, clock.now())


def _for(caller: CallingOfficer, merchant_id: UUID) -> Acting:
    return Acting(merchant_id, Office.of(caller), own=False)


async def _answer(account: Account, response: Response) -> MerchantOut:
    return _told(account, await serving.ids(account.id), response)


def _told(account: Account, scenarios: list[str], response: Response) -> MerchantOut:
    response.headers["ETag"] = _etag(account)
    response.headers["Cache-Control"] = "private, no-cache"
    return MerchantOut.of(account, scenarios)


def _etag(account: Account) -> str:
    """Names what a change would replace; which scenarios are served is changed elsewhere."""
    return etag_of(MerchantOut.of(account).model_dump_json().encode())
