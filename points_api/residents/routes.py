"""`/v1/me/enrollment`: join, see where one stands, leave."""

from fastapi import APIRouter, Request, Response

from points_api import clock
from points_api.access_log.own_looks import note_look
from points_api.auth.callers import ResidentCaller
from points_api.auth.problems import CALLER_REFUSED, WeChatUnavailable
from points_api.conditional import conditional
from points_api.consents.problems import (
    ChoicesIncomplete,
    ConsentNeeded,
    NoticeOutdated,
    UnknownPurpose,
)
from points_api.consents.schemas import ErasureOut
from points_api.language import Reader
from points_api.problem import Busy, InvalidRequest, problems
from points_api.residents import pausing, service
from points_api.residents.membership import NoMember
from points_api.residents.problems import (
    AlreadyJoined,
    JoinedElsewhere,
    PhoneNeedsConsent,
    RealNameProofNeeded,
    RealNameRefused,
    UnderAge,
)
from points_api.residents.registry import TheRegistry
from points_api.residents.schemas import EnrollmentOut, JoinIn, LeftOut, PhoneIn

router = APIRouter(prefix="/v1/me", tags=["resident"])


@router.get(
    "/enrollment",
    summary="加入情况 / Where I stand",
    response_model=EnrollmentOut,
    responses=problems(*CALLER_REFUSED),
)
async def enrollment(
    request: Request, caller: ResidentCaller, registry: TheRegistry, language: Reader
) -> Response:
    """是否已加入；是否需要重新同意，为什么。
    Tell whether I have joined, and whether my consent is needed anew and why.
    """
    view = await service.view(registry, caller.resident_id, clock.now(), clock.today())
    note_look(request, caller.resident_id, "enrollment")
    return conditional(request, EnrollmentOut.of(view).model_dump_json().encode(), language)


@router.post(
    "/enrollment",
    status_code=201,
    summary="加入 / Join",
    responses={
        200: {"model": EnrollmentOut, "description": "此前已经加入 / had joined before"},
        **problems(
            *CALLER_REFUSED,
            RealNameProofNeeded,
            RealNameRefused,
            UnderAge,
            AlreadyJoined,
            JoinedElsewhere,
            PhoneNeedsConsent,
            NoticeOutdated,
            ChoicesIncomplete,
            ConsentNeeded,
            UnknownPurpose,
            InvalidRequest,
            WeChatUnavailable,
            Busy,
        ),
    },
)
async def join(
    body: JoinIn, response: Response, caller: ResidentCaller, registry: TheRegistry
) -> EnrollmentOut:
    """用实名和身份证号加入，须满十八岁。重复发送不改变什么。
    Join with real name and ID number, 18 and above. Sent again, it changes nothing.
    """
    view, created = await service.join(
        registry, caller.resident_id, body.to_application(), clock.now(), clock.today()
    )
    if not created:
        response.status_code = 200
    return EnrollmentOut.of(view)


@router.delete(
    "/enrollment",
    summary="退出 / Leave",
    responses=problems(*CALLER_REFUSED, NoMember, Busy),
)
async def leave(caller: ResidentCaller, registry: TheRegistry, language: Reader) -> LeftOut:
    """退出，立即生效。答复说明删除了什么，什么依哪部法律留存多久。
    Leave, effective at once. Tells what was deleted, and what stays by which law how long.
    """
    left = await service.leave(registry, caller.resident_id, clock.now())
    erasure = ErasureOut.of(left.erasure, language)
    return LeftOut(left_at=left.left_at, deleted=erasure.deleted, kept=erasure.kept)


@router.put(
    "/enrollment/phone",
    summary="填写手机号 / Give a phone number",
    responses=problems(*CALLER_REFUSED, NoMember, NoticeOutdated, InvalidRequest, Busy),
)
async def phone(body: PhoneIn, caller: ResidentCaller, registry: TheRegistry) -> EnrollmentOut:
    """填写或更换手机号，即同意与您联系；撤回 `contact` 就删除。
    Give or change my number, and with it agree to be reached; withdraw `contact` to drop it.
    """
    now, today = clock.now(), clock.today()
    notice = registry.notices.current(today)
    if body.notice_version != notice.version:
        raise NoticeOutdated(notice.version)
    await service.set_phone(registry, caller.resident_id, body.phone, notice, now)
    return EnrollmentOut.of(await service.view(registry, caller.resident_id, now, today))


@router.put(
    "/pause",
    summary="全部暂停 / Pause all",
    responses=problems(*CALLER_REFUSED, NoMember, Busy),
)
async def pause(caller: ResidentCaller, registry: TheRegistry) -> EnrollmentOut:
    """立即不再让任何商户和城市得知任何情况；各项授权保持不变。
    Let no merchant and no partner learn anything, at once. Consents stay as they are.
    """
    now, today = clock.now(), clock.today()
    await pausing.pause(caller.resident_id, now)
    return EnrollmentOut.of(await service.view(registry, caller.resident_id, now, today))


@router.delete(
    "/pause",
    summary="结束暂停 / Resume",
    responses=problems(*CALLER_REFUSED, NoMember, Busy),
)
async def resume(caller: ResidentCaller, registry: TheRegistry) -> EnrollmentOut:
    """结束暂停。
    End the pause.
    """
    await pausing.resume(caller.resident_id)
    view = await service.view(registry, caller.resident_id, clock.now(), clock.today())
    return EnrollmentOut.of(view)
