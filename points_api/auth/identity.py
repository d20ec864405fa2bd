"""What sign-in and the gate need, put together once in the lifespan: `app.state.identity`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

import httpx
from fastapi import Depends, Request

from points_api import clock
from points_api.auth.local_wechat import LocalWeChat
from points_api.auth.merchants import CallingMerchant
from points_api.auth.officers import CallingOfficer
from points_api.auth.sessions import Sessions
from points_api.auth.tokens import AccessTokens
from points_api.auth.wechat import OpenId, WeChat, WeChatServer
from points_api.cache import Cache
from points_api.crypto.keyring import Keyring
from points_api.settings import Settings

AccountOf = Callable[[OpenId, datetime], Awaitable[UUID]]
"""Return the resident of a WeChat account, made if new; runs in the caller's transaction."""

MerchantOf = Callable[[str], Awaitable[CallingMerchant | None]]
"""Return the merchant's program of a client id; None if it does not stand."""

OfficerOf = Callable[[UUID, datetime], Awaitable[CallingOfficer | None]]
"""Return the officer of a session; None if it has ended, or they are suspended."""


@dataclass(frozen=True, slots=True)
class Identity:
    tokens: AccessTokens
    sessions: Sessions
    wechat: WeChat
    keyring: Keyring
    account_of: AccountOf
    officer_of: OfficerOf
    merchant_of: MerchantOf
    in_production: bool

    @property
    def issuer(self) -> str:
        """Our name in tokens, and what agencies put in `aud`."""
        return self.tokens.issuer


def compose(
    settings: Settings,
    keyring: Keyring,
    cache: Cache,
    client: httpx.AsyncClient,
    account_of: AccountOf,
    officer_of: OfficerOf,
    merchant_of: MerchantOf,
) -> Identity:
    """Put the parts together as the settings say. `client` serves the calls to WeChat."""
    return Identity(
        tokens=AccessTokens(keyring.signing_keys(), issuer_of(settings)),
        sessions=Sessions(cache),
        wechat=wechat_of(settings, client),
        keyring=keyring,
        account_of=account_of,
        officer_of=officer_of,
        merchant_of=merchant_of,
        in_production=settings.env == "production",
    )


def issuer_of(settings: Settings) -> str:
    return f"{settings.city}-credit-points"


def wechat_of(settings: Settings, client: httpx.AsyncClient) -> WeChat:
    if settings.uses_wechat_fake:
        return LocalWeChat(clock.now)
    secret = settings.wechat_secret.get_secret_value()
    return WeChatServer(settings.wechat_appid, secret, client)


async def _identity(request: Request) -> Identity:
    identity: Identity = request.app.state.identity
    return identity


TheIdentity = Annotated[Identity, Depends(_identity)]
