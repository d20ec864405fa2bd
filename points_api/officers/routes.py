"""Officers sign in, see their own account, sign out."""

from fastapi import APIRouter, Response

from points_api import clock
from points_api.auth.callers import OfficerCaller
from points_api.auth.identity import TheIdentity
from points_api.auth.problems import CALLER_REFUSED
from points_api.officers import service
from points_api.officers.problems import SignInRefused, TooManyFailures
from points_api.officers.schemas import OfficerOut, OfficerSignIn, OfficerToken
from points_api.problem import Busy, InvalidRequest, problems

router = APIRouter(tags=["officer"])
_NO_STORE = "no-store"


@router.post(
    "/v1/auth/officer",
    summary="工作人员登录 / Sign in as an officer",
    responses=problems(SignInRefused, TooManyFailures, InvalidRequest, Busy),
)
async def sign_in(body: OfficerSignIn, identity: TheIdentity, response: Response) -> OfficerToken:
    """用密码和验证码换访问令牌。无论哪一项不对，答复都一样。
    Exchange password and code for an access token. Whatever is wrong, the answer is one.
    """
    response.headers["Cache-Control"] = _NO_STORE
    return OfficerToken.of(
        await service.sign_in(identity, body.login, body.password, body.code, clock.now())
    )


@router.post(
    "/v1/auth/officer/logout",
    status_code=204,
    summary="工作人员退出 / Sign out",
    responses=problems(*CALLER_REFUSED, Busy),
)
async def sign_out(caller: OfficerCaller) -> None:
    """结束这次登录，立即处处生效。
    End this session; every process refuses it at once.
    """
    await service.sign_out(caller, clock.now())


@router.get("/v1/officer/me", summary="我的账号 / My account", responses=problems(*CALLER_REFUSED))
async def me(caller: OfficerCaller, response: Response) -> OfficerOut:
    """我的登录名、岗位、区划，和这次登录到何时为止。
    Tell my login, roles and division, and until when I am signed in.
    """
    response.headers["Cache-Control"] = _NO_STORE
    return OfficerOut.of(await service.me(caller.sid, clock.now()))
