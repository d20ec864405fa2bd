"""`/v1/merchant`: a merchant's own account, staff and keys, and the scenarios that it serves."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from points_api import clock
from points_api.auth.callers import MerchantCaller
from points_api.auth.merchants import CallingMerchant
from points_api.auth.problems import CALLER_REFUSED
from points_api.language import Reader
from points_api.merchants import accounts, serving, staff
from points_api.merchants.door import ManagerCaller, MerchantNow
from points_api.merchants.office import Office
from points_api.merchants.problems import (
    KeyRefused,
    LabelRefused,
    LabelTaken,
    LastManager,
    ManagerNeeded,
    TooMany,
)
from points_api.merchants.schemas import (
    KeyIn,
    KeyOut,
    KeysOut,
    MeOut,
    ServedListOut,
    ServedOut,
    StaffIn,
    StaffListOut,
    StaffOut,
    jwk_text,
)
from points_api.merchants.staff import Acting
from points_api.paging import CursorText, Limit, UnknownCursor, link_header
from points_api.problem import (
    Busy,
    Forbidden,
    InvalidRequest,
    NotFound,
    Problem,
    RateLimited,
    problems,
)

router = APIRouter(prefix="/v1/merchant", tags=["merchant"])
MERCHANT_REFUSED: tuple[type[Problem], ...] = (*CALLER_REFUSED, Forbidden, RateLimited)
"""What every operation of merchants may answer; routes list it in `responses=`."""
_MANAGER = (*MERCHANT_REFUSED, ManagerNeeded)
ClientId = Annotated[str, Path(max_length=64, description="钥匙编号 · client id")]
StaffId = Annotated[UUID, Path(description="人员编号 · staff id")]


@router.get("/me", summary="我的商户 / My merchant", responses=problems(*MERCHANT_REFUSED))
async def me(
    caller: MerchantCaller, now: MerchantNow, language: Reader, response: Response
) -> MeOut:
    """这次调用是哪个商户、哪个岗位、哪把钥匙，对它来说现在几点。
    Tell which merchant, post and key this call is from, and what time it is for it.
    """
    account = await accounts.find(Office(caller.actor), caller.merchant_id)
    member = await staff.find(caller.merchant_id, caller.staff_id)
    response.headers["Cache-Control"] = "private, no-store"
    return MeOut.of(account, member, caller, now, language)


@router.get(
    "/scenarios",
    summary="我承办的场景 / Scenarios I serve",
    responses=problems(*MERCHANT_REFUSED, UnknownCursor, InvalidRequest),
)
async def scenarios(
    request: Request,
    response: Response,
    caller: MerchantCaller,
    now: MerchantNow,
    language: Reader,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> ServedListOut:
    """本商户承办的场景，附状态、优惠和条件。
    List the scenarios that this merchant serves, with state, benefit and conditions.
    """
    state = request.app.state
    page = await serving.page(caller.merchant_id, state.scenarios, state.keyring, cursor, limit)
    response.headers.update(link_header(request.url, page.next_cursor))
    today = clock.day_of(now)
    items = [ServedOut.of(served, today, language) for served in page.entries]
    return ServedListOut(items=items, next=page.next_cursor)


@router.get(
    "/staff",
    summary="人员 / Staff",
    responses=problems(*_MANAGER, UnknownCursor, InvalidRequest),
)
async def members(
    request: Request,
    response: Response,
    caller: ManagerCaller,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> StaffListOut:
    """商户现有的人员，按岗位。
    List who is with the merchant now, by post.
    """
    page = await staff.page(_acting(caller), request.app.state.keyring, cursor, limit)
    response.headers.update(link_header(request.url, page.next_cursor))
    return StaffListOut(items=[StaffOut.of(m) for m in page.entries], next=page.next_cursor)


@router.post(
    "/staff",
    status_code=201,
    summary="增加人员 / Add staff",
    responses=problems(*_MANAGER, LabelTaken, LabelRefused, TooMany, InvalidRequest, Busy),
)
async def add(body: StaffIn, caller: ManagerCaller, response: Response) -> StaffOut:
    """增加一个岗位：`cashier` 收银、`system` 系统，或另一位 `manager` 管理员。
    Add a post: a `cashier`, a `system`, or another `manager`.
    """
    member = await staff.add(_acting(caller), body.label, body.role, clock.now())
    response.headers["Location"] = f"{router.prefix}/staff/{member.id}"
    return StaffOut.of(member)


@router.get(
    "/staff/{staff_id}", summary="一名人员 / A post", responses=problems(*_MANAGER, NotFound)
)
async def member_of(staff_id: StaffId, caller: ManagerCaller) -> StaffOut:
    """商户的一个岗位。
    Tell one of the merchant's posts.
    """
    return StaffOut.of(await staff.find(caller.merchant_id, staff_id))


@router.delete(
    "/staff/{staff_id}",
    status_code=204,
    summary="停用人员 / End a staff member",
    responses=problems(*_MANAGER, NotFound, LastManager, Busy),
)
async def end(staff_id: StaffId, caller: ManagerCaller) -> None:
    """停用一名人员：其全部钥匙和令牌五秒内失效。
    End a staff member: all their keys and tokens are refused within five seconds.
    """
    await staff.end(_acting(caller), staff_id, clock.now())


@router.get(
    "/staff/{staff_id}/keys", summary="钥匙 / Keys", responses=problems(*_MANAGER, NotFound)
)
async def keys(staff_id: StaffId, caller: ManagerCaller) -> KeysOut:
    """一名人员的钥匙，已停用的也在内。
    List a staff member's keys, revoked ones included.
    """
    found = await staff.keys(caller.merchant_id, staff_id)
    return KeysOut(items=[KeyOut.of(client) for client in found])


@router.post(
    "/staff/{staff_id}/keys",
    status_code=201,
    summary="登记公钥 / Register a key",
    responses=problems(*_MANAGER, NotFound, KeyRefused, TooMany, InvalidRequest, Busy),
)
async def add_key(staff_id: StaffId, body: KeyIn, caller: ManagerCaller) -> KeyOut:
    """登记一把公钥；更换时先加新的，再停用旧的。
    Register a public key; to rotate, add the new one and then revoke the old one.
    """
    jwk = jwk_text(body.public_jwk)
    return KeyOut.of(await staff.add_key(_acting(caller), staff_id, jwk, clock.now()))


@router.delete(
    "/staff/{staff_id}/keys/{client_id}",
    status_code=204,
    summary="停用钥匙 / Revoke a key",
    responses=problems(*_MANAGER, NotFound, LastManager, Busy),
)
async def revoke_key(staff_id: StaffId, client_id: ClientId, caller: ManagerCaller) -> None:
    """停用一把钥匙，由它得到的令牌五秒内一并失效。
    Refuse a key, and every token it has got, within five seconds.
    """
    await staff.revoke_key(_acting(caller), staff_id, client_id, clock.now())


def _acting(caller: CallingMerchant) -> Acting:
    return Acting.manager(caller.merchant_id, caller.actor)
