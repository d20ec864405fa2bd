"""Every refusal is a class, raised anywhere and rendered once.

The body is RFC 9457 problem details plus `errcode` and `errmsg`, so that mini-program clients
that test `errcode` and tools that test `type` both work. An `errcode` is the HTTP status times 100
plus a number of the feature's choice; only `Busy` is -1, as WeChat has it. Both names and codes are
unique, which is checked when the class is made.

    class ScenarioClosed(Problem):
        slug, status, errcode = "scenario-closed", 409, 40920
        title = ("场景已关闭", "The scenario is closed")

    raise ScenarioClosed("请换一个场景", "Choose another scenario", scenario="library-free-deposit")

Details and fields are sent to the caller: never put an ID number, name, phone or openid there.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from points_api.language import Language, Text, choose
from points_api.parameters import schema_of_body, schemas_of, wanted_instead
from points_api.validation import FieldProblem, Wanted, field_problem

MEDIA_TYPE = "application/problem+json"
_known: dict[str | int, type["Problem"]] = {}  # by slug and by errcode


class Problem(Exception):
    """A refusal. Subclasses name it; an instance may tell how to mend it and add typed fields."""

    slug: ClassVar[str]
    status: ClassVar[int]
    errcode: ClassVar[int]
    title: ClassVar[tuple[str, str]]
    about: ClassVar[tuple[str, str] | None] = None  # the field that is wrong: source and pointer
    headers: Mapping[str, str] = {}

    def __init__(self, detail_zh: str = "", detail_en: str = "", **fields: Any) -> None:
        super().__init__(self.slug)
        self.detail = Text(detail_zh, detail_en or detail_zh)
        self.fields = fields

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for mark in (cls.slug, cls.errcode):
            other = _known.setdefault(mark, cls)
            if (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
                raise TypeError(f"{cls.__name__}: {mark} already stands for {other.__name__}")

    def body(self, language: Language) -> dict[str, Any]:
        """Return the members of the problem details object."""
        title = Text(*self.title).say(language)
        detail = self.detail.say(language)
        return {
            "type": f"/problems/{self.slug}",
            "title": title,
            "status": self.status,
            **({"detail": detail} if detail else {}),
            "errcode": self.errcode,
            "errmsg": detail or title,
            **({"errors": [self._error(*self.about, detail or title)]} if self.about else {}),
            **self.fields,
        }

    def _error(self, source: str, pointer: str, message: str) -> FieldProblem:
        code = self.slug.replace("-", "_")
        return FieldProblem(source=source, pointer=pointer, code=code, message=message)


class InvalidRequest(Problem):
    slug, status, errcode = "invalid-request", 422, 42200
    title = ("请求内容有误", "The request is malformed")


class NotFound(Problem):
    """Said of what is not the caller's in the same words, so that nobody learns what exists."""

    slug, status, errcode = "not-found", 404, 40400
    title = ("没有找到", "Not found")

    def __init__(self, detail_zh: str = "", detail_en: str = "") -> None:
        if not detail_zh:
            detail_zh, detail_en = _no_such("内容", "thing")
        super().__init__(detail_zh, detail_en)

    @classmethod
    def of(cls, zh: str, en: str) -> "NotFound":
        """The refusal that names what was looked for, such as 兑现, redemption."""
        return cls(*_no_such(zh, en))


def _no_such(zh: str, en: str) -> tuple[str, str]:
    return (
        f"没有这个编号的{zh}，或不归您查看；请核对编号",
        f"There is no {en} of this id, or it is not yours to see; check the id",
    )


class Unauthorized(Problem):
    slug, status, errcode = "unauthorized", 401, 40100
    title = ("请先登录", "Please sign in")
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}


class Forbidden(Problem):
    slug, status, errcode = "forbidden", 403, 40300
    title = ("无权操作", "Not allowed")


class TooLarge(Problem):
    slug, status, errcode = "too-large", 413, 41300
    title = ("请求内容过大", "The request is too large")


class WrongContentType(Problem):
    slug, status, errcode = "wrong-content-type", 415, 41500
    title = ("不支持这种内容类型", "Unsupported media type")

    def __init__(self, wanted: str) -> None:
        super().__init__(f"请带 Content-Type: {wanted}", f"Send it as Content-Type: {wanted}")
        self.headers = {"Accept": wanted}  # RFC 9110, 15.5.16


class RateLimited(Problem):
    slug, status, errcode = "rate-limited", 429, 42900
    title = ("请求过于频繁", "Too many requests")

    def __init__(self, retry_after_seconds: int, **fields: Any) -> None:
        super().__init__("请稍后再试", "Please try again later", **fields)
        self.headers = {"Retry-After": str(retry_after_seconds)}


