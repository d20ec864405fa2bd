"""Refusals of sign-in and of tokens. What a client should do next is in each detail.

`errcode` is WeChat's own where it fits our scheme (40029); clients written for WeChat know it.
"""

from collections.abc import Mapping

from points_api.problem import Problem, Unauthorized

_INVALID_TOKEN = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


class AccessTokenRefused(Problem):
    slug, status, errcode = "access-token-refused", 401, 40101
    title = ("访问令牌无效或已过期", "The access token is not valid or has expired")
    headers: Mapping[str, str] = _INVALID_TOKEN

    def __init__(
        self,
        detail_zh: str = "请用刷新令牌换新的访问令牌，或重新登录",
        detail_en: str = "Exchange the refresh token for a new access token, or sign in again",
    ) -> None:
        super().__init__(detail_zh, detail_en)


class SessionEnded(Problem):
    slug, status, errcode = "session-ended", 401, 40102
    title = ("这次登录已经结束", "This session has ended")
    headers: Mapping[str, str] = _INVALID_TOKEN

    def __init__(self) -> None:
        super().__init__("请重新登录", "Please sign in again")


class RefreshTokenRefused(Problem):
    slug, status, errcode = "refresh-token-refused", 401, 40103
    title = ("刷新令牌无效", "The refresh token is not valid")
    headers: Mapping[str, str] = _INVALID_TOKEN

    def __init__(self) -> None:
        super().__init__("请重新登录", "Please sign in again")


class RefreshTokenReused(Problem):
    slug, status, errcode = "refresh-token-reused", 401, 40104
    title = ("刷新令牌被用了两次", "The refresh token was used twice")
    headers: Mapping[str, str] = _INVALID_TOKEN

    def __init__(self) -> None:
        super().__init__(
            "可能有人拿到了它，为安全起见这次登录已被注销；请重新登录",
            "Somebody else may hold it, so this session was ended for safety; please sign in again",
        )


class SignInCodeRefused(Problem):
    slug, status, errcode = "sign-in-code-refused", 400, 40029
    title = ("登录凭证无效或已过期", "The sign-in code is not valid or has expired")

    def __init__(self) -> None:
        super().__init__(
            "请再调用 wx.login 取一个新的 code；它五分钟内有效",
            "Call wx.login for a new code; it lives five minutes",
        )


class SignInCodeUsed(Problem):
    slug, status, errcode = "sign-in-code-used", 400, 40063
    title = ("登录凭证已经用过", "The sign-in code was used before")

    def __init__(self) -> None:
        super().__init__(
            "每个 code 只能用一次；请再调用 wx.login",
            "A code works once; call wx.login for a new one",
        )


class AccountBlocked(Problem):
    slug, status, errcode = "account-blocked", 403, 40326
    title = ("微信认为这个账号有风险", "WeChat holds this account to be at risk")

    def __init__(self) -> None:
        super().__init__(
            "请在微信里按提示解除限制后再登录",
            "Lift the restriction in WeChat, then sign in again",
        )


class TooManySignIns(Problem):
    slug, status, errcode = "too-many-sign-ins", 429, 42911
    title = ("登录过于频繁", "Too many sign-ins")
    headers: Mapping[str, str] = {"Retry-After": "60"}  # WeChat: 100 a minute per person

    def __init__(self) -> None:
        super().__init__("请一分钟后再试", "Please try again in a minute")


class WeChatBusy(Problem):
    slug, status, errcode = "wechat-busy", 503, 50301
    title = ("微信繁忙", "WeChat is busy")
    headers: Mapping[str, str] = {"Retry-After": "1"}

    def __init__(self) -> None:
        super().__init__("请稍后再试", "Please try again shortly")


class WeChatUnavailable(Problem):
    slug, status, errcode = "wechat-unavailable", 503, 50302
    title = ("暂时连不上微信", "WeChat cannot be reached right now")
    headers: Mapping[str, str] = {"Retry-After": "5"}

    def __init__(self) -> None:
        super().__init__("请稍后再试", "Please try again shortly")


class ClientRefused(Problem):
    """RFC 6749 section 5.2, `invalid_client`."""

    slug, status, errcode = "client-refused", 401, 40105
    title = ("客户端身份未通过核验", "The client could not be authenticated")
    headers: Mapping[str, str] = {"WWW-Authenticate": 'Bearer error="invalid_client"'}

    def __init__(self, detail_zh: str, detail_en: str) -> None:
        super().__init__(detail_zh, detail_en, error="invalid_client")


class GrantUnsupported(Problem):
    """RFC 6749 section 5.2, `unsupported_grant_type`."""

    slug, status, errcode = "grant-unsupported", 400, 40002
    title = ("不支持这种授权方式", "This grant is not supported")

    def __init__(self) -> None:
        super().__init__(
            "grant_type 应为 client_credentials，client_assertion_type 应为 "
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "grant_type must be client_credentials and client_assertion_type "
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            error="unsupported_grant_type",
        )


CALLER_REFUSED: tuple[type[Problem], ...] = (Unauthorized, AccessTokenRefused, SessionEnded)
"""What every operation that needs a caller may answer; routes list it in `responses=`."""
