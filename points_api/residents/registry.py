"""What joining and leaving need, put together once in the lifespan: `app.state.registry`."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

import httpx
from fastapi import Depends, Request

from points_api import clock
from points_api.auth.wechat_token import ServerToken
from points_api.consents import notice
from points_api.consents.notice import Notices
from points_api.crypto.keyring import Keyring
from points_api.residents.real_name import LocalRealName, RealName, WeChatRealName
from points_api.settings import Settings


class Scores(Protocol):
    """What joining and leaving ask of the scores; both run in the caller's transaction."""

    def rescore(self, enrollment_id: UUID, cause: str, now: datetime) -> Awaitable[object]:
        """Compute and store the score of an enrollment."""
        ...

    def forget(self, resident_id: UUID) -> Awaitable[dict[str, int]]:
        """Delete score and history, and return how many entries of `score`, `score_history`."""
        ...


@dataclass(frozen=True, slots=True)
class Registry:
    keyring: Keyring
    real_name: RealName
    notices: Notices
    scores: Scores


def compose(
    settings: Settings, keyring: Keyring, client: httpx.AsyncClient, scores: Scores
) -> Registry:
    """Put the parts together as the settings say. `client` serves the calls to WeChat."""
    return Registry(keyring, real_name_of(settings, client), notices_of(settings), scores)


def real_name_of(settings: Settings, client: httpx.AsyncClient) -> RealName:
    if settings.uses_wechat_fake:
        return LocalRealName()
    secret = settings.wechat_secret.get_secret_value()
    return WeChatRealName(ServerToken(settings.wechat_appid, secret, client, clock.now))


def notices_of(settings: Settings) -> Notices:
    folder = settings.data_dir / "notices" if settings.data_dir else notice.SHIPPED
    return notice.load(settings.city, folder)


async def _registry(request: Request) -> Registry:
    registry: Registry = request.app.state.registry
    return registry


TheRegistry = Annotated[Registry, Depends(_registry)]
