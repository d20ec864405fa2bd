"""The access table against the application as it is served."""

import re

import httpx
import pytest

from points_api.app import create_app
from points_api.auth import access
from points_api.auth.access import ACCESS, Table
from points_api.settings import Settings

NOT_IN_THE_DOCUMENT = {"GET /metrics", "GET /openapi.json", "GET /problems/{slug}"}


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
