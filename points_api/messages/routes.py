"""`/v1/me/messages` and what I want to be told."""

from fastapi import APIRouter, Request, Response

from points_api import clock
from points_api.auth.callers import ResidentCaller
from points_api.auth.problems import CALLER_REFUSED
from points_api.consents.scenario_notice import ScenarioNotices
from points_api.language import Reader
from points_api.messages import service
from points_api.messages.schemas import (
    AcceptedIn,
    MessageOut,
    MessagesOut,
    PreferencesIn,
    PreferencesOut,
    ReadIn,
    minutes,
)
from points_api.paging import CursorText, Limit, UnknownCursor, link_header
from points_api.problem import Busy, InvalidRequest, problems

router = APIRouter(prefix="/v1/me", tags=["resident"])
_READ = problems(*CALLER_REFUSED, InvalidRequest)
_WRITE = problems(*CALLER_REFUSED, InvalidRequest, Busy)


@router.get(
    "/messages",
    summary="消息 / Notices",
    responses=problems(*CALLER_REFUSED, UnknownCursor, InvalidRequest),
)
async def messages(
    request: Request,
    response: Response,
    caller: ResidentCaller,
    language: Reader,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> MessagesOut:
    """我的消息，新的在前；都不含分值和记录。
    List my notices, newest first; none of them holds points or records.
    """
    page = await service.page(request.app.state.keyring, caller.resident_id, cursor, limit)
    response.headers.update(link_header(request.url, page.next_cursor))
    response.headers["Cache-Control"] = "private, no-store"
    scenarios: ScenarioNotices = request.app.state.scenario_notices
    named = await scenarios.named(one for row in page.entries if (one := row.scenario_id))
    return MessagesOut(
        unread=await service.unread(caller.resident_id),
        items=[MessageOut.of(row, named, language) for row in page.entries],
        next=page.next_cursor,
    )


@router.post("/messages/read", status_code=204, summary="标为已读 / Mark as read", responses=_WRITE)
async def mark_read(caller: ResidentCaller, body: ReadIn | None = None) -> None:
    """把看过的标为已读：到某一条为止，或全部。
    Mark as read what I have seen: up to a notice, or all.
    """
    until = body.until if body else None
    await service.read(caller.resident_id, until, clock.now())


@router.get("/message-preferences", summary="消息设置 / What I want to be told", responses=_READ)
async def preferences(caller: ResidentCaller, language: Reader) -> PreferencesOut:
    """哪些消息会提醒，什么时段不提醒。
    Which notices buzz, and when they do not.
    """
    return PreferencesOut.of(await service.preferences_of(caller.resident_id), language)


@router.put("/message-preferences", summary="修改消息设置 / Change it", responses=_WRITE)
async def prefer(body: PreferencesIn, caller: ResidentCaller, language: Reader) -> PreferencesOut:
    """选择哪些消息不提醒和免打扰时段；在应用里每一条都看得到。
    Choose what stays silent and the quiet hours; in the app every notice can be read anyway.
    """
    quiet = minutes(body.quiet.since), minutes(body.quiet.until)
    known = await service.prefer(caller.resident_id, body.muted, *quiet)
    return PreferencesOut.of(known, language)


@router.post(
    "/message-preferences/accepted",
    summary="同意接收 / Accepted in WeChat",
    responses=_WRITE,
)
async def accepted(body: AcceptedIn, caller: ResidentCaller, language: Reader) -> PreferencesOut:
    """刚在微信里允许了哪些消息：允许一次，可发一条。
    Tell which messages I just allowed in WeChat: each acceptance allows one.
    """
    return PreferencesOut.of(await service.accept(caller.resident_id, body.accepted), language)
