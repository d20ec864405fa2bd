"""A query field that is none of an operation's, and how a value that fits is written."""

import re

import pytest
from starlette.routing import Route

from points_api.app import ROUTERS
from points_api.parameters import schema_of_body, schemas_of

ROUTES = [route for module in ROUTERS for route in module.router.routes]


async def _errors(application, path, language="en"):
    answer = await application.http.get(path, headers={"accept-language": language})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errcode"] == 42200
    return answer.json()["errors"]


async def test_a_misspelt_query_field_is_refused_with_the_one_that_is_meant(application):
    [english] = await _errors(application, "/v1/scenarios?limit=3&catgory=library")
    assert english == {
        "source": "query",
        "pointer": "#/catgory",
        "code": "extra_forbidden",
        "message": "There is no such field; perhaps category",
    }
    [chinese] = await _errors(application, "/v1/scenarios?catgory=library", "zh")
    assert chinese["message"] == "没有这个字段；是否：category"


async def test_each_unknown_query_field_is_told_once_and_what_was_made_up_is_not_repeated(
    application,
):
    told = await _errors(application, "/v1/scenarios?%E5%BC%A0%E4%B8%89=1&x=&x=2")
    assert [one["pointer"] for one in told] == ["#/…", "#/x"]
    names = "benefit, category, cursor, division, limit, near, q, visitors"
    assert {one["message"] for one in told} == {f"There is no such field; there are {names}"}


@pytest.mark.parametrize("path", ["/healthz", "/verify", "/openapi.json", "/v1/notices/current"])
async def test_where_an_operation_has_no_query_fields_none_is_refused(application, path):
    assert (await application.http.get(f"{path}?_=1")).status_code == 200


async def test_who_may_not_call_learns_nothing_about_fields(application):
    assert (await application.http.get("/v1/me/scenarios?catgory=x")).status_code == 401


async def test_a_field_of_a_dependency_and_one_under_another_name_are_known(application, resident):
    day = "from=2026-06-01&to=2026-06-01"
    assert (await resident.get(f"/v1/me/score/changes?{day}")).status_code == 200
    assert (await resident.get("/v1/me/scenarios?q=x&eligible=true")).status_code == 200
    assert (await resident.get(f"/v1/me/score/changes?{day}&from_day=x")).status_code == 422


def test_a_route_of_the_framework_s_own_has_no_fields():
    assert schemas_of(Route("/bare", lambda _: None)) == {}


async def test_a_value_that_does_not_fit_is_told_how_one_is_written(application, resident):
    [query] = await _errors(application, "/v1/scenarios?division=huangshi")
    assert query["message"] == "Not in the expected format; write it as 420281"
    [path] = await _errors(application, "/v1/scenarios/Library", "zh")
    assert path["message"] == "格式不对，写作如 huangshi-library-no-deposit"
    sent = {"suppose": [{"add": {"item": "volunteer.hours", "quantity": "ten"}}]}
    answer = await resident.post("/v1/me/score/what-if", sent, accept_language="en")
    [body] = answer.json()["errors"]
    assert body["message"] == "Not in the expected format; write it as 10"
    number = {"suppose": [{"add": {"item": "volunteer.hours", "quantity": 10}}]}
    [told] = (await resident.post("/v1/me/score/what-if", number)).json()["errors"]
    assert told["message"] == '应为文字，写作如 "10"'


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{min(route.methods)} {route.path}")
def test_every_pattern_of_the_interface_has_an_example_that_fits_it(route):
    wanted = [*schemas_of(route).values()]
    if field := getattr(route, "body_field", None):
        wanted.append(schema_of_body(field.field_info.annotation))
    for schema in wanted:
        for pattern, example in _patterns(schema, schema, None):
            assert example is not None, pattern
            assert re.search(pattern, example)


def _patterns(shape, schema, example):
    """Each pattern under a shape, and what the shape or the field around it gives for example."""
    example = next(iter(shape.get("examples", ())), example)
    if "$ref" in shape:
        yield from _patterns(schema["$defs"][shape["$ref"].rpartition("/")[2]], schema, None)
    if "pattern" in shape:
        yield shape["pattern"], example
    for inner in (*shape.get("anyOf", ()), *shape.get("oneOf", ())):
        yield from _patterns(inner, schema, example)
    items = [shape["items"]] if "items" in shape else []
    for inner in (*shape.get("properties", {}).values(), *items):
        yield from _patterns(inner, schema, None)
