"""`/v1/merchant/scenario-proposals…` and `/v1/officer/scenarios…`."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from points_api import clock
from points_api.auth.callers import MerchantCaller, officer_with
from points_api.auth.merchants import CallingMerchant
from points_api.auth.officers import CallingOfficer
from points_api.auth.problems import CALLER_REFUSED
from points_api.conditional import ChangedMeanwhile, IfMatch, IfMatchMissing
from points_api.language import Language, Reader
from points_api.lifecycle import service, versions
from points_api.lifecycle.problems import (
    AuthorOnly,
    DocumentRefused,
    DraftOpen,
    MoveNotAllowed,
    SandboxStays,
    ScenarioFaulty,
    ScenarioTaken,
    SecondOfficerNeeded,
    TooManyDrafts,
)
from points_api.lifecycle.schemas import (
    DocumentIn,
    ReasonIn,
    VersionLinesOut,
    VersionOut,
    VersionsOut,
)
from points_api.lifecycle.service import Which
from points_api.lifecycle.showing import line, whole
from points_api.lifecycle.versions import Version
from points_api.merchants.problems import ManagerNeeded
from points_api.paging import CursorText, Limit, UnknownCursor, link_header
from points_api.problem import Forbidden, NotFound, problems
from points_api.scenarios.finding import live_of
from points_api.scenarios.routes import ScenarioId
from scenarios.lifecycle import Move, State

router = APIRouter(prefix="/v1")
SUBMITTED: Final = "submitted"
ScenarioOfficer = Annotated[CallingOfficer, officer_with("scenario")]
Number = Annotated[int, Path(ge=1, le=1_000_000, description="版本号 · version number")]
ProposalId = Annotated[UUID, Path(description="提议编号 · proposal id")]


async def _which(scenario_id: ScenarioId, version: Number) -> Which:
    return Which(scenario_id=scenario_id, version=version)


Named = Annotated[Which, Depends(_which)]
_DRAFT = (*CALLER_REFUSED, DocumentRefused, ScenarioTaken, DraftOpen, TooManyDrafts)
_CHANGE = (*CALLER_REFUSED, NotFound, IfMatchMissing, ChangedMeanwhile, MoveNotAllowed)
_MERCHANT = "/merchant/scenario-proposals"
_OFFICER = "/officer/scenarios"


@router.post(
    _MERCHANT,
    summary="提议场景 / Propose a scenario",
    status_code=201,
    tags=["merchant"],
    responses=problems(*_DRAFT, ManagerNeeded),
)
async def propose(
    request: Request, response: Response, caller: MerchantCaller, body: DocumentIn, language: Reader
) -> VersionOut:
    """起草一个场景：内容与场景文件相同的 JSON；可以先存着不完整的，faults 逐条说明要改什么。
    Draft one as the JSON of a scenario file. It may be incomplete; `faults` say what to mend.
    """
    made = await service.draft(caller, body.document, clock.now())
    return await _shown(request, response, made, language, caller)


@router.get(
    _MERCHANT,
    summary="我的提议 / My proposals",
    tags=["merchant"],
    responses=problems(*CALLER_REFUSED, UnknownCursor),
)
async def proposals(
    request: Request,
    response: Response,
    caller: MerchantCaller,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> VersionLinesOut:
    """本商户的全部提案，新的在前。
    This merchant's proposals, newest first.
    """
    page = await versions.proposals(request.app.state.keyring, caller, cursor, limit)
    response.headers.update(link_header(request.url, page.next_cursor))
    return VersionLinesOut(items=[line(one) for one in page.entries], next=page.next_cursor)


@router.get(
    _MERCHANT + "/{proposal_id}",
    summary="一个提议 / A proposal",
    tags=["merchant"],
    responses=problems(*CALLER_REFUSED, NotFound),
)
async def proposal(
    request: Request,
    response: Response,
    caller: MerchantCaller,
    proposal_id: ProposalId,
    language: Reader,
) -> VersionOut:
    """一份提案：要改的地方、商户究竟会被告知什么、审核经过。
    What is to be mended, what exactly the merchant would be told, and its review so far.
    """
    found = await versions.proposal(caller, proposal_id)
    return await _shown(request, response, found, language, caller)


@router.put(
    _MERCHANT + "/{proposal_id}",
    summary="改提议 / Amend a proposal",
    tags=["merchant"],
    responses=problems(*_CHANGE, DocumentRefused, ScenarioTaken, ManagerNeeded),
)
async def amend_proposal(
    request: Request,
    response: Response,
    caller: MerchantCaller,
    proposal_id: ProposalId,
    body: DocumentIn,
    language: Reader,
    if_match: IfMatch = None,
) -> VersionOut:
    """修改自己的草稿；If-Match 是上次读到的 ETag。
    Change a draft of one's own; If-Match is the ETag read last.
    """
    which = Which(id=proposal_id)
    made = await service.amend(caller, which, body.document, if_match, clock.now())
    return await _shown(request, response, made, language, caller)


@router.post(
    _MERCHANT + "/{proposal_id}/submit",
    summary="提交提议 / Submit a proposal",
    tags=["merchant"],
    responses=problems(*_CHANGE, ScenarioFaulty, ManagerNeeded, SandboxStays),
)
async def submit_proposal(
    request: Request,
    response: Response,
    caller: MerchantCaller,
    proposal_id: ProposalId,
    language: Reader,
    if_match: IfMatch = None,
) -> VersionOut:
    """提交审核；有要改的地方就不能提交。
    Hand it in for review; not while there is something to mend.
    """
    which, live = Which(id=proposal_id), live_of(request)
    made = await service.make(caller, which, "submit", SUBMITTED, if_match, live)
    return await _shown(request, response, made, language, caller)


@router.get(
    _OFFICER,
    summary="场景的状态 / States of scenarios",
    tags=["officer"],
    responses=problems(*CALLER_REFUSED, Forbidden, UnknownCursor),
)
async def overseen(
    request: Request,
    response: Response,
    caller: ScenarioOfficer,
    state: Annotated[State | None, Query(description="只看这种状态 · only in this state")] = None,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> VersionLinesOut:
    """归我管的场景版本，新的在前；县市区的工作人员只看本区划。
    The versions that I oversee, newest first; a county's officers see their division only.
    """
    keyring = request.app.state.keyring
    page = await versions.overseen(keyring, caller, state, cursor, limit)
    response.headers.update(link_header(request.url, page.next_cursor))
    return VersionLinesOut(items=[line(one) for one in page.entries], next=page.next_cursor)


@router.post(
    _OFFICER,
    summary="起草场景 / Draft a scenario",
    status_code=201,
    tags=["officer"],
    responses=problems(*_DRAFT, Forbidden),
)
async def draft(
    request: Request,
    response: Response,
    caller: ScenarioOfficer,
    body: DocumentIn,
    language: Reader,
) -> VersionOut:
    """由信用办起草一个场景或它的新版本；发布须由另一位工作人员。
    Draft a scenario or a new version of one; another officer has to publish it.
    """
    made = await service.draft(caller, body.document, clock.now())
    return await _shown(request, response, made, language, caller)


@router.get(
    _OFFICER + "/{scenario_id}/versions",
    summary="场景的各版本 / Versions of a scenario",
    tags=["officer"],
    responses=problems(*CALLER_REFUSED, Forbidden, NotFound),
)
async def versions_of(
    request: Request, caller: ScenarioOfficer, scenario_id: ScenarioId, language: Reader
) -> VersionsOut:
    """一个场景的各个版本和经过，新的在前。
    The versions of a scenario and their moves, newest first.
    """
    live = live_of(request)
    found = await versions.of_scenario(caller, scenario_id)
    return VersionsOut(items=[await whole(one, live, language, caller) for one in found])


@router.get(
    _OFFICER + "/{scenario_id}/versions/{version}",
    summary="场景的一个版本 / A version of a scenario",
    tags=["officer"],
    responses=problems(*CALLER_REFUSED, Forbidden, NotFound),
)
async def one_version(
    request: Request, response: Response, caller: ScenarioOfficer, which: Named, language: Reader
) -> VersionOut:
    """一个版本；得到的 ETag 用于下一步的 If-Match。
    One version; its ETag is the If-Match of the next step.
    """
    found = await versions.one_of(caller, which.scenario_id, which.version)
    return await _shown(request, response, found, language, caller)


@router.put(
    _OFFICER + "/{scenario_id}/versions/{version}",
    summary="改草案 / Amend a draft",
    tags=["officer"],
    responses=problems(*_CHANGE, DocumentRefused, ScenarioTaken, Forbidden, AuthorOnly),
)
async def amend(
    request: Request,
    response: Response,
    caller: ScenarioOfficer,
    which: Named,
    body: DocumentIn,
    language: Reader,
    if_match: IfMatch = None,
) -> VersionOut:
    """修改自己起草的草稿。
    Change a draft of one's own.
    """
    made = await service.amend(caller, which, body.document, if_match, clock.now())
    return await _shown(request, response, made, language, caller)


@router.post(
    _OFFICER + "/{scenario_id}/versions/{version}/{move}",
    summary="审核、发布、暂停、恢复或结束 / Review, publish, suspend, resume or retire",
    tags=["officer"],
    responses=problems(*_CHANGE, ScenarioFaulty, Forbidden, AuthorOnly, SecondOfficerNeeded),
)
async def move_version(
    request: Request,
    response: Response,
    caller: ScenarioOfficer,
    which: Named,
    move: Annotated[Move, Path(description="哪一步 · which step")],
    body: ReasonIn,
    language: Reader,
    if_match: IfMatch = None,
) -> VersionOut:
    """下一步：submit、return、publish（另一位）、suspend（紧急叫停，立即生效）、resume（另一位）、retire。
    The next step; another officer has to publish and to resume, and suspending is at once.
    """
    made = await service.make(caller, which, move, body.reason, if_match, live_of(request))
    return await _shown(request, response, made, language, caller)


async def _shown(
    request: Request,
    response: Response,
    one: Version,
    language: Language,
    caller: CallingMerchant | CallingOfficer,
) -> VersionOut:
    response.headers["ETag"] = one.etag
    response.headers["Cache-Control"] = "private, no-store"
    return await whole(one, live_of(request), language, caller)
