"""What the gate and the signature of a route demand of an officer."""

from typing import Annotated
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from points_api import problem
from points_api.auth import access
from points_api.auth.access import Gate, Table
from points_api.auth.callers import OfficerCaller, officer_with
from points_api.auth.officers import ROLES, CallingOfficer, officer
from tests.points_api.officers.desk import hire

STOP = "/v1/officer/stop"
ScenarioOfficer = Annotated[CallingOfficer, officer_with("scenario", "case")]


@pytest.fixture
def app(door):
    app = FastAPI()
    problem.install(app)
    app.state.identity = door.identity

    @app.post(STOP)
    async def stop(caller: ScenarioOfficer) -> str:
        return caller.actor

    @app.get(STOP)
    async def look(caller: OfficerCaller) -> str:
        return caller.actor

    return app


async def answer(app, method, headers):
    async with AsyncClient(transport=ASGITransport(app), base_url="http://x") as client:
        return await client.request(method, STOP, headers=headers)


def gated(app, *roles):
    app.add_middleware(
        Gate, table=Table({f"POST {STOP}": officer(*roles), f"GET {STOP}": officer()})
    )
    return app


@pytest.mark.parametrize("role", ROLES)
async def test_only_an_officer_with_one_of_the_roles_is_let_through(app, door, role):
    desk = await hire(door, role)
    headers, app = await desk.headers(), gated(app, "scenario", "case")
    stopped = await answer(app, "POST", headers)
    if role in {"scenario", "case"}:
        assert (stopped.status_code, stopped.json()) == (200, f"officer:{desk.id}")
    else:
        assert (stopped.status_code, stopped.json()["errcode"]) == (403, 40300)
        assert "case, scenario" in stopped.json()["detail"]
    assert (await answer(app, "GET", headers)).status_code == 200


async def test_a_table_that_demands_less_than_the_route_does_not_open_it(app, door):
    desk = await hire(door, "catalog")
    assert (await answer(gated(app), "POST", await desk.headers())).status_code == 403


async def test_other_callers_are_no_officers_and_officers_no_other_callers(app, door):
    headers = await (await hire(door)).headers()
    gate = gated(app, "scenario")
    assert (await answer(gate, "POST", await door.headers(1))).status_code == 403
    assert (await door.client.get("/v1/me/enrollment", headers=headers)).status_code == 403
    assert (await answer(gate, "POST", {})).status_code == 401


def test_the_document_names_the_roles_and_a_difference_is_told(app, monkeypatch):
    document = app.openapi()
    assert document["paths"][STOP]["post"]["security"] == [{"officer": ["case", "scenario"]}]
    table = {f"POST {STOP}": officer("scenario"), f"GET {STOP}": officer()}
    monkeypatch.setattr(access, "Table", lambda: Table(table))
    assert access.gaps(document) == [
        f"POST {STOP}: declares officer:case,scenario, must be officer:scenario"
    ]


@pytest.mark.parametrize(
    ("own", "theirs"),
    [(None, {"420200", "420281", "420222"}), ("420281", {"420281"})],
)
def test_a_county_s_officer_oversees_that_county_and_the_city_s_all(own, theirs):
    caller = CallingOfficer(UUID(int=1), UUID(int=2), frozenset({"scenario"}), own)
    assert {code for code in ("420200", "420281", "420222") if caller.oversees(code)} == theirs
