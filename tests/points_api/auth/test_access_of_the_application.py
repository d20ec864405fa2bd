"""The access table against the application as it is served."""

import re

import httpx
import pytest

from points_api import clock
from points_api.app import create_app
from points_api.auth import access
from points_api.auth.access import ACCESS, Table
from points_api.auth.models import ApiClient
from points_api.auth.officers import ROLES, OfficerWith
from points_api.settings import Settings
from tests.points_api.db import rows

NOT_IN_THE_DOCUMENT = {
    "GET /metrics", "GET /metrics/visitors", "GET /openapi.json", "GET /problems/{slug}",
    *(
        f"{method} {page}"
        for method in ("GET", "HEAD")
        for page in ("/", "/docs", "/verify", "/verify/", "/verify/{name}")
    ),
}  # fmt: skip

TO_SIGN_IN = {
    "resident": "/v1/auth/wechat",
    "officer": "/v1/auth/officer",
    "merchant": "/v1/auth/token",
    "agency": "/v1/auth/token",
    "partner": "Signature-Input",
}


@pytest.fixture
async def application(database_url):
    app = create_app(Settings(database_url=database_url, redis_url="memory://"))
    async with app.router.lifespan_context(app):
        yield app


def operations(document):
    return {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods
    }


def shape(operation):
    """An operation without the names of the places in its path."""
    return re.sub(r"\{[^}]+\}", "{}", operation)


async def test_table_and_document_name_the_same_operations_and_callers(application):
    document = application.openapi()
    assert access.gaps(document) == []
    listed = {shape(operation) for operation in set(ACCESS) - NOT_IN_THE_DOCUMENT}
    assert listed == {shape(operation) for operation in operations(document)}


async def test_every_operation_with_a_caller_answers_401_without_a_token(application):
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://points") as client:
        for operation in operations(application.openapi()):
            method, template = operation.split(" ")
            path = re.sub(r"\{[^}]+\}", "01890000-0000-7000-8000-000000000001", template)
            who = Table().callers(path)[method]
            answer = await client.request(method, path)
            assert (answer.status_code == 401) == (who != "anyone"), operation
            if who != "anyone":
                told = answer.json()["detail"]
                [way] = [way for caller, way in TO_SIGN_IN.items() if str(who).startswith(caller)]
                assert way in told, operation


@pytest.mark.parametrize("role", ROLES)
async def test_every_operation_of_officers_refuses_those_without_its_roles(application, role):
    session = await rows.officer_session(officer=await rows.officer(roles=[role]))
    token = application.state.identity.tokens.issue(
        "officer", str(session.officer_id), str(session.id), clock.now()
    )
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://points") as client:
        for operation, who in ACCESS.items():
            if not isinstance(who, OfficerWith) or operation.endswith("/logout"):
                continue
            method, template = operation.split(" ")
            path = re.sub(r"\{[^}]+\}", "01890000-0000-7000-8000-000000000001", template)
            headers = {"authorization": f"Bearer {token}"}
            answer = await client.request(method, path, headers=headers)
            assert answer.status_code != 401, operation
            refused = bool(who.roles) and role not in who.roles
            assert (answer.status_code == 403) == refused, operation


async def test_a_merchant_is_admitted_to_the_operations_of_merchants_and_to_no_other(application):
    staff = await rows.merchant_staff(role="manager")
    client = await ApiClient.create(
        id="shop-1", kind="merchant", agency="", merchant_id=staff.merchant_id, staff_id=staff.id,
        public_jwk={}, created_at=clock.now(),
    )  # fmt: skip
    token = application.state.identity.tokens.issue("merchant", client.id, client.id, clock.now())
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://points") as http:
        for operation, who in ACCESS.items():
            method, template = operation.split(" ")
            path = re.sub(r"\{[^}]+\}", "01890000-0000-7000-8000-000000000001", template)
            if who == "anyone":
                continue
            headers = {"authorization": f"Bearer {token}"}
            answer = await http.request(method, path, headers=headers)
            assert answer.status_code != 401, operation
            refused = "problem" in answer.headers.get("content-type", "")
            kept_out = refused and answer.json()["errcode"] == 40300
            assert kept_out == (who != "merchant"), operation
            assert ("ratelimit" in answer.headers) == (who == "merchant"), operation


async def test_no_operation_takes_a_body_of_another_type_for_a_mistaken_one(application):
    tokens, now = application.state.identity.tokens, clock.now()
    session = await rows.officer_session(officer=await rows.officer(roles=sorted(ROLES)))
    staff = await rows.merchant_staff(role="manager")
    for id_, kind, more in (
        (
            "shop-1",
            "merchant",
            {"agency": "", "merchant_id": staff.merchant_id, "staff_id": staff.id},
        ),
        ("civil-1", "agency", {"agency": "civil-affairs"}),
    ):
        await ApiClient.create(id=id_, kind=kind, public_jwk={}, created_at=now, **more)
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://points") as http:
        signed_in = (await http.post("/v1/auth/wechat", json={"code": "demo:1"})).json()
        known = {
            "resident": signed_in["access_token"],
            "merchant": tokens.issue("merchant", "shop-1", "shop-1", now),
            "agency": tokens.issue("agency", "civil-1", "civil-1", now),
            "officer": tokens.issue("officer", str(session.officer_id), str(session.id), now),
            "anyone": "",
        }
        refused = []
        for path, methods in application.openapi()["paths"].items():
            for method, operation in methods.items():
                who = str(Table().callers(path)[method.upper()]).partition(":")[0]
                if "requestBody" not in operation or who == "partner":
                    continue  # partners sign their bodies, which are read as they come
                address = re.sub(r"\{[^}]+\}", "01890000-0000-7000-8000-000000000001", path)
                headers = {"authorization": f"Bearer {known[who]}", "content-type": "text/plain"}
                answer = await http.request(method, address, headers=headers, content=b"{}")
                refused.append(answer.status_code)
                assert answer.status_code not in (401, 422), (method, path)
    assert refused.count(415) > 0.8 * len(refused) > 30
