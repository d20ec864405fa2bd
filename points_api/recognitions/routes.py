"""Visits: codes at home, questions of partners, visitors at a till, and who has to be told.

The application's state holds `visit_codes`, `recognizing` (home), `visiting` (host), `exchange`.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from interop.batch import MOST, Accepted, Batch, Results
from interop.notices import Ended, Receipt, Used
from interop.statement import Asked
from points_api import clock
from points_api.auth.callers import (
    MerchantCaller,
    PartnerCaller,
    ResidentCaller,
    officer_with,
)
from points_api.auth.officers import CallingOfficer
from points_api.auth.problems import CALLER_REFUSED
from points_api.consents.problems import CityNotOpen
from points_api.language import Reader
from points_api.partners import contract
from points_api.partners.problems import (
    ExchangeClosed,
    HomeAnswerRefused,
    HomeNotAsked,
    UnknownCity,
)
from points_api.problem import Busy, Forbidden, InvalidRequest, NotFound, problems
from points_api.recognitions import ending, recalls, usage
from points_api.recognitions.batches import PAGE, Batches
from points_api.recognitions.codes import VisitCodes
from points_api.recognitions.home import Home
from points_api.recognitions.host import Host
from points_api.recognitions.problems import (
    BatchGone,
    CityConsentNeeded,
    CountyResidentsOnly,
    NothingAgreed,
    VisitorsNotRecognized,
)
from points_api.recognitions.schemas import (
    HostOut,
    HostsOut,
    RecallOut,
    RecallsOut,
    VisitCodeIn,
    VisitCodeOut,
    VisitorIn,
)
from points_api.residents.membership import NoMember
from points_api.verifications.problems import CodeUsed
from points_api.verifications.rendering import response_of
from points_api.verifications.schemas import VerificationOut

FromCursor = Annotated[
    str,
    Query(
        pattern=r"^\d{1,3}$",
        description="上一页的 `next` · `next` of the page before",
        examples=["100"],
    ),
]
router = APIRouter()


@router.get(
    "/v1/me/visits/hosts",
    tags=["resident"],
    summary="可以去的城市 / Where I am recognized",
    responses=problems(*CALLER_REFUSED),
)
async def hosts(
    request: Request,
    response: Response,
    caller: ResidentCaller,  # noqa: ARG001
    language: Reader,
) -> HostsOut:
    """今天与本市有互认协议的城市和县市。
    List the cities and counties with which recognition is agreed on today.
    """
    codes = _codes(request)
    response.headers["Cache-Control"] = "private, no-cache"
    return HostsOut(items=[HostOut.of(one, language) for one in codes.hosts.all(clock.now())])


@router.post(
    "/v1/me/visits/codes",
    status_code=201,
    tags=["resident"],
    summary="访客码 / A code to show in another city",
    responses=problems(
        *CALLER_REFUSED,
        NoMember,
        CityNotOpen,
        CountyResidentsOnly,
        CityConsentNeeded,
        InvalidRequest,
        Busy,
    ),
)
async def make(
    body: VisitCodeIn, request: Request, response: Response, caller: ResidentCaller,
    language: Reader,
) -> VisitCodeOut:  # fmt: skip
    """为一座城市的一个场景造码。它本身什么也不说明，只能用一次，
    两分钟后或这次登录结束时失效。

    Make a code for one scenario of one host. It says nothing by itself, is good once, and ends
    with this sign-in or in two minutes.
    """
    scope = (body.scenario, body.purpose)
    made = await _codes(request).make(caller.resident_id, caller.sid, body.host, scope, clock.now())
    response.headers["Cache-Control"] = "no-store"
    return VisitCodeOut.of(made, body, language)


@router.post(
    "/interop/v1/recognitions",
    summary="询问访客 / Ask about a visitor",
    **contract.operation(Asked, NothingAgreed, Busy, statement=True),
)
async def recognize(request: Request, caller: PartnerCaller) -> Response:
    """以签名的声明作答；或同样签名，但不透露访客的任何情况。

    后者不论原因如何都一样。所写的对照表本市没有，则拒绝（`wrong-table`），
    `tables` 列出现行各表的版本和摘要，新的在前。

    Answer with a signed statement, or with a signed one that says nothing of the visitor.

    The second is the same for every reason there may be. Who names a mapping table that is not held
    is refused (`wrong-table`) with `tables`: version and digest of those in force, newest first.
    """
    home: Home = request.app.state.recognizing
    answer = await home.answer(caller)
    return Response(answer.body, status_code=answer.status, headers=dict(answer.headers))


@router.post(
    "/interop/v1/recognitions/batch",
    summary="批量询问 / Ask about many visitors",
    response_model=Results,
    **contract.operation(Batch, BatchGone, Busy, later=Accepted),
)
async def recognize_many(request: Request, caller: PartnerCaller) -> Response:
    """一次回答至多 100 个问题，各在其位，各有声明或拒绝。

    同一批再送，一小时内答复相同。`answer` = `later` 时先收下（202），答复到 Location 去取。

    Answer up to 100 questions, each in its place by a statement or a refusal of its own.

    The same batch again is the same answers, for an hour. With `answer` = `later` it is only taken
    in (202), and the answers are fetched from Location.
    """
    batches: Batches = request.app.state.batches
    batch = await batches.take(caller)
    if batch.later:
        accepted = Accepted(batch=batch.batch, size=batch.size).body()
        where = {"Location": f"{request.url.path}/{batch.batch}"}
        return Response(accepted, 202, media_type="application/json", headers=where)
    await batches.complete(batch)
    results = await batches.results(batch, 0, MOST)
    return Response(results.body(), media_type="application/json")


@router.get(
    "/interop/v1/recognitions/batch/{batch}",
    summary="取批量答复 / Fetch the answers of a batch",
    response_model=Results,
    **contract.operation(None, NotFound, BatchGone, InvalidRequest),
)
async def results(
    request: Request,
    caller: PartnerCaller,
    batch: Annotated[str, Path(max_length=200, description="批号 · the number of the batch")],
    cursor: FromCursor = "0",
) -> Response:
    """从一个位置起已有的答复；`open` 是还要等的个数。
    Answer with what is there from a cursor on; `open` says how many are still to come.
    """
    batches: Batches = request.app.state.batches
    row = await batches.of(caller, batch)
    found = await batches.results(row, int(cursor), PAGE)
    again = {"Retry-After": "1"} if found.open else {}
    return Response(found.body(), media_type="application/json", headers=again)


@router.post(
    "/interop/v1/revocations",
    summary="撤回通知 / What was said holds no more",
    response_model=Receipt,
    **contract.operation(Ended, Busy),
)
async def revoke(request: Request, caller: PartnerCaller) -> Response:
    """结束依据某位访客的声明所做的一切；签名的答复就是回执。
    End what rests on statements about a visitor; the signed answer is the receipt.
    """
    receipt = await ending.receive(request.app.state.exchange, caller)
    return Response(receipt.body(), media_type="application/json")


@router.post(
    "/interop/v1/usage",
    summary="使用情况 / A use by a visitor",
    response_model=Receipt,
    **contract.operation(Used, Busy),
)
async def used(request: Request, caller: PartnerCaller) -> Response:
    """记下本市一位居民在那里用过一个场景，供本人查看；重复发送结果相同。
    Note that a resident of ours has used a scenario there, for them to see. Again: the same.
    """
    receipt = await usage.receive(request.app.state.exchange, caller)
    return Response(receipt.body(), media_type="application/json")


@router.post(
    "/v1/merchant/visitor-verifications",
    status_code=201,
    tags=["merchant"],
    summary="核验访客 / Verify a visitor from another city",
    response_model=VerificationOut,
    responses=problems(
        *CALLER_REFUSED, NotFound, VisitorsNotRecognized, CodeUsed, UnknownCity, HomeNotAsked,
        HomeAnswerRefused, ExchangeClosed, InvalidRequest, Busy,
    ),
)  # fmt: skip
async def verify(
    body: VisitorIn, request: Request, caller: MerchantCaller, language: Reader
) -> Response:
    """依据访客所在城市的说法，得知能或不能。一个码只能用一次。

    503 和 502 不是答复：没能问到那座城市，或它说的不成立。

    Learn yes or no for a visitor, by what their home city says of them. A code works once.

    503 and 502 are no answer: home could not be asked, or what it said does not hold.
    """
    visiting: Host = request.app.state.visiting
    answer = await visiting.verify(caller, body.home, body.code, body.scenario_id, clock.now())
    return response_of(answer, language)


@router.get(
    "/v1/officer/recalls",
    tags=["officer"],
    summary="待确认的撤回通知 / Who has not confirmed yet",
    responses=problems(*CALLER_REFUSED, Forbidden),
)
async def chase(
    caller: Annotated[CallingOfficer, officer_with("partner")],  # noqa: ARG001
) -> RecallsOut:
    """还没有签回执的城市，拖得最久的在前。
    List the hosts that have not signed a receipt, the longest due first.
    """
    now = clock.now()
    return RecallsOut(items=[RecallOut.of(one, now) for one in await recalls.chase()])


def _codes(request: Request) -> VisitCodes:
    codes: VisitCodes = request.app.state.visit_codes
    return codes
