"""`/v1/merchant/sandbox`: for testing against made-up residents, another time, and faults."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import Field

from points_api import clock
from points_api.auth.problems import CALLER_REFUSED
from points_api.merchants import sandbox
from points_api.merchants.door import MerchantNow, SandboxCaller
from points_api.merchants.problems import NotASandbox
from points_api.merchants.sandbox import Behavior, CreditCodes, ErrorStatus, Faults, MadeUp
from points_api.merchants.schemas import Wire
from points_api.problem import Busy, InvalidRequest, NotFound, RateLimited, problems
from scoring.scorecard import points_text

router = APIRouter(prefix="/v1/merchant/sandbox", tags=["sandbox"])
_REFUSED = (*CALLER_REFUSED, NotASandbox, RateLimited, InvalidRequest, Busy)


class ResidentsIn(Wire):
    per_band: Annotated[int, Field(ge=1, le=sandbox.MOST_PER_BAND)] = 2


class ResidentOut(Wire):
    """A made-up resident. Real merchants never learn a score; here it says what to expect."""

    handle: Annotated[str, Field(examples=["excellent-1"])]
    why: Literal["joined", "paused", "not_joined"]
    band: str | None
    score: str | None
    age: int | None

    @classmethod
    def of(cls, made: MadeUp) -> "ResidentOut":
        score = points_text(made.score) if made.score is not None else None
        return cls(handle=made.handle, why=made.why, band=made.band, score=score, age=made.age)


class ResidentsOut(Wire):
    items: list[ResidentOut]


class CodeIn(Wire):
    handle: Annotated[str, Field(max_length=48, examples=["excellent-1"])]
    scenario_id: Annotated[str, Field(max_length=64)]


class CodeOut(Wire):
    code: str
    expires_at: datetime


class ClockIn(Wire):
    offset_seconds: Annotated[int, Field(ge=0, le=sandbox.FARTHEST_SECONDS, examples=[86400])]


class ClockOut(Wire):
    offset_seconds: int
    now: datetime


class FaultsIn(Wire):
    """What is left out goes right."""

    slow_ms: Annotated[int, Field(ge=0, le=sandbox.SLOWEST_MS)] = 0
    error_status: ErrorStatus = 503
    error_calls: Annotated[
        int, Field(ge=0, le=sandbox.MOST_ERRORS, description="接下来几次调用 / of the next calls")
    ] = 0
    duplicate_webhooks: bool = False
    reorder_webhooks: bool = False


class SandboxOut(FaultsIn):
    """How the sandbox behaves now; `error_calls` counts down."""

    offset_seconds: int

    @classmethod
    def of(cls, behavior: Behavior) -> "SandboxOut":
        faults = {name: getattr(behavior.faults, name) for name in Faults.__slots__}
        return cls(offset_seconds=behavior.offset_seconds, **faults)


@router.get("/residents", summary="沙箱居民 / Made-up residents", responses=problems(*_REFUSED))
async def residents(caller: SandboxCaller) -> ResidentsOut:
    """这个沙箱里造的居民。
    List the made-up residents of this sandbox.
    """
    return _residents(await sandbox.residents(caller.merchant_id))


@router.post("/residents", summary="造沙箱居民 / Make them", responses=problems(*_REFUSED))
async def make_residents(
    request: Request, caller: SandboxCaller, body: ResidentsIn | None = None
) -> ResidentsOut:
    """造各等级的居民，一位已暂停的，一位没加入的，并列出全部。

    每个沙箱里的代号和分值都相同；已有的保持不变。

    Make residents of every band, one who paused and one who has not joined, and list all.

    Handles and scores are the same in every sandbox; those that exist stay as they are.
    """
    state = request.app.state
    wanted = (body or ResidentsIn()).per_band
    made = await sandbox.make_residents(
        caller.merchant_id, state.city, state.keyring, wanted, caller.actor, clock.now()
    )
    return _residents(made)


@router.post(
    "/credit-codes",
    status_code=201,
    summary="代沙箱居民出码 / A credit code",
    responses=problems(*_REFUSED, NotFound),
)
async def credit_code(
    request: Request, body: CodeIn, caller: SandboxCaller, now: MerchantNow
) -> CodeOut:
    """造一位沙箱居民会出示的一次性码；只有这个沙箱能用。
    Make the one-time code that a made-up resident would show; only this sandbox can use it.
    """
    codes: CreditCodes = request.app.state.credit_codes
    made = await sandbox.mint(codes, caller.merchant_id, body.handle, body.scenario_id, now)
    return CodeOut(code=made.code, expires_at=made.expires_at)


@router.put("/clock", summary="沙箱时钟 / Its clock", responses=problems(*_REFUSED))
async def set_clock(body: ClockIn, caller: SandboxCaller) -> ClockOut:
    """设定这个沙箱的钟快多少；0 就是本系统的时间。别人的时间不变。

    码和核验的到期、兑现的日期和期限、次数和对账单都按这个钟；
    城市夜里自己做的事按本系统的时间。

    Set how far this sandbox's clock is ahead; 0 is our time. No one else's time changes.

    By it codes and verifications end, redemptions have their day and their term, quotas and
    statements go by that day, and what is lent becomes overdue. What the city does by itself, at
    night or when the term to reply to a report is over, it does by our time.
    """
    set_to = await sandbox.set_clock(caller.merchant_id, body.offset_seconds, caller.actor)
    return ClockOut(offset_seconds=set_to.offset_seconds, now=clock.now() + set_to.ahead)


@router.get("/faults", summary="故障开关 / Its faults", responses=problems(*_REFUSED))
async def faults(caller: SandboxCaller) -> SandboxOut:
    """这个沙箱现在怎样设定。
    Tell how this sandbox is set.
    """
    return SandboxOut.of(await sandbox.behavior(caller.merchant_id))


@router.put("/faults", summary="设定故障 / Set its faults", responses=problems(*_REFUSED))
async def set_faults(body: FaultsIn, caller: SandboxCaller) -> SandboxOut:
    """设定从现在起出什么故障。这些开关本身总是可用。
    Set what is to go wrong from now on. The switches themselves always work.
    """
    wanted = Faults(**body.model_dump())
    return SandboxOut.of(await sandbox.set_faults(caller.merchant_id, wanted, caller.actor))


def _residents(found: list[MadeUp]) -> ResidentsOut:
    return ResidentsOut(items=[ResidentOut.of(made) for made in found])
