"""A merchant asks whether a resident is eligible; both see afterwards what was asked."""

from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from points_api import clock
from points_api.access_log.own_looks import note_look
from points_api.auth.callers import MerchantCaller, ResidentCaller
from points_api.auth.problems import CALLER_REFUSED
from points_api.consents.problems import ScenarioNotOpen
from points_api.credit_codes.problems import ModeNotOffered, ScenarioConsentNeeded
from points_api.language import Reader, Text
from points_api.merchants.door import MerchantNow
from points_api.paging import CursorText, Limit, UnknownCursor, link_header
from points_api.problem import Busy, InvalidRequest, NotFound, RateLimited, problems
from points_api.qr import svg_of
from points_api.residents.membership import NoMember
from points_api.scenarios.routes import ScenarioId
from points_api.verifications import listing
from points_api.verifications.problems import (
    CodeNotValid,
    CodeUsed,
    TooManyGuesses,
    WallCodeUnknown,
)
from points_api.verifications.rendering import STATUS, response_of
from points_api.verifications.schemas import (
    DecisionOut,
    DecisionsOut,
    SeenListOut,
    SeenOut,
    VerificationOut,
    VerifyIn,
    WallCodeOut,
    WallScanIn,
    WallScanOut,
)
from points_api.verifications.service import Verifications

router = APIRouter(prefix="/v1")
_SHOWN: Final = timedelta(hours=1)  # of a merchant's list, unless it says since when
_WALL = Text("请扫码核验：{title}", "Scan to verify: {title}")


@router.post(
    "/merchant/verifications",
    status_code=STATUS,
    tags=["merchant"],
    summary="核验 / Verify",
    response_model=VerificationOut,
    responses=problems(
        *CALLER_REFUSED,
        NotFound,
        CodeNotValid,
        CodeUsed,
        ModeNotOffered,
        TooManyGuesses,
        RateLimited,
        InvalidRequest,
        Busy,
    ),
)
async def verify(
    body: VerifyIn,
    request: Request,
    caller: MerchantCaller,
    language: Reader,
    now: MerchantNow,
) -> Response:
    """得知能或不能；能的话，还有优惠是什么。一个码只能用一次。

    `code` 是扫到的码，`spoken` 是柜台前说出的数字，
    `pseudonym` 是商户系统对已同意这个场景的居民的称呼。

    Learn yes or no, and with a yes the benefit. A code works once.

    With `code` what was scanned, with `spoken` the number said at a counter, with `pseudonym` how
    this merchant's system calls somebody who has consented to the scenario.
    """
    service = _service(request)
    if body.code is not None:
        answer = await service.by_code(caller, body.code, body.scenario_id, now)
    elif body.spoken is not None:
        answer = await service.by_number(caller, body.spoken, body.scenario_id, now)
    else:
        name = body.pseudonym or ""
        answer = await service.by_pseudonym(caller, name, body.scenario_id, now)
    return response_of(answer, language)


@router.get(
    "/merchant/verifications",
    tags=["merchant"],
    summary="已做的核验 / Verifications made",
    responses=problems(*CALLER_REFUSED, UnknownCursor, InvalidRequest),
)
async def seen(
    request: Request,
    response: Response,
    caller: MerchantCaller,
    since: Annotated[datetime | None, Query(description="默认一小时前 · else an hour ago")] = None,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> SeenListOut:
    """本商户做过的核验，旧的在前，居民扫墙码的也在内。
    List what this merchant verified, oldest first, wall codes that were scanned included.
    """
    start = (since or clock.now() - _SHOWN).astimezone(clock.LEGAL_ZONE)
    keyring = request.app.state.keyring
    page = await listing.of_merchant(keyring, caller.merchant_id, start, cursor, limit)
    response.headers.update(link_header(request.url, page.next_cursor))
    response.headers["Cache-Control"] = "no-store"
    return SeenListOut(items=[SeenOut.of(one) for one in page.entries], next=page.next_cursor)


@router.get(
    "/merchant/scenarios/{scenario_id}/wall-code",
    tags=["merchant"],
    summary="墙码 / The code on the wall",
    responses=problems(*CALLER_REFUSED, NotFound, ModeNotOffered),
)
async def wall_code(
    scenario_id: ScenarioId,
    request: Request,
    response: Response,
    caller: MerchantCaller,
    language: Reader,
) -> WallCodeOut:
    """造一个供居民扫的码，可以印出来；以前印的仍然有效。
    Make a code for residents to scan. Print it; those printed before stay good.
    """
    text, scenario = await _service(request).wall_code(caller, scenario_id)
    title = _WALL.say(language).format(title=Text(*scenario.title).say(language))
    response.headers["Cache-Control"] = "no-store"
    return WallCodeOut(scenario_id=scenario_id, wall_code=text, qr_svg=svg_of(text, title))


@router.post(
    "/me/wall-scans",
    status_code=201,
    tags=["resident"],
    summary="扫商户的码 / Scan a merchant's code",
    responses=problems(
        *CALLER_REFUSED,
        WallCodeUnknown,
        NoMember,
        ScenarioNotOpen,
        ModeNotOffered,
        ScenarioConsentNeeded,
        InvalidRequest,
        Busy,
    ),
)
async def scan(
    body: WallScanIn,
    request: Request,
    response: Response,
    caller: ResidentCaller,
    language: Reader,
) -> WallScanOut:
    """看我在这里能不能享受。能的话，商户按编号也看得到。
    See whether I am eligible here. With a yes the merchant sees it too, under the number.
    """
    found = await _service(request).by_wall(
        caller.resident_id, caller.sid, body.wall_code, clock.now()
    )
    response.headers["Cache-Control"] = "no-store"
    return WallScanOut.of(found, language)


@router.get(
    "/me/verifications",
    tags=["resident"],
    summary="积分参与的每次判断 / Decisions my score took part in",
    responses=problems(*CALLER_REFUSED, UnknownCursor, InvalidRequest),
)
async def decisions(
    request: Request,
    response: Response,
    caller: ResidentCaller,
    language: Reader,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> DecisionsOut:
    """商户每次来问：告知了什么，为什么，用我看得懂的话。
    List each time a merchant asked: what they were told, and why, in my words.
    """
    state = request.app.state
    page = await listing.of_resident(
        state.keyring, state.scenario_notices, caller.resident_id, cursor, limit
    )
    response.headers.update(link_header(request.url, page.next_cursor))
    response.headers["Cache-Control"] = "private, no-store"
    note_look(request, caller.resident_id, "verifications")
    items = [DecisionOut.of(one, language) for one in page.entries]
    return DecisionsOut(items=items, next=page.next_cursor)


def _service(request: Request) -> Verifications:
    service: Verifications = request.app.state.verifications
    return service
