"""`/v1/merchant/entitlements` for systems that keep lists, and a resident's number on one."""

import base64
from collections.abc import AsyncIterator
from contextlib import ExitStack
from datetime import date, timedelta
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from points_api import clock
from points_api.auth.callers import MerchantCaller, ResidentCaller
from points_api.auth.merchants import CallingMerchant
from points_api.auth.problems import CALLER_REFUSED
from points_api.conditional import etag_of, matches
from points_api.consents.problems import ScenarioNotOpen
from points_api.entitlements import day_file, members, service
from points_api.entitlements.problems import (
    DayNotOver,
    ListConsentNeeded,
    MemberRefused,
    NotAList,
)
from points_api.entitlements.schemas import (
    ChangeOut,
    ChangesOut,
    KeyOut,
    NumberIn,
    NumberOut,
)
from points_api.merchants.door import ManagerCaller
from points_api.merchants.problems import ManagerNeeded
from points_api.paging import CursorText, Limit, UnknownCursor
from points_api.problem import Busy, Forbidden, InvalidRequest, problems
from points_api.scenarios.routes import ScenarioId

router = APIRouter()
_READERS = frozenset({"manager", "system"})
_IN_MEMORY: Final = 1024**2
_PIECE: Final = 64 * 1024


@router.get(
    "/v1/merchant/entitlements",
    tags=["merchant"],
    summary="名单变更 / Changes of the list",
    responses=problems(*CALLER_REFUSED, Forbidden, UnknownCursor, InvalidRequest),
)
async def changes(
    request: Request,
    response: Response,
    caller: MerchantCaller,
    since: CursorText = None,
    limit: Limit = 50,
) -> ChangesOut:
    """从一个位置起依次读变更，不会遗漏；下次用新的位置接着读。
    Read the changes after a cursor, in order, without gaps; ask again with the new cursor.
    """
    _require_reader(caller)
    keyring = request.app.state.keyring
    feed = await service.changes(keyring, caller.merchant_id, since, limit)
    response.headers["Cache-Control"] = "no-store"
    items = [ChangeOut.of(change) for change in feed.changes]
    return ChangesOut(items=items, cursor=feed.cursor, more=feed.more)


@router.get(
    "/v1/merchant/entitlements/file",
    tags=["merchant"],
    summary="每日名单 / The list of a day",
    response_class=StreamingResponse,
    responses={
        200: {
            "content": {"text/csv": {}},
            "description": "CSV 文件 · CSV, RFC 4180; Content-Digest of it",
        },
        304: {"description": "未变 / not modified"},
        **problems(*CALLER_REFUSED, Forbidden, DayNotOver, InvalidRequest),
    },
)
async def file(
    request: Request,
    caller: MerchantCaller,
    day: Annotated[date | None, Query(description="默认昨天 · yesterday, if left out")] = None,
) -> Response:
    """某一天终了时名单上的全部号码，以带密钥的散列表示。
    Return everybody entitled at the end of a day by the keyed hash of their number.
    """
    _require_reader(caller)
    chosen = day or clock.today() - timedelta(days=1)
    with ExitStack() as kept:
        # Its digest goes before it, so it is kept until it is whole.
        content = kept.enter_context(SpooledTemporaryFile(_IN_MEMORY))
        found = await day_file.write(caller.merchant_id, chosen, content)
        etag = etag_of(found.sha256)
        headers = {
            "Content-Digest": f"sha-256=:{base64.b64encode(found.sha256).decode()}:",
            "ETag": etag,
            "Cache-Control": "private, no-cache",
            "Points-Last-Change": str(found.last_change),
        }
        if matches(request.headers.get("if-none-match"), etag):
            return Response(status_code=304, headers=headers)
        name = f"entitlements-{chosen.isoformat()}.csv"
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
        headers["Content-Length"] = str(found.size)
        pieces = _pieces(content, kept.pop_all())
    return StreamingResponse(pieces, 200, headers, "text/csv; charset=utf-8")


@router.get(
    "/v1/merchant/entitlements/key",
    tags=["merchant"],
    summary="名单号码的散列密钥 / The key of member hashes",
    responses=problems(*CALLER_REFUSED, ManagerNeeded),
)
async def key(request: Request, response: Response, caller: ManagerCaller) -> KeyOut:
    """本商户的号码用哪把密钥散列；只给管理员。
    Return the key under which this merchant's numbers are hashed; for managers.
    """
    response.headers["Cache-Control"] = "no-store"
    return KeyOut(key=members.key_of(request.app.state.keyring, caller.merchant_id).hex())


@router.put(
    "/v1/me/scenarios/{scenario_id}/member",
    tags=["resident"],
    summary="填写名单上的号码 / My number on a list",
    responses=problems(
        *CALLER_REFUSED, ScenarioNotOpen, NotAList, ListConsentNeeded, MemberRefused,
        InvalidRequest, Busy,
    ),
)  # fmt: skip
async def give_number(
    body: NumberIn,
    request: Request,
    caller: ResidentCaller,
    scenario_id: ScenarioId,
) -> NumberOut:
    """填写我的卡号或车牌；商户得到的是带密钥的散列。
    Give the number of my card or plate; the merchant gets a keyed hash of it.
    """
    state = request.app.state
    plain = await service.give_number(
        state.keyring, state.scenarios, caller.resident_id, scenario_id, body.number, clock.now()
    )
    masked = "*" * (len(plain) - min(2, len(plain) // 2)) + plain[-min(2, len(plain) // 2) :]
    return NumberOut(scenario_id=scenario_id, number=masked)


def _require_reader(caller: CallingMerchant) -> None:
    if caller.role not in _READERS:
        raise Forbidden("需要管理员或系统的钥匙", "A manager's or a system's key is needed")


async def _pieces(content: IO[bytes], kept: ExitStack) -> AsyncIterator[bytes]:
    with kept:
        content.seek(0)
        while piece := content.read(_PIECE):
            yield piece
