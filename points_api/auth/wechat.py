"""Sign-in with WeChat: a code from `wx.login` becomes the openid of the person in this program.

The real adapter asks WeChat's `code2session`. Its answer also holds `session_key`, which would let
whoever has it read the person's data at WeChat: it is dropped on the spot. The address carries
our secret and the code, because WeChat takes them only there, so they are cut from httpx's log.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import Any, NewType, Protocol

import httpx

from points_api import log
from points_api.auth.problems import (
    AccountBlocked,
    SignInCodeRefused,
    SignInCodeUsed,
    TooManySignIns,
    WeChatBusy,
    WeChatUnavailable,
)
from points_api.problem import Problem

OpenId = NewType("OpenId", str)
WECHAT = "https://api.weixin.qq.com"
CONNECT_SECONDS = 2.0
READ_SECONDS = 4.0
DEADLINE_SECONDS = 8.0  # of the whole call: the two above begin anew with each packet

_log = log.get("wechat")
# By WeChat's errcode. Whatever is not here is a fault of ours or a novelty: `WeChatUnavailable`.
_REFUSALS: Mapping[int, type[Problem]] = {
    -1: WeChatBusy,
    40029: SignInCodeRefused,
    40163: SignInCodeUsed,
    40226: AccountBlocked,
    45011: TooManySignIns,
}


class WeChat(Protocol):
    """Whoever can tell whose code it is."""

    async def openid_of(self, code: str) -> OpenId:
        """Return the openid, or raise one of the problems above. A code works once, 5 minutes."""
        ...


class WeChatServer:
    """WeChat itself. `client` is the process's one HTTP client, made in the lifespan."""

    def __init__(
        self, appid: str, secret: str, client: httpx.AsyncClient, address: str = WECHAT
    ) -> None:
        self._appid = appid
        self._secret = secret
        self._client = client
        self._address = address

    async def openid_of(self, code: str) -> OpenId:
        answer = await ask(
            self._client,
            httpx.Request(
                "GET",
                f"{self._address}/sns/jscode2session",
                params={
                    "appid": self._appid,
                    "secret": self._secret,
                    "js_code": code,
                    "grant_type": "authorization_code",
                },
            ),
        )
        errcode = answer.get("errcode", 0)  # WeChat leaves it out when all is well
        if errcode != 0:
            raise refusal(errcode)
        openid = answer.get("openid")
        if not isinstance(openid, str) or not openid:
            _log.error("wechat.no_openid")
            raise WeChatUnavailable
        return OpenId(openid)


async def ask(client: httpx.AsyncClient, request: httpx.Request) -> Mapping[str, Any]:
    """Send one request to WeChat and return its JSON object, or raise `WeChatUnavailable`.

    WeChat answers 200 to everything and calls its JSON text/plain, so the body alone is judged.
    Nothing of the request or the body is ever in a message: both hold secrets.
    """
    request.extensions["timeout"] = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS).as_dict()
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            response = await client.send(request)
        answer = json.loads(response.content)
    except (httpx.HTTPError, TimeoutError) as error:
        _log.warning("wechat.unreachable", error=type(error).__name__)
        raise WeChatUnavailable from None
    except ValueError:
        _log.warning("wechat.no_json", status=response.status_code)
        raise WeChatUnavailable from None
    if not isinstance(answer, dict):
        raise WeChatUnavailable
    return answer


def refusal(errcode: object) -> Problem:
    """Return the problem that WeChat's errcode means."""
    known = _REFUSALS.get(errcode) if isinstance(errcode, int) else None
    if known is not None:
        return known()
    # 40013, 40125, 40164 …: our appid, secret or address is wrong, which the person cannot mend.
    _log.error("wechat.refused", errcode=errcode)
    return WeChatUnavailable()


def _without_query(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple(
            part.copy_with(query=None) if isinstance(part, httpx.URL) else part
            for part in record.args
        )
    return True


logging.getLogger("httpx").addFilter(_without_query)
