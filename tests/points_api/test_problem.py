import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Form, UploadFile
from pydantic import BaseModel, ConfigDict, Field, field_validator
from starlette.exceptions import HTTPException

from points_api import problem
from points_api.identifiers import id_number
from points_api.problem import Busy, NotFound, Problem, RateLimited, Unauthorized, problems

ID_NUMBER = "42020019900101001X"
TEXT = {"content-type": "text/plain"}


class SceneClosed(Problem):
    slug, status, errcode = "test-scene-closed", 409, 40999
    title = ("场景已关闭", "The scene is closed")


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    count: int = Field(ge=1)
    id_number: str = ""
    by_name: dict[str, int] = {}

    @field_validator("id_number")
    @classmethod
    def _real(cls, text: str) -> str:
        return id_number.parse(text) if text else text


def application() -> FastAPI:
    app = FastAPI()
    problem.install(app)
    router = APIRouter()

    @router.post("/closed", responses=problems(SceneClosed, NotFound))
    async def closed(body: Body) -> None:
        raise SceneClosed("请换一个", "Choose another", scenario="library", left=body.count)

    @router.get("/refused/{how}")
    async def refused(how: str) -> None:
        raise {
            "busy": Busy(7),
            "limited": RateLimited(30),
            "unauthorized": Unauthorized(),
            "framework": HTTPException(415, f"quotes {ID_NUMBER}", {"Accept-Post": "text/csv"}),
        }[how]

    @router.post("/form")
    async def form(name: Annotated[str, Form()]) -> None:
        pass

    @router.post("/file")
    async def file(file: UploadFile) -> None:
        pass

    @router.get("/number/{number}")
    async def number(number: int, page: int = 1) -> int:
        return number * page

    app.include_router(router)
    return app


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application())
    async with httpx.AsyncClient(transport=transport, base_url="http://points") as client:
        yield client


def test_what_was_not_found_is_named_and_what_to_do_whether_it_is_anothers_or_nobodys():
    bare, named = NotFound().body("zh"), NotFound.of("兑现", "redemption").body("en")
    assert "请核对编号" in bare["detail"]
    assert named["detail"] == (
        "There is no redemption of this id, or it is not yours to see; check the id"
    )
    assert bare["errmsg"] == bare["detail"]


async def test_a_refusal_speaks_both_dialects_and_the_callers_language(client):
    answer = await client.post("/closed", json={"count": 2}, headers={"accept-language": "en"})
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == "en"
    assert answer.headers["vary"] == "Accept-Language"
    assert answer.json() == {
        "type": "/problems/test-scene-closed",
        "title": "The scene is closed",
        "status": 409,
        "detail": "Choose another",
        "errcode": 40999,
        "errmsg": "Choose another",
        "scenario": "library",
        "left": 2,
    }
    chinese = await client.post("/closed", json={"count": 2})
    assert chinese.json()["title"] == "场景已关闭"
    assert chinese.headers["content-language"] == "zh-CN"


async def test_the_type_of_a_problem_is_an_address_that_answers(client):
    told = (await client.get("/problems/test-scene-closed")).json()
    assert told["errcode"] == 40999
    assert told["title"] == {"zh": "场景已关闭", "en": "The scene is closed"}
    assert (await client.get("/problems/no-such")).status_code == 404


@pytest.mark.parametrize(
    ("path", "status", "errcode", "header"),
    [
        ("/refused/busy", 503, -1, ("retry-after", "7")),
        ("/refused/limited", 429, 42900, ("retry-after", "30")),
        ("/refused/unauthorized", 401, 40100, ("www-authenticate", "Bearer")),
        ("/refused/framework", 415, 41500, ("accept-post", "text/csv")),
        ("/closed", 405, 40500, ("allow", "POST")),
        ("/nowhere", 404, 40400, ("cache-control", "no-store")),
        ("/number/x", 422, 42200, ("cache-control", "no-store")),
    ],
)
async def test_every_way_to_be_refused_looks_the_same(client, path, status, errcode, header):
    answer = await client.get(path)
    assert answer.status_code == answer.json()["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errcode"] == errcode
    assert answer.json()["errmsg"]
    assert answer.headers[header[0]] == header[1]


async def test_the_words_of_the_framework_are_not_passed_on(client):
    assert ID_NUMBER not in (await client.get("/refused/framework")).text


@pytest.mark.parametrize(
    ("body", "pointer", "code", "words"),
    [
        ({}, "#/count", "missing", "add it"),
        ({"count": 0}, "#/count", "greater_than_equal", "at least 1"),
        ({"count": "1"}, "#/count", "int_type", "whole number"),
        (
            {"count": 1, "extra": 1},
            "#/extra",
            "extra_forbidden",
            "there are by_name, count, id_number",
        ),
        (
            {"count": 1, ID_NUMBER: 1},
            "#/…",
            "extra_forbidden",
            "there are by_name, count, id_number",
        ),
        ({"count": 1, "idnumber": ""}, "#/idnumber", "extra_forbidden", "perhaps id_number"),
        ({"count": 1, "by_name": {"张三": "x"}}, "#/by_name/…", "int_type", "whole number"),
        (
            {"count": 1, "id_number": "420200199001010011"},
            "#/id_number",
            "id_number.check_character",
            "one by one",
        ),
        (
            {"count": 1, "id_number": "4202**********1234"},
            "#/id_number",
            "id_number.masked",
            "in full",
        ),
    ],
)
async def test_a_malformed_request_is_told_where_and_how_to_mend(
    client, body, pointer, code, words
):
    answer = await client.post("/closed", json=body, headers={"accept-language": "en"})
    assert answer.status_code == 422
    [entry] = answer.json()["errors"]
    assert (entry["source"], entry["pointer"], entry["code"]) == ("body", pointer, code)
    assert words in entry["message"]


