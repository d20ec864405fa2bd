"""The notice in force, and a resident's consents.

The application's state holds the city's notices as `notices`, and as `consent_effects` what
follows from a consent (`service.Effects`), as `scenario_notices` those of the scenarios, and as
`city_notices` those of other cities.
"""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from points_api import clock
from points_api.access_log.own_looks import note_look
from points_api.auth.callers import ResidentCaller
from points_api.auth.problems import CALLER_REFUSED
from points_api.conditional import conditional
from points_api.consents import service, to_city, to_scenario
from points_api.consents.naming import read_notices
from points_api.consents.notice import Notice, Notices
from points_api.consents.problems import (
    CityNotOpen,
    JoinFirst,
    NoConsent,
    NoticeOutdated,
    PhoneNeeded,
    ScenarioNotOpen,
    UnknownPurpose,
)
from points_api.consents.scenario_notice import ScenarioNotices
from points_api.consents.schemas import (
    AgreeIn,
    ConsentOut,
    ConsentsOut,
    ErasureOut,
    NoticeOut,
    WithdrawnOut,
)
from points_api.consents.service import Effects, Receipt, Withdrawn
from points_api.consents.to_city import CityNotices
from points_api.language import Language, Reader
from points_api.problem import Busy, InvalidRequest, problems

router = APIRouter()
CHANNEL = "mini_program"
ConsentId = Annotated[UUID, Path(description="授权编号 · consent id")]


@router.get(
    "/v1/notices/current",
    tags=["public"],
    summary="告知书 / The notice in force",
    response_model=NoticeOut,
)
async def notice(request: Request, language: Reader) -> Response:
    """同意之前须告知居民的内容（个人信息保护法第十七条）：谁、为什么、多久。
    Return what a resident must be told before agreeing (PIPL 17): who, what for, how long.
    """
    body = NoticeOut.of(_current(request), language).model_dump_json().encode()
    answer = conditional(request, body, language)
    # The same for everybody in one language, so whoever stands in between may keep it.
    answer.headers["Cache-Control"] = "public, no-cache"
    answer.headers["Vary"] = "Accept-Language"
    return answer


@router.get(
    "/v1/me/consents",
    tags=["resident"],
    summary="我的授权 / My consents",
    response_model=ConsentsOut,
    responses=problems(*CALLER_REFUSED),
)
async def consents(request: Request, caller: ResidentCaller, language: Reader) -> Response:
    """我给过的每一项授权，新的在前，已结束的也在内。
    List every consent I ever gave, newest first, those that ended included.
    """
    receipts = await service.receipts_of(caller.resident_id, clock.now())
    items = await _shown(request, receipts, language)
    note_look(request, caller.resident_id, "consents")
    return conditional(request, ConsentsOut(items=items).model_dump_json().encode(), language)


@router.post(
    "/v1/me/consents",
    status_code=201,
    tags=["resident"],
    summary="同意或续期 / Agree or renew",
    responses=problems(
        *CALLER_REFUSED,
        NoticeOutdated,
        UnknownPurpose,
        ScenarioNotOpen,
        CityNotOpen,
        JoinFirst,
        PhoneNeeded,
        InvalidRequest,
        Busy,
    ),
)
async def agree(
    body: AgreeIn, request: Request, caller: ResidentCaller, language: Reader
) -> ConsentOut:
    """同意现行告知书的一个目的、一个场景或一座城市；也用于续期。

    须已加入。场景只得知能否享受和优惠，不得知分值；城市在我出示访客码时得知等级，
    勾选 `with_score` 才得知分值。

    Agree to one purpose of the notice in force, to a scenario or to a city, anew or again.

    It is for who has joined. A scenario is told yes or no and the benefit, never the score; a city
    the band, where I show a code there, and the score only with `with_score`.
    """
    if body.scenario_id is not None:
        receipt = await _agree_to_scenario(request, caller.resident_id, body)
    elif body.city is not None:
        receipt = await _agree_to_city(request, caller.resident_id, body)
    else:
        assert body.purpose is not None
        current = _current(request)
        if body.notice_version != current.version:
            raise NoticeOutdated(current.version)
        receipt = await service.agree(
            _effects(request), caller.resident_id, current, body.purpose, CHANNEL, clock.now()
        )
    return (await _shown(request, [receipt], language))[0]


@router.delete(
    "/v1/me/consents",
    tags=["resident"],
    summary="按目的撤回 / Withdraw by purpose",
    responses=problems(*CALLER_REFUSED, NoConsent, InvalidRequest, Busy),
)
async def withdraw_purpose(
    purpose: Annotated[
        str, Query(max_length=32, description="哪个目的 · which purpose", examples=["contact"])
    ],
    request: Request,
    caller: ResidentCaller,
    language: Reader,
) -> WithdrawnOut:
    """撤回一个目的，立即生效。撤回 `scoring` 就是退出，其余授权一并结束。
    Withdraw one purpose, effective at once. `scoring` is leaving: all others end with it.
    """
    done = await service.withdraw(
        _effects(request), caller.resident_id, clock.now(), purpose=purpose
    )
    return await _withdrawn(request, done, language)


@router.delete(
    "/v1/me/consents/{consent_id}",
    tags=["resident"],
    summary="撤回一项授权 / Withdraw one consent",
    responses=problems(*CALLER_REFUSED, NoConsent, InvalidRequest, Busy),
)
async def withdraw_one(
    consent_id: ConsentId, request: Request, caller: ResidentCaller, language: Reader
) -> WithdrawnOut:
    """按编号撤回一项授权，立即生效。
    Withdraw one consent by its id, effective at once.
    """
    done = await service.withdraw(
        _effects(request), caller.resident_id, clock.now(), consent_id=consent_id
    )
    return await _withdrawn(request, done, language)


async def _agree_to_scenario(request: Request, resident_id: UUID, body: AgreeIn) -> Receipt:
    scenarios: ScenarioNotices = request.app.state.scenario_notices
    notice = scenarios.open(body.scenario_id or "")
    if notice is None:
        raise ScenarioNotOpen
    if body.notice_version not in (None, notice.notice_version):
        raise NoticeOutdated(notice.notice_version)
    return await to_scenario.agree(_effects(request), resident_id, notice, CHANNEL, clock.now())


async def _agree_to_city(request: Request, resident_id: UUID, body: AgreeIn) -> Receipt:
    cities: CityNotices = request.app.state.city_notices
    now = clock.now()
    notice = cities.open(body.city or "", now)
    if notice is None:
        raise CityNotOpen
    if body.notice_version not in (None, notice.notice_version):
        raise NoticeOutdated(notice.notice_version)
    effects = _effects(request)
    return await to_city.agree(effects, resident_id, notice, CHANNEL, now, score=body.with_score)


def _notices(request: Request) -> Notices:
    notices: Notices = request.app.state.notices
    return notices


def _current(request: Request) -> Notice:
    return _notices(request).current(clock.today())


def _effects(request: Request) -> Effects:
    effects: Effects = request.app.state.consent_effects
    return effects


async def _shown(
    request: Request, receipts: Sequence[Receipt], language: Language
) -> list[ConsentOut]:
    state = request.app.state
    read = await read_notices(
        _notices(request), state.scenario_notices, state.city_notices, receipts
    )
    return [ConsentOut.of(receipt, read, language) for receipt in receipts]


async def _withdrawn(request: Request, done: Withdrawn, language: Language) -> WithdrawnOut:
    erasure = ErasureOut.of(done.erasure, language)
    return WithdrawnOut(
        withdrawn=await _shown(request, done.receipts, language),
        deleted=erasure.deleted,
        kept=erasure.kept,
    )
