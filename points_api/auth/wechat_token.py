"""WeChat's token for calls from server to server: one per process, renewed before it runs out."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from points_api import log
from points_api.auth.problems import WeChatUnavailable
from points_api.auth.wechat import WECHAT, ask

_MARGIN: Final = timedelta(minutes=5)
_OVER: Final = frozenset({40001, 40014, 42001})
_log = log.get("wechat")


class ServerToken:
    """Asks for the stable token and calls with it. `now` tells the time, for the token's life."""

    def __init__(
        self,
        appid: str,
        secret: str,
        client: httpx.AsyncClient,
        now: Callable[[], datetime],
        address: str = WECHAT,
    ) -> None:
        self._credentials = {"appid": appid, "secret": secret}
        self._client = client
        self._now = now
        self._address = address
        self._token: tuple[str, datetime] | None = None

    async def post(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Call an interface; a token revoked before its time is renewed once."""
        answer = await self._call(path, body)
        if answer.get("errcode", 0) in _OVER:
            self._token = None
            answer = await self._call(path, body)
        return answer

    async def _call(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        token = await self._access_token()
        address = f"{self._address}{path}"
        request = httpx.Request("POST", address, params={"access_token": token}, json=body)
        return await ask(self._client, request)

    async def _access_token(self) -> str:
        """Return the token; asking WeChat again early gives the same one."""
        if self._token is not None and self._now() < self._token[1]:
            return self._token[0]
        answer = await ask(
            self._client,
            httpx.Request(
                "POST",
                f"{self._address}/cgi-bin/stable_token",
                json={"grant_type": "client_credential", **self._credentials},
            ),
        )
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not isinstance(seconds, int):
            _log.error("wechat.no_token", errcode=answer.get("errcode"))
            raise WeChatUnavailable
        self._token = (token, self._now() + timedelta(seconds=seconds) - _MARGIN)
        return token
