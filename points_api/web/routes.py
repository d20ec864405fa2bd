"""Pages for people: `/`, which says what this is, and `/verify`, where merchants check proofs."""

from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import URL

from points_api.conditional import matches
from points_api.problem import NotFound
from points_api.web import files
from points_api.web.files import Served

PREFIX: Final = "/verify"
HEADERS: Final = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "camera=(self)",
    "Referrer-Policy": "no-referrer",
    "Service-Worker-Allowed": PREFIX,  # the page stands one level above its files
    "X-Content-Type-Options": "nosniff",
}
router = APIRouter(include_in_schema=False)
_page: Final = partial(router.api_route, methods=["GET", "HEAD"])
_START: Final = files.start()
_FILES: Final = files.load(PREFIX)


@_page("/")
async def start(request: Request) -> Response:
    """这是什么，有什么可看。"""
    return _served(request, _START)


@_page("/docs")
async def docs() -> Response:
    """别的服务放接口文档的地方：首页上有。"""
    return RedirectResponse("/")


@_page(PREFIX)
async def page(request: Request) -> Response:
    """离线核验的页面。"""
    return _served(request, _FILES[files.PAGE])


@_page(PREFIX + "/")
async def with_a_slash(request: Request) -> Response:
    """同一页：地址多写了一个斜杠。"""
    return RedirectResponse(URL(PREFIX).replace(query=request.url.query))


@_page(PREFIX + "/{name}")
async def file(request: Request, name: Annotated[str, Path(max_length=64)]) -> Response:
    """页面所用的一个文件。"""
    if name not in _FILES:
        raise NotFound
    return _served(request, _FILES[name])


def _served(request: Request, one: Served) -> Response:
    headers = {**HEADERS, "ETag": one.etag}
    if matches(request.headers.get("if-none-match"), one.etag):
        return Response(status_code=304, headers=headers)
    return Response(one.body, media_type=one.kind, headers=headers)
