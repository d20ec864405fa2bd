"""Proofs for residents; status lists and keys for whoever checks one.

The application's state holds `proofs`, `status_lists` and `exchange`.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response

from interop import key_set
from interop.proof import LARGEST_BATCH
from points_api import clock
from points_api.auth.callers import ResidentCaller
from points_api.auth.problems import CALLER_REFUSED
from points_api.consents.problems import ScenarioNotOpen
from points_api.credit_codes.problems import ModeNotOffered, PointsPaused, ScenarioConsentNeeded
from points_api.partners.problems import ExchangeClosed
from points_api.partners.service import Exchange
from points_api.problem import Busy, InvalidRequest, NotFound, problems
from points_api.proofs.issuer import address_of
from points_api.proofs.lists import StatusLists
from points_api.proofs.problems import ScenarioNotMet, TooManyProofs
from points_api.proofs.schemas import KeySetOut, ProofsIn, ProofsOut
from points_api.proofs.service import Proofs
from points_api.residents.membership import NoMember

STATUS_LIST: Final = "application/statuslist+jwt"
router = APIRouter()


@router.post(
    "/v1/me/proofs",
    status_code=201,
    tags=["resident"],
    summary="离线证明 / Proofs for where there is no network",
    responses=problems(
        *CALLER_REFUSED, NoMember, PointsPaused, ScenarioNotOpen, ScenarioConsentNeeded,
        ModeNotOffered, ScenarioNotMet, TooManyProofs, ExchangeClosed, InvalidRequest, Busy,
    ),
    description=f"交来至多 {LARGEST_BATCH} 把公钥，每把得到一份一次性证明，只说明您可以享受。\n"
    f"Hand in up to {LARGEST_BATCH} public keys and get a one-time proof for each: that you may "
    "use the scenario, and nothing else.",
)  # fmt: skip
async def make(
    body: ProofsIn, request: Request, response: Response, caller: ResidentCaller
) -> ProofsOut:
    proofs: Proofs = request.app.state.proofs
    holders = [one.key for one in body.keys]
    made = await proofs.make(
        caller.resident_id, body.scenario_id, holders, address_of(request), clock.now()
    )
    response.headers["Cache-Control"] = "no-store"
    return ProofsOut.of(body.scenario_id, made)


@router.get(
    "/v1/proofs/status/{list_name}",
    summary="证明状态列表 / Which proofs count no longer",
    response_class=Response,
    responses={200: {"content": {STATUS_LIST: {}}}, **problems(NotFound, ExchangeClosed)},
)
async def status(
    request: Request,
    list_name: Annotated[
        str,
        Path(
            pattern=r"^\d{4}-\d\d-\d\d$",
            description="哪一天的证明 · of which day's proofs",
            examples=["2026-06-01"],
        ),
    ],
) -> Response:
    """令牌状态列表，已签名：那一天的证明里哪些不再有效。五分钟内有效。
    A Token Status List, signed: of the proofs of that day. It counts for five minutes.
    """
    lists: StatusLists = request.app.state.status_lists
    token = await lists.token(list_name, address_of(request), clock.now())
    headers = {"Cache-Control": "public, max-age=60", "Access-Control-Allow-Origin": "*"}
    return Response(token, media_type=STATUS_LIST, headers=headers)


@router.get("/v1/proofs/keys", summary="证明的公钥 / Keys that sign proofs")
async def keys(request: Request, response: Response) -> KeySetOut:
    """本市签证明的公钥，给没有成员名录的人。
    The keys of this city, for whoever has no directory of members.
    """
    exchange: Exchange = request.app.state.exchange
    response.headers["Cache-Control"] = "public, max-age=3600"
    signers = exchange.keys.all_of("statement") if exchange.keys.division else ()
    return KeySetOut.model_validate(key_set.publish(signers))