class Busy(Problem):
    slug, status, errcode = "busy", 503, -1
    title = ("系统繁忙", "The system is busy")

    def __init__(self, retry_after_seconds: int = 1, **fields: Any) -> None:
        super().__init__("请稍后再试", "Please try again later", **fields)
        self.headers = {"Retry-After": str(retry_after_seconds)}


class Unexpected(Problem):
    slug, status, errcode = "unexpected", 500, 50000
    title = ("系统出错", "Something went wrong")

    def __init__(self, reference: str) -> None:
        super().__init__(
            "请把参考号告诉客服", "Please tell support the reference", reference=reference
        )


def render(problem: Problem, language: Language) -> Response:
    """Return the response of a problem."""
    return _response(problem.status, problem.body(language), language, problem.headers)


def problems(*classes: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """Return `responses=` of a route that may refuse by these classes."""
    responses: dict[int | str, dict[str, Any]] = {}
    for problem in classes:
        title = " · ".join(problem.title)
        entry = responses.setdefault(problem.status, _documented(""))
        known = entry["description"]
        entry["description"] = f"{known}; {title}" if known else title
        entry["content"][MEDIA_TYPE]["examples"][problem.slug] = {"value": _example(problem)}
    return responses


def install(app: FastAPI) -> None:
    """Render every refusal of the application here, and describe the shape in its OpenAPI."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.router.responses = {**ANY, **app.router.responses}
    app.add_api_route("/problems/{slug}", _describe, include_in_schema=False)


async def _describe(slug: str) -> dict[str, Any]:
    """Make the `type` of a problem an address that answers."""
    if (problem := _known.get(slug)) is None:
        raise NotFound.of("错误说明", "problem")
    title = Text(*problem.title)
    return {
        "type": f"/problems/{slug}",
        "status": problem.status,
        "errcode": problem.errcode,
        "title": {"zh": title.zh, "en": title.en},
    }


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return render(error, choose(request.headers.get("accept-language")))


async def _on_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    language = choose(request.headers.get("accept-language"))
    route = request.scope["route"]
    wanted = {place: Wanted(schema) for place, schema in schemas_of(route).items()}
    if field := route.body_field:
        if media_type := wanted_instead(field.field_info, request.headers, error.body):
            return render(WrongContentType(media_type), language)
        wanted["body"] = Wanted(schema_of_body(field.field_info.annotation), error.body)
    errors = [
        field_problem(entry, language, wanted.get(next(iter(entry["loc"]), "body")))
        for entry in error.errors()[:_MOST_TOLD]
    ]
    return render(
        InvalidRequest("请按 errors 改正", "Mend what errors names", errors=errors), language
    )


async def _on_http_exception(request: Request, error: Exception) -> Response:
    """Render what the framework refuses; its wording is dropped, its headers are passed on."""
    assert isinstance(error, HTTPException)
    language = choose(request.headers.get("accept-language"))
    status = error.status_code
    kin = _known.get(status * 100)
    text = _STATUS_TEXTS.get(status) or Text("请求未能完成", HTTPStatus(status).phrase)
    title = (Text(*kin.title) if kin else text).say(language)
    body = {
        "type": f"/problems/{kin.slug}" if kin else "about:blank",
        "title": title,
        "status": status,
        "errcode": status * 100,
        "errmsg": title,
    }
    return _response(status, body, language, error.headers or {})


def _response(
    status: int, body: dict[str, Any], language: Language, headers: Mapping[str, str]
) -> Response:
    return Response(
        json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={
            "Content-Language": "en" if language == "en" else "zh-CN",
            "Vary": "Accept-Language",
            "Cache-Control": "no-store",
            **headers,
        },
    )


def _example(problem: type[Problem]) -> dict[str, Any]:
    title = Text(*problem.title)
    return {
        "type": f"/problems/{problem.slug}",
        "title": title.zh,
        "status": problem.status,
        "errcode": problem.errcode,
        "errmsg": title.zh,
    }


def _documented(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": _SCHEMA, "examples": {}}},
    }


_MOST_TOLD = 100  # more fields than any body of ours has
_STATUS_TEXTS = {
    400: Text("请求有误", "Bad request"),
    405: Text("不支持这种方法", "Method not allowed"),
    406: Text("无法给出要求的格式", "Not acceptable"),
}
_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "errcode", "errmsg"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errcode": {"type": "integer", "description": "从不为 0 · never 0"},
        "errmsg": {"type": "string"},
    },
}
# "default" also keeps FastAPI from documenting a shape of 422 that is never sent.
ANY: dict[int | str, dict[str, Any]] = {"default": _documented("任何拒绝 · any refusal")}
