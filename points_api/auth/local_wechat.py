"""A local stand-in for WeChat, for the demo and for tests. Production refuses to start with it.

`demo:<n>` signs in person n as often as you like, because the page that would call `wx.login` for
a fresh code is not there; `demo:<n>:<anything>` is one such fresh code and works once. `issue(n)`
mints a code that works once and for five minutes, like WeChat's. The codes in `REFUSED` answer as
WeChat does when things go wrong.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from points_api.auth.problems import (
    AccountBlocked,
    SignInCodeRefused,
    SignInCodeUsed,
    TooManySignIns,
    WeChatBusy,
    WeChatUnavailable,
)
from points_api.auth.wechat import OpenId
from points_api.problem import Problem

CODE_LIVES = timedelta(minutes=5)
REFUSED: Mapping[str, type[Problem]] = {
    "demo-expired": SignInCodeRefused,
    "demo-used": SignInCodeUsed,
    "demo-busy": WeChatBusy,
    "demo-limited": TooManySignIns,
    "demo-blocked": AccountBlocked,
    "demo-down": WeChatUnavailable,
}
_DEMO = re.compile(r"demo:([1-9][0-9]{0,8})(:[A-Za-z0-9_-]{1,64})?")


class LocalWeChat:
    """Answers as WeChat would, from memory. `now` tells the time, so that codes can expire."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._issued: dict[str, tuple[int, datetime]] = {}
        self._used: set[str] = set()

    def issue(self, person: int) -> str:
        """Mint a code as `wx.login` does: it works once, within five minutes."""
        code = f"fake-{secrets.token_urlsafe(16)}"
        self._issued[code] = (person, self._now() + CODE_LIVES)
        return code

    async def openid_of(self, code: str) -> OpenId:
        if code in REFUSED:
            raise REFUSED[code]
        demo = _DEMO.fullmatch(code)
        if demo is not None:
            if demo[2]:
                self._use(code)
            return openid_of_demo(int(demo[1]))
        person, until = self._issued.get(code, (0, None))
        if until is None or self._now() >= until:
            raise SignInCodeRefused
        self._use(code)
        return openid_of_demo(person)

    def _use(self, code: str) -> None:
        if code in self._used:
            raise SignInCodeUsed
        self._used.add(code)


def openid_of_demo(person: int) -> OpenId:
    return OpenId(f"demo-{person}")
