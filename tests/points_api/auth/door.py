"""The routes of identity, joining and consent behind the real gate, on an open database.

Everything is the real thing but WeChat, which is the local fake, and Redis, which is `memory://`
unless a test brings its own.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import httpx
from fastapi import FastAPI

from points_api import authorities, clock, problem
from points_api.access_log import routes as access_log_routes
from points_api.access_log.own_looks import OwnLooks
from points_api.auth import identity
from points_api.auth import routes as auth_routes
from points_api.auth.access import Gate
from points_api.auth.identity import Identity
from points_api.auth.local_wechat import LocalWeChat
from points_api.cache import Cache
from points_api.consents import notice
from points_api.consents import routes as consent_routes
from points_api.crypto.keyring import Keyring
from points_api.identifiers.id_number import check_character
from points_api.merchants.standing import Standing
from points_api.officers import routes as officer_routes
from points_api.officers import service as officers
from points_api.residents import accounts, registry
from points_api.residents import routes as resident_routes
from points_api.residents.effects import ConsentEffects
from points_api.residents.registry import Registry
from points_api.scores.service import Scores
from points_api.settings import MasterKey, Settings
from tests.factories import city

OLD, NEW = MasterKey("2026a", b"a" * 32), MasterKey("2026b", b"b" * 32)
NOTICE = "huangshi-2026.1"


def id_number(sequence: int, born: str = "19900101") -> str:
    """A valid number that was never issued."""
    first17 = f"420200{born}{sequence:03d}"
    return first17 + check_character(first17)


def joining(sequence: int = 1, name: str = "张三", **changes: Any) -> dict[str, Any]:
    """What a person sends to join."""
    return {
        "name": name,
        "id_number": id_number(sequence),
        "notice_version": NOTICE,
        "consents": {"scoring": True, "contact": False},
    } | changes


@dataclass
class Door:
    """The application and a client of it. Several may share a database and a cache."""

    app: FastAPI
    client: httpx.AsyncClient
    keyring: Keyring
    cache: Cache

    @property
    def identity(self) -> Identity:
        found: Identity = self.app.state.identity
        return found

    @property
    def registry(self) -> Registry:
        found: Registry = self.app.state.registry
        return found

    @property
    def looks(self) -> OwnLooks:
        found: OwnLooks = self.app.state.own_looks
        return found

    @property
    def wechat(self) -> LocalWeChat:
        found = self.identity.wechat
        assert isinstance(found, LocalWeChat)
        return found

    def change(self, **parts: Any) -> None:
        """Exchange parts of the registry, and what hangs on it."""
        self.app.state.registry = replace(self.registry, **parts)
        self.app.state.notices = self.registry.notices
        self.app.state.consent_effects = ConsentEffects(self.registry)

    async def sign_in(self, person: int = 1) -> dict[str, Any]:
        answer = await self.client.post("/v1/auth/wechat", json={"code": f"demo:{person}"})
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens

    async def headers(self, person: int = 1) -> dict[str, str]:
        return bearer((await self.sign_in(person))["access_token"])

    async def join(self, person: int = 1, **changes: Any) -> dict[str, str]:
        headers = await self.headers(person)
        body = joining(person, **changes)
        answer = await self.client.post("/v1/me/enrollment", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        return headers


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def door(
    *, keys: tuple[MasterKey, ...] = (NEW, OLD), cache: Cache | None = None
) -> AsyncIterator[Door]:
    settings = Settings(env="development", wechat_appid="", redis_url="memory://")
    keyring, own = Keyring(keys), cache or Cache.from_url("memory://")
    app = FastAPI()
    problem.install(app)
    for routes in (
        auth_routes,
        resident_routes,
        consent_routes,
        access_log_routes,
        officer_routes,
    ):
        app.include_router(routes.router)
    app.add_middleware(Gate)
    async with httpx.AsyncClient(verify=authorities.trusted()) as http:
        account_of = partial(accounts.find_or_add, keyring)
        scores = Scores(city(), own)
        app.state.keyring = keyring
        app.state.identity = identity.compose(
            settings, keyring, own, http, account_of, officers.officer_of, Standing().merchant_of
        )
        app.state.registry = registry.compose(settings, keyring, http, scores)
        app.state.notices = notice.load("huangshi")
        app.state.consent_effects = ConsentEffects(app.state.registry)
        app.state.own_looks = OwnLooks()
        app.state.looks_by_others = ()
        app.state.names_of_looks = _unnamed
        app.state.scenario_notices = None  # no consent here has a scenario as its recipient
        app.state.city_notices = None  # nor a city
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://points") as client:
            yield Door(app, client, keyring, own)
    if cache is None:
        await own.aclose()


def now_text() -> str:
    """This instant as answers write it."""
    return clock.now().isoformat().replace("+00:00", "Z")


async def _unnamed(lines):
    return list(lines)
