import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from prometheus_client import REGISTRY
from starlette.routing import Route

from points_api import log, metrics, problem
from points_api.middleware import ROUTE, BodyLimit, Requests

ID_NUMBER = "42020019900101001X"
LIMIT = 1000


async def plain(request: Request) -> Response:
    request.scope[ROUTE] = "/v1/hot"
    return Response(b"hot")


def application() -> FastAPI:
    app = FastAPI()
    problem.install(app)
    outer, inner = APIRouter(prefix="/v1/outer"), APIRouter(prefix="/inner")

    @inner.get("/things/{name}")
    async def thing(name: str) -> str:
        return log.request_id.get() or "none"

    @inner.get("/fails/{name}")
    async def fails(name: str) -> str:
        raise RuntimeError(f"unexpected {name}")

    @inner.post("/read")
    async def read(request: Request) -> int:
        return len(await request.body())

    @inner.post("/deliveries")
    async def deliver(request: Request) -> int:
        return sum([len(part) async for part in request.stream()])

    @inner.post("/json")
    async def parsed(body: dict[str, Any]) -> int:
        return len(body)

    outer.include_router(inner)
    app.include_router(outer)
    app.router.routes.append(Route("/hot/{name}", plain))
    app.get("/metrics")(metrics.endpoint)
    app.add_middleware(BodyLimit, limit=LIMIT, larger={"/v1/outer/inner/deliveries": 5 * LIMIT})
    app.add_middleware(Requests)
    return app


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application())
    async with httpx.AsyncClient(transport=transport, base_url="http://points") as client:
        yield client


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    log.configure("INFO", stream)
    yield stream
    log.configure("WARNING")
    root.handlers[:], root.level = before


async def test_every_answer_names_its_request_and_so_do_the_logs(client, out):
    answer = await client.get("/v1/outer/inner/things/x")
    reference = answer.headers["x-request-id"]
    assert answer.json() == reference
    assert json.loads(out.getvalue())["request_id"] == reference
    assert (await client.get("/nowhere")).headers["x-request-id"] != reference
    assert log.request_id.get() is None


async def test_a_request_id_is_taken_over_only_if_it_can_be_nothing_else(client):
    good = "0199a3b2-0000-7000-8000-000000000001"
    for given, kept in ((good, True), (ID_NUMBER, False), ("x" * 36, False)):
        answer = await client.get("/v1/outer/inner/things/x", headers={"x-request-id": given})
        assert (answer.headers["x-request-id"] == given) is kept


async def test_an_unexpected_error_ends_in_a_reference_and_nothing_else(client, out):
    answer = await client.get(
        f"/v1/outer/inner/fails/{ID_NUMBER}", headers={"accept-language": "en"}
    )
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["errcode"] == 50000
    assert body["reference"] == answer.headers["x-request-id"]
    assert set(body) == {"type", "title", "status", "detail", "errcode", "errmsg", "reference"}
    failure, request = map(json.loads, out.getvalue().splitlines())
    assert failure["error"] == "RuntimeError"
    assert failure["places"][-1].endswith(" fails")
    assert failure["request_id"] == request["request_id"] == body["reference"]
    assert ID_NUMBER not in answer.text + out.getvalue()


async def test_metrics_and_logs_know_routes_and_never_paths(client, out):
    for path in (f"/v1/outer/inner/things/{ID_NUMBER}", f"/hot/{ID_NUMBER}", f"/{ID_NUMBER}"):
        await client.get(path)
    await client.request("BREW", "/v1/outer/inner/things/x")
    routes = [json.loads(line)["route"] for line in out.getvalue().splitlines()]
    thing = "/v1/outer/inner/things/{name}"
    assert routes == [thing, "/v1/hot", "unmatched", thing]
    shown = (await client.get("/metrics")).text
    assert f'points_http_requests_total{{method="GET",route="{thing}",status="200"}}' in shown
    assert 'method="other"' in shown
    assert ID_NUMBER not in shown + out.getvalue()
    assert "BREW" not in shown


async def test_each_answer_is_counted_once(client):
    labels = {"method": "GET", "route": "/v1/hot", "status": "200"}
    before = REGISTRY.get_sample_value("points_http_requests_total", labels) or 0.0
    for _ in range(3):
        await client.get("/hot/x")
    assert REGISTRY.get_sample_value("points_http_requests_total", labels) == before + 3


async def pieces(size: int) -> AsyncIterator[bytes]:
    """Send a body that does not say how long it is."""
    for start in range(0, size, 100):
        yield b"x" * min(100, size - start)


@pytest.mark.parametrize("path", ["read", "json"])
@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_over_the_limit_is_refused_however_it_comes(client, path, announced):
    content = b"x" * (LIMIT + 1) if announced else pieces(LIMIT + 1)
    answer = await client.post(
        f"/v1/outer/inner/{path}", content=content, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errcode"] == 41300
    assert answer.json()["limit"] == LIMIT
    assert "x-request-id" in answer.headers


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_at_the_limit_passes_whole(client, announced):
    content = b"x" * LIMIT if announced else pieces(LIMIT)
    answer = await client.post("/v1/outer/inner/read", content=content)
    assert (answer.status_code, answer.json()) == (200, LIMIT)


@pytest.mark.parametrize("announced", [True, False])
async def test_files_may_be_larger_and_are_limited_too(client, announced):
    for size, status in ((5 * LIMIT, 200), (5 * LIMIT + 1, 413)):
        content = b"x" * size if announced else pieces(size)
        answer = await client.post("/v1/outer/inner/deliveries", content=content)
        assert answer.status_code == status


@pytest.mark.parametrize("length", ["-1", "1e3", "١٢", ""])
async def test_a_length_that_is_no_number_is_refused(client, length):
    answer = await client.post(
        "/v1/outer/inner/read", content=pieces(10), headers={"content-length": length.encode()}
    )
    assert answer.status_code == 413
