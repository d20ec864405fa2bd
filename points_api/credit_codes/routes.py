"""`POST /v1/me/credit-codes`: a code for one scenario, good once and for a minute."""

from fastapi import APIRouter, Request, Response

from points_api import clock
from points_api.auth.callers import ResidentCaller
from points_api.auth.problems import CALLER_REFUSED
from points_api.consents.problems import ScenarioNotOpen
from points_api.credit_codes.problems import ModeNotOffered, PointsPaused, ScenarioConsentNeeded
from points_api.credit_codes.schemas import CodeIn, CodeOut
from points_api.credit_codes.service import CreditCodes
from points_api.language import Reader
from points_api.problem import Busy, InvalidRequest, problems
from points_api.residents.membership import NoMember

router = APIRouter(prefix="/v1/me", tags=["resident"])


@router.post(
    "/credit-codes",
    status_code=201,
    summary="出示信用码 / A code to show",
    responses=problems(
        *CALLER_REFUSED,
        NoMember,
        PointsPaused,
        ScenarioNotOpen,
        ModeNotOffered,
        ScenarioConsentNeeded,
        InvalidRequest,
        Busy,
    ),
)
async def make(
    body: CodeIn, request: Request, response: Response, caller: ResidentCaller, language: Reader
) -> CodeOut:
    """造一个码。它本身什么也不说明，一分钟后或这次登录结束时失效。
    Make a code. It says nothing by itself and ends with this sign-in, or in a minute.
    """
    codes: CreditCodes = request.app.state.credit_codes
    made = await codes.make(caller.resident_id, caller.sid, body.scenario_id, clock.now())
    response.headers["Cache-Control"] = "no-store"
    return CodeOut.of(made, language)
