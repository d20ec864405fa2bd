"""A route is found at once, and it is the one that would have been found by asking all of them."""

import asyncio
import re

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.routing import Match, NoMatchFound, Route, Router

from points_api.app import ROUTERS, create_app
from points_api.routing import Directory
from points_api.settings import load

ROUTES = [route for module in ROUTERS for route in module.router.routes]
DIRECTORY = Directory(ROUTES)
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]
ODD = ["", "7", "é", "%2F", "..", "黄石", " "]
WORDS = st.sampled_from(sorted({word for one in ROUTES for word in one.path.split("/")} | {*ODD}))
# In a template * stands for one part, & for all that is left.
PLACES = st.sampled_from(["a", "ab", *ODD])
TEMPLATES = st.lists(
    st.tuples(
        st.lists(st.sampled_from(["a", "", "*", "a*", "&"]), min_size=1, max_size=6),
        st.sampled_from([["GET"], ["POST"]]),
    ),
    min_size=2,
    max_size=12,
)
OPERATIONS = [(route.path, method) for route in ROUTES for method in sorted(route.methods)]


def asked(path, method="GET"):
    return {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}


def first_of_all(scope, routes=ROUTES):
    for route in routes:
        match, child = route.matches(scope)
        if match is Match.FULL:
            return child["endpoint"], child["path_params"]
    return None


def found(directory, scope):
    match, child = directory.matches(scope)
    return (child["endpoint"], child["path_params"]) if match is Match.FULL else None


@pytest.mark.parametrize(("template", "method"), OPERATIONS)
def test_each_operation_is_found_as_by_asking_one_route_after_the_other(template, method):
    scope = asked(re.sub(r"\{\w+(:\w+)?\}", "7", template), method)
    assert found(DIRECTORY, scope) == first_of_all(scope) is not None


@pytest.mark.parametrize("path", ["", "//", "/v1", "/v1/me", "/v1/me/", "/v1/me/score/", "/v1/*"])
def test_where_there_is_no_route_none_is_found(path):
    assert found(DIRECTORY, asked(path)) is None


@given(st.lists(WORDS, max_size=7).map("/".join), st.sampled_from(METHODS))
def test_whatever_path_is_asked_for_it_is_found_as_by_asking_one_after_the_other(path, method):
    scope = asked(f"/{path}", method)
    assert found(DIRECTORY, scope) == first_of_all(scope)


@given(TEMPLATES, st.lists(PLACES, min_size=1, max_size=6).map("/".join), st.sampled_from(METHODS))
def test_whatever_routes_there_are_the_answer_is_that_of_the_framework_alone(
    templates, path, method
):
    """Also where a route takes in what another one names, and where none is for the method."""
    routes = [
        Route(_numbered(template), _saying(number), methods=methods)
        for number, (template, methods) in enumerate(templates)
    ]
    scope = asked(f"/{path}", method)
    assert found(Directory(routes), scope) == first_of_all(scope, routes)
    alone, before = Router(routes), Router([Directory(routes), *routes])
    assert asyncio.run(answered(before, scope)) == asyncio.run(answered(alone, scope))


def _numbered(template):
    """A name of its own for each part in braces."""
    parts = enumerate(template)
    return "/" + "/".join(part.replace("*", f"{{p{at}}}").replace("&", f"{{p{at}:path}}")
                          for at, part in parts)  # fmt: skip


def _saying(number):
    async def endpoint(request):
        return PlainTextResponse(f"{number} {request.path_params}")

    return endpoint


async def answered(app, scope):
    sent = []

    async def send(message):
        sent.append(message)

    await app({**scope, "query_string": b"", "scheme": "http", "server": ("h", 80)}, None, send)
    return sent


def test_another_method_is_left_to_the_framework():
    assert found(DIRECTORY, asked("/v1/me/home", "POST")) is None


def test_parts_in_braces_are_told_to_the_endpoint():
    directory = Directory([Route("/a/{b}/{c}", lambda _: None), Route("/a/{b}", lambda _: None)])
    assert directory.matches(asked("/a/1/2"))[1]["path_params"] == {"b": "1", "c": "2"}
    assert directory.matches(asked("/a/1"))[1]["path_params"] == {"b": "1"}


def test_names_of_routes_are_left_to_the_routes():
    with pytest.raises(NoMatchFound):
        DIRECTORY.url_path_for("health")


def test_the_application_asks_the_directory_first(tmp_path):
    app = create_app(load({"database_url": f"sqlite://{tmp_path}/points.db"}))
    assert isinstance(app, FastAPI)
    assert isinstance(app.router.routes[0], Directory)
