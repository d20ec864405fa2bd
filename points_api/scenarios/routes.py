"""`GET /v1/scenarios`: what a good score opens, for anyone to read."""

from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request, Response

from points_api.conditional import public, weak_etag_of
from points_api.consents.problems import ScenarioNotOpen
from points_api.language import Reader
from points_api.paging import CursorText, Limit, Pages, UnknownCursor, link_header
from points_api.problem import problems
from points_api.scenarios.finding import (
    Asked,
    BenefitType,
    UnknownPlace,
    find,
    list_name,
    live_of,
    page_of,
)
from points_api.scenarios.saying import Teller
from points_api.scenarios.schemas import ScenarioFullOut, ScenariosOut

router = APIRouter(prefix="/v1", tags=["anyone"])
KEPT_SECONDS: Final = 5  # a stopped scenario must be gone everywhere within these
ScenarioId = Annotated[
    str,
    Path(
        max_length=64,
        pattern=r"^[a-z0-9-]+$",
        description="场景代码 · scenario id",
        examples=["huangshi-library-no-deposit"],
    ),
]


@router.get(
    "/scenarios",
    summary="场景 / Scenarios",
    response_model=ScenariosOut,
    responses=problems(UnknownPlace, UnknownCursor),
)
async def scenarios(
    request: Request,
    language: Reader,
    asked: Asked,
    benefit: Annotated[BenefitType | None, Query(description="优惠类型 · kind of benefit")] = None,
    visitors: Annotated[bool | None, Query(description="外地居民可享受 · open to visitors")] = None,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> Response:
    """全部场景：按类别、区划、优惠类型筛选，用汉字、拼音或首字母搜索，近的在前。
    All of them, by category, division or benefit; found by characters, pinyin or initials.
    """
    live = live_of(request)
    published, wanted = live.current, replace(asked, benefit=benefit, visitors=visitors)
    found = find(published, wanted)
    pages = Pages(request.app.state.keyring, f"scenarios:{list_name(wanted)}")
    page = page_of(found, pages, cursor, limit)
    teller = Teller(live, language)
    shown = ScenariosOut(
        as_of=published.day,
        total=len(found),
        items=[teller.short(entry) for entry in page.entries],
        next=page.next_cursor,
    )
    said = shown.model_copy(update={"next": shown.next and "more"}).model_dump_json().encode()
    body = shown.model_dump_json().encode()
    answer = public(request, body, language, KEPT_SECONDS, weak_etag_of(said))
    answer.headers.update(link_header(request.url, page.next_cursor))
    return answer


@router.get(
    "/scenarios/{scenario_id}",
    summary="一个场景 / A scenario",
    response_model=ScenarioFullOut,
    responses=problems(ScenarioNotOpen),
)
async def scenario(request: Request, language: Reader, scenario_id: ScenarioId) -> Response:
    """一个场景的全部：人人都有的服务、优惠、条件、次数、怎样核验、告诉商户什么、依据与期限。
    What everybody gets, benefit, conditions, uses, ways of verifying, what is told, basis and term.
    """
    live = live_of(request)
    found = live.current.require(scenario_id)
    body = Teller(live, language).full(found).model_dump_json().encode()
    return public(request, body, language, KEPT_SECONDS)
