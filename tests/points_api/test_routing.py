"""A route is found at once, and it is the one that would have been found by asking all of them."""

import re

import pytest
from fastapi import FastAPI
from starlette.routing import Match, NoMatchFound, Route

from points_api.app import ROUTERS, create_app
from points_api.routing import Directory
from points_api.settings import load

ROUTES = [route for module in ROUTERS for route in module.router.routes]
OPERATIONS = [(route.path, method) for route in ROUTES for method in sorted(route.methods)]


def asked(path, method="GET"):
    return {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}


def first_of_all(scope):
    for route in ROUTES:
        match, _ = route.matches(scope)
        if match is Match.FULL:
            return route.endpoint
    return None


@pytest.mark.parametrize(("template", "method"), OPERATIONS)
def test_each_operation_is_found_as_by_asking_one_route_after_the_other(template, method):
    scope = asked(re.sub(r"\{\w+(:\w+)?\}", "7", template), method)
    match, child = Directory(ROUTES).matches(scope)
    assert match is Match.FULL
    assert child["endpoint"] is first_of_all(scope)


@pytest.mark.parametrize("path", ["", "//", "/v1", "/v1/me", "/v1/me/", "/v1/me/score/", "/v1/*"])
def test_where_there_is_no_route_none_is_found(path):
    assert Directory(ROUTES).matches(asked(path))[0] is Match.NONE


def test_another_method_is_left_to_the_framework():
    assert Directory(ROUTES).matches(asked("/v1/me/home", "POST"))[0] is Match.NONE


def test_parts_in_braces_are_told_to_the_endpoint():
    directory = Directory([Route("/a/{b}/{c}", lambda _: None), Route("/a/{b}", lambda _: None)])
    assert directory.matches(asked("/a/1/2"))[1]["path_params"] == {"b": "1", "c": "2"}
    assert directory.matches(asked("/a/1"))[1]["path_params"] == {"b": "1"}


def test_names_of_routes_are_left_to_the_routes():
    with pytest.raises(NoMatchFound):
        Directory(ROUTES).url_path_for("health")


def test_the_application_asks_the_directory_first(tmp_path):
    app = create_app(load({"database_url": f"sqlite://{tmp_path}/points.db"}))
    assert isinstance(app, FastAPI)
    assert isinstance(app.router.routes[0], Directory)