async def test_a_body_that_did_not_come_is_missing_as_a_whole(client):
    [entry] = (await client.post("/closed")).json()["errors"]
    assert (entry["pointer"], entry["code"]) == ("#", "missing")


async def test_an_empty_field_of_a_form_is_named_once(client):
    [entry] = (await client.post("/form", data={"name": ""})).json()["errors"]
    assert (entry["pointer"], entry["code"]) == ("#/name", "missing")


async def test_a_body_full_of_mistakes_is_told_the_first_hundred(client):
    answer = await client.post("/closed", json={"count": 1, **{f"f_{n}": 1 for n in range(1000)}})
    assert len(answer.json()["errors"]) == 100


async def test_the_input_never_comes_back(client):
    wrong: list[dict[str, Any]] = [
        {"content": f'{{"count": {ID_NUMBER}'.encode()},
        {"json": {"count": ID_NUMBER}},
        {"json": {"count": 1, "id_number": [ID_NUMBER]}},
        {"json": {"count": 1, "id_number": ID_NUMBER[:-1] + "0"}},
        {"json": {"count": 1, f"name_{ID_NUMBER}": 1, ID_NUMBER: 2, "by_name": {ID_NUMBER: "3"}}},
        {"json": [ID_NUMBER]},
    ]
    for request in wrong:
        answer = await client.post(
            "/closed", headers={"content-type": "application/json"}, **request
        )
        assert answer.status_code == 422
        assert ID_NUMBER[:11] not in answer.text
    for path in (f"/number/{ID_NUMBER}", f"/number/1?page={ID_NUMBER}"):
        assert ID_NUMBER[:11] not in (await client.get(path)).text


@pytest.mark.parametrize(
    ("path", "request_", "wanted"),
    [
        ("/closed", {"content": b'{"count": 1}'}, "application/json"),
        ("/closed", {"content": ID_NUMBER, "headers": TEXT}, "application/json"),
        ("/closed", {"data": {"count": 1}}, "application/json"),
        ("/closed", {"files": {"count": b"1"}}, "application/json"),
        ("/form", {"json": {"name": "x"}}, "application/x-www-form-urlencoded"),
        ("/form", {"content": b"name=x", "headers": TEXT}, "application/x-www-form-urlencoded"),
        ("/file", {"data": {"file": "x"}}, "multipart/form-data"),
        ("/file", {"json": {"file": "x"}}, "multipart/form-data"),
    ],
)
async def test_a_body_of_another_type_is_told_which_is_wanted(client, path, request_, wanted):
    answer = await client.post(path, **request_)
    assert (answer.status_code, answer.json()["errcode"]) == (415, 41500)
    assert f"Content-Type: {wanted}" in answer.json()["detail"]
    assert answer.headers["accept"] == wanted
    assert ID_NUMBER not in answer.text


@pytest.mark.parametrize(
    ("path", "request_"),
    [
        ("/closed", {}),
        ("/closed", {"headers": TEXT}),
        ("/closed", {"json": "text"}),
        ("/closed", {"content": b"{}", "headers": {"content-type": "application/vnd.x+json; a=b"}}),
        ("/form", {"headers": TEXT}),
        ("/form", {"data": {"other": "x"}}),
        ("/form", {"files": {"other": b"x"}}),
        ("/file", {"files": {"other": b"x"}}),
    ],
)
async def test_nothing_and_a_body_of_the_right_type_are_told_what_is_missing(
    client, path, request_
):
    answer = await client.post(path, **request_)
    assert (answer.status_code, answer.json()["errcode"]) == (422, 42200)


async def test_json_that_does_not_parse_points_to_the_whole_body(client):
    answer = await client.post(
        "/closed", content=b"{", headers={"content-type": "application/json"}
    )
    [entry] = answer.json()["errors"]
    assert (entry["pointer"], entry["code"]) == ("#", "json_invalid")


async def test_the_contract_documents_the_shape_that_is_really_sent(client):
    document = (await client.get("/openapi.json")).json()
    responses = document["paths"]["/closed"]["post"]["responses"]
    assert set(responses) == {"200", "404", "409", "default"}
    shape = responses["409"]["content"]["application/problem+json"]
    assert shape["examples"]["test-scene-closed"]["value"]["errcode"] == 40999
    sent = (await client.post("/closed", json={"count": 1})).json()
    assert set(shape["schema"]["required"]) <= set(sent)
    assert "HTTPValidationError" not in json.dumps(document)


def test_two_refusals_cannot_share_a_name_or_a_code():
    with pytest.raises(TypeError, match="test-scene-closed"):
        type("Other", (Problem,), {"slug": "test-scene-closed", "status": 409, "errcode": 1})
    with pytest.raises(TypeError, match="40400"):
        type("Another", (Problem,), {"slug": "test-another", "status": 404, "errcode": 40400})
