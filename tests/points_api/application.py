"""The whole application over a test's database, and residents who sign in and join through it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

import httpx
from fastapi import FastAPI

from points_api.app import create_app, fronted
from points_api.generate import person
from points_api.identifiers import id_number
from points_api.middleware import Requests
from points_api.residents.models import Enrollment
from points_api.settings import load
from tests.points_api.served import Served

ADULTS = [n for n in range(1, 60) if id_number.age_on(person(1, n)[1], date(2026, 6, 1)) >= 18]


@dataclass
class Visitor:
    """Somebody with a phone: calls carry their token once they have signed in."""

    http: httpx.AsyncClient
    n: int
    tokens: dict[str, str]

    async def get(self, path, **headers):
        return await self.http.get(path, headers=self.headers(**headers))

    async def post(self, path, body=None, **headers):
        return await self.http.post(path, json=body, headers=self.headers(**headers))

    async def delete(self, path):
        return await self.http.delete(path, headers=self.headers())

    def headers(self, **more):
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"authorization": f"Bearer {self.tokens['access_token']}", **named}

    async def join(self, number=None):
        notice = (await self.http.get("/v1/notices/current")).json()
        name, usual = person(1, self.n)
        form = {
            "name": name, "id_number": number or usual, "notice_version": notice["version"],
            "consents": {p["id"]: p["id"] == "scoring" for p in notice["purposes"]},
        }  # fmt: skip
        return await self.post("/v1/me/enrollment", form)


@dataclass
class Application:
    """`served` goes through everything a server runs, `http` leaves out its protocol, and `plain`
    the hot routes, too.
    """

    app: FastAPI
    served: httpx.AsyncClient
    http: httpx.AsyncClient
    plain: httpx.AsyncClient

    async def visitor(self, n):
        answer = await self.http.post("/v1/auth/wechat", json={"code": f"demo:{n}"})
        assert answer.status_code == 200, answer.text
        return Visitor(self.http, n, answer.json())


@asynccontextmanager
async def running(database_url: str, redis_url: str = "memory://") -> AsyncIterator[Application]:
    """The application with its lifespan, for as long as the block runs."""
    settings = load({"database_url": database_url, "redis_url": redis_url})
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        server = httpx.ASGITransport(app=fronted(app))
        ordinary = httpx.ASGITransport(app=Requests(app))
        base = "http://points.test"
        async with (
            httpx.AsyncClient(transport=Served(fronted(app)), base_url=base) as served,
            httpx.AsyncClient(transport=server, base_url=base) as http,
            httpx.AsyncClient(transport=ordinary, base_url=base) as plain,
        ):
            yield Application(app, served, http, plain)


async def person_of(visitor):
    view = (await visitor.get("/v1/me/enrollment")).json()
    return (await Enrollment.get(id=view["enrollment_id"])).person_id
