"""Sign-in, refresh, sign-out, tokens for programs, and the published keys."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from points_api import clock
from points_api.auth import clients, service
from points_api.auth.assertions import ASSERTION_TYPE
from points_api.auth.callers import ResidentCaller
from points_api.auth.identity import TheIdentity
from points_api.auth.problems import (
    CALLER_REFUSED,
    AccountBlocked,
    ClientRefused,
    GrantUnsupported,
    RefreshTokenRefused,
    RefreshTokenReused,
    SessionEnded,
    SignInCodeRefused,
    SignInCodeUsed,
    TooManySignIns,
    WeChatBusy,
    WeChatUnavailable,
)
from points_api.auth.schemas import (
    ClientToken,
    KeySet,
    RefreshRequest,
    SignOut,
    TokenPair,
    TokenRequest,
    WeChatSignIn,
)
from points_api.problem import Busy, InvalidRequest, problems

router = APIRouter(tags=["sign-in"])
_NO_STORE = "no-store"  # RFC 6749 section 5.1
KEYS_LIVE = "public, max-age=300"


@router.post(
    "/v1/auth/wechat",
    summary="微信登录 / Sign in with WeChat",
    responses=problems(
        SignInCodeRefused,
        SignInCodeUsed,
        AccountBlocked,
        InvalidRequest,
        TooManySignIns,
        WeChatBusy,
        WeChatUnavailable,
        Busy,
    ),
)
async def sign_in(body: WeChatSignIn, identity: TheIdentity, response: Response) -> TokenPair:
    """用 `wx.login` 得到的 code 换访问令牌和刷新令牌。
    Exchange the code from `wx.login` for an access token and a refresh token.
    """
    response.headers["Cache-Control"] = _NO_STORE
    return TokenPair.of(await service.sign_in(identity, body.code, clock.now()))


@router.post(
    "/v1/auth/refresh",
    summary="换新令牌 / New tokens",
    responses=problems(RefreshTokenRefused, RefreshTokenReused, SessionEnded, InvalidRequest, Busy),
)
async def refresh(body: RefreshRequest, identity: TheIdentity, response: Response) -> TokenPair:
    """用刷新令牌换新令牌；没收到答复，三十秒内可用同一个再换一次。
    Exchange a refresh token. Lost the answer? The same token works again for 30 seconds.
    """
    response.headers["Cache-Control"] = _NO_STORE
    return TokenPair.of(await service.refresh(identity, body.refresh_token, clock.now()))


@router.post(
    "/v1/auth/logout",
    status_code=204,
    summary="退出登录 / Sign out",
    responses=problems(*CALLER_REFUSED, InvalidRequest, Busy),
)
async def sign_out(
    caller: ResidentCaller, identity: TheIdentity, body: SignOut | None = None
) -> None:
    """结束这次登录，带 `everywhere` 则结束全部登录；立即处处生效。
    End this session, or with `everywhere` all of them; every process refuses them at once.
    """
    everywhere = body is not None and body.everywhere
    await service.sign_out(identity, caller.resident_id, caller.sid, everywhere, clock.now())


@router.post(
    "/v1/auth/token",
    summary="信源单位、商户取令牌 / Token for a program",
    responses=problems(GrantUnsupported, ClientRefused, InvalidRequest, Busy),
)
async def client_token(
    form: Annotated[TokenRequest, Form()], identity: TheIdentity, response: Response
) -> ClientToken:
    """OAuth 2.0 客户端凭证：用调用者自己的密钥签的断言换令牌（RFC 7523）。
    OAuth 2.0 client credentials with an assertion signed by the caller's key (RFC 7523).
    """
    kinds = (form.grant_type, form.client_assertion_type)
    if kinds != ("client_credentials", ASSERTION_TYPE):
        raise GrantUnsupported
    token = await clients.token(identity, form.client_assertion, clock.now())
    response.headers["Cache-Control"] = _NO_STORE
    return ClientToken(access_token=token, expires_in=identity.tokens.ttl_seconds)


@router.get("/.well-known/jwks.json", summary="公钥 / Public keys")
async def key_set(identity: TheIdentity, response: Response) -> KeySet:
    """任何人都可以用来核对本系统访问令牌的公钥。
    Return the keys with which anyone can check our access tokens.
    """
    response.headers["Cache-Control"] = KEYS_LIVE
    return KeySet.model_validate(identity.tokens.key_set())
