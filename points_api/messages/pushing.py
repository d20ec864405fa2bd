"""WeChat's subscribe messages: sent only to who accepted one, and one for each acceptance.

A notice is taken off the list before it is sent, so that a killed process rather loses a buzz than
buzzes twice; in the app it stands in any case.
"""

from collections.abc import Mapping
from typing import Final, Protocol

import httpx

from points_api import clock, log
from points_api.auth.wechat import OpenId
from points_api.auth.wechat_token import ServerToken
from points_api.language import Text
from points_api.settings import Settings

_PLACE: Final = 20  # characters that WeChat shows of a `thing`
_log = log.get("messages")


class Subscribers(Protocol):
    """Whoever can put a notice on a phone."""

    async def send(self, openid: OpenId, kind: str, title: Text) -> None:
        """Send it, or give up; a notice that did not arrive is no fault."""
        ...


class WeChatSubscribers:
    """WeChat itself. `templates` are the ids of the city's message templates by kind."""

    def __init__(self, server: ServerToken, templates: Mapping[str, str]) -> None:
        self._server = server
        self._templates = templates

    async def send(self, openid: OpenId, kind: str, title: Text) -> None:
        template = self._templates.get(kind)
        if template is None:
            return
        body = {
            "touser": openid,
            "template_id": template,
            "page": "pages/messages/index",
            "data": {"thing1": {"value": title.zh[:_PLACE]}},
        }
        answer = await self._server.post("/cgi-bin/message/subscribe/send", body)
        if (errcode := answer.get("errcode", 0)) != 0:  # 43101: the person has refused since
            _log.info("message.not_sent", errcode=errcode, kind=kind)


class LocalSubscribers:
    """The stand-in for development: says that it would have sent something, and to nobody whom."""

    async def send(self, openid: OpenId, kind: str, title: Text) -> None:  # noqa: ARG002
        _log.info("message.local_fake", kind=kind)


def compose(settings: Settings, client: httpx.AsyncClient) -> Subscribers:
    """WeChat where its appid and secret are set, else the stand-in."""
    if settings.uses_wechat_fake:
        return LocalSubscribers()
    secret = settings.wechat_secret.get_secret_value()
    server = ServerToken(settings.wechat_appid, secret, client, clock.now)
    return WeChatSubscribers(server, settings.wechat_templates)
