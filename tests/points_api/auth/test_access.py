import re

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from points_api import clock, problem
from points_api.auth import access, routes
from points_api.auth.access import ACCESS, Gate, Table
from points_api.auth.officers import ROLES, OfficerWith
from tests.points_api.auth.door import bearer


def operations(document):
    return [
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    ]


def filled(path):
    """A path with something in its places."""
    return re.sub(r"\{[^}]+\}", "01890000-0000-7000-8000-000000000001", path)


async def test_every_operation_is_in_the_table_and_declares_the_caller_it_demands(door):
    document = door.app.openapi()
    assert len(operations(document)) >= 15
    assert access.gaps(document) == []


async def test_an_operation_that_is_missing_or_declares_another_caller_is_told(door):
    document = door.app.openapi()
    document["paths"]["/v1/me/secret"] = {"get": {}}
    document["paths"]["/v1/me/enrollment"]["get"]["security"] = [{"agency": []}]
    document["paths"]["/v1/me/consents"]["get"].pop("security")
    assert access.gaps(document) == [
        "GET /v1/me/enrollment: declares agency, must be resident",
        "GET /v1/me/consents: declares anyone, must be resident",
        "GET /v1/me/secret: not in the access table",
    ]


async def test_without_a_token_every_operation_with_a_caller_answers_401(door):
    asked = 0
    for method, path in operations(door.app.openapi()):
        answer = await door.client.request(method, filled(path))
        if Table().callers(filled(path))[method] == "anyone":
            assert answer.status_code != 401
        else:
            asked += 1
            assert answer.status_code == 401, (method, path)
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert answer.json()["errcode"] == 40100
            assert answer.json()["detail"].startswith("没有收到")
    assert asked >= 10


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer x", "Basic YTpi", "bearer a.b.c", "x", "", "Bearer é", "DPoP x"],
)
async def test_a_header_that_is_no_good_token_answers_401(door, header):
    answer = await door.client.get(
        "/v1/me/enrollment", headers=[(b"authorization", header.encode("latin-1"))]
    )
    assert answer.status_code == 401
    assert answer.json()["type"] == "/problems/access-token-refused"


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "", "Basic YTpi"])
async def test_a_header_without_a_token_is_told_to_have_none_and_not_that_it_has_expired(
    door, header
):
    answer = await door.client.get(
        "/v1/me/enrollment",
        headers=[(b"authorization", header.encode()), (b"accept-language", b"en")],
    )
    told = answer.json()
    assert told["detail"].startswith("No access token came")
    assert told["errmsg"] == told["detail"]


async def test_two_authorization_headers_are_refused_even_if_one_is_good(door):
    token = (await door.sign_in(1))["access_token"]
    good = (b"authorization", f"Bearer {token}".encode())
    for headers in ([good, good], [good, (b"authorization", b"x")]):
        assert (await door.client.get("/v1/me/enrollment", headers=headers)).status_code == 401


async def test_the_caller_is_asked_for_before_the_body_is_read(door):
    answer = await door.client.post(
        "/v1/me/enrollment", content=b"{", headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 401


async def test_a_token_of_another_kind_of_caller_is_forbidden(door):
    tokens = door.identity.tokens
    agency = tokens.issue("agency", "civil-affairs-1", "civil-affairs-1", clock.now())
    answer = await door.client.get("/v1/me/enrollment", headers=bearer(agency))
    assert (answer.status_code, answer.json()["errcode"]) == (403, 40300)


async def test_a_route_that_is_not_in_the_table_does_not_exist_for_the_outside(door):
    @door.app.get("/v1/forgotten")
    async def forgotten() -> str:
        return "everything"

    for headers in (None, await door.headers(1)):
        answer = await door.client.get("/v1/forgotten", headers=headers)
        assert (answer.status_code, answer.json()["errcode"]) == (404, 40400)


async def test_a_route_of_the_table_that_forgets_its_caller_is_still_not_public(door):
    @door.app.get("/v1/me/export")
    async def careless() -> str:
        return "everything"

    assert (await door.client.get("/v1/me/export")).status_code == 401
    assert (await door.client.get("/v1/me/export", headers=await door.headers(1))).text == (
        '"everything"'
    )


async def test_a_method_that_the_table_does_not_name_is_refused_with_those_it_names(door):
    answer = await door.client.patch("/v1/me/enrollment")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "DELETE, GET, POST"
    assert answer.json()["detail"] == "这个地址支持 DELETE, GET, POST，请改用"
    english = await door.client.get("/v1/auth/wechat", headers={"accept-language": "en"})
    assert english.headers["allow"] == "POST"
    assert english.json()["detail"] == "This address takes POST; use that instead"


@pytest.mark.parametrize(
    "path",
    ["/redoc", "/v1/me/enrollment/", "/v1//me/enrollment", "/V1/me/enrollment",
     "/v1/me/consents/a/b", "/v1/me"],
)  # fmt: skip
async def test_other_ways_of_writing_a_path_lead_nowhere(door, path):
    answer = await door.client.get(path, headers=await door.headers(1))
    assert answer.status_code == 404


async def test_web_sockets_are_not_let_in():
    said = []

    async def send(message):
        said.append(message)

    async def receive():
        return {"type": "websocket.connect"}

    async def app(scope, receive, send):
        raise AssertionError

    await Gate(app)({"type": "websocket", "path": "/", "headers": []}, receive, send)
    assert said[0]["type"] in ("websocket.close", "websocket.http.response.start")


async def test_a_caller_argument_without_the_gate_refuses_everybody(door):
    app = FastAPI()
    problem.install(app)
    app.include_router(routes.router)
    app.state.identity = door.identity
    async with AsyncClient(transport=ASGITransport(app), base_url="http://x") as client:
        answer = await client.post("/v1/auth/logout", headers=await door.headers(1))
    assert answer.status_code == 401


def test_the_table_names_no_caller_that_does_not_exist():
    kinds = {who for who in ACCESS.values() if not isinstance(who, OfficerWith)}
    assert kinds <= {"anyone", "resident", "agency", "merchant", "partner"}
    assert all(who.roles <= set(ROLES) for who in ACCESS.values() if isinstance(who, OfficerWith))
    assert all(
        re.fullmatch(r"(GET|HEAD|POST|PUT|PATCH|DELETE) /\S*", operation) for operation in ACCESS
    )
