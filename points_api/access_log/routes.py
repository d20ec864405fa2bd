"""`GET /v1/me/access-log`: who looked at my information, when, and what for."""

from fastapi import APIRouter, Request, Response

from points_api.access_log import service
from points_api.access_log.own_looks import note_look
from points_api.access_log.schemas import AccessLogOut, LookOut
from points_api.auth.callers import ResidentCaller
from points_api.auth.problems import CALLER_REFUSED
from points_api.language import Reader
from points_api.paging import CursorText, Limit, UnknownCursor, link_header
from points_api.problem import InvalidRequest, problems

router = APIRouter(prefix="/v1/me", tags=["resident"])


@router.get(
    "/access-log",
    summary="谁查看过我的信息 / Who looked",
    responses=problems(*CALLER_REFUSED, UnknownCursor, InvalidRequest),
)
async def access_log(
    request: Request,
    response: Response,
    caller: ResidentCaller,
    language: Reader,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> AccessLogOut:
    """谁查看过我的信息，新的在前；我自己的查看按天计数。
    List the looks at my information, newest first; mine are counted per day.
    """
    keyring = request.app.state.keyring
    others = request.app.state.looks_by_others
    page = await service.page(keyring, caller.resident_id, cursor, limit, others)
    response.headers.update(link_header(request.url, page.next_cursor))
    response.headers["Cache-Control"] = "private, no-store"
    note_look(request, caller.resident_id, "access_log")
    lines = await request.app.state.names_of_looks(page.entries)
    entries = [LookOut.of(line, language) for line in lines]
    return AccessLogOut(items=entries, next=page.next_cursor)
