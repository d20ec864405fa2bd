"""Answers that are re-read, and rows that are changed only as they were read (RFC 9110).

An ETag and 304 when the client has it already; `If-Match`, 412 and 428 when somebody came first.
"""

from hashlib import blake2b
from typing import Annotated

from fastapi import Header, Request, Response

from points_api.language import Language
from points_api.problem import Problem

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=200, description="读到的 ETag · the ETag that was read"),
]


class IfMatchMissing(Problem):
    slug, status, errcode = "if-match-missing", 428, 42820
    title = ("缺少 If-Match", "If-Match is missing")

    def __init__(self) -> None:
        super().__init__(
            "请先读取，再把得到的 ETag 放进 If-Match",
            "Read it first, and send its ETag as If-Match",
        )


class ChangedMeanwhile(Problem):
    slug, status, errcode = "changed-meanwhile", 412, 41220
    title = ("已被他人改动", "Somebody has changed it")

    def __init__(self) -> None:
        super().__init__("请重新读取后再操作", "Read it again before you go on")


def etag_of(body: bytes) -> str:
    """The strong validator of these very bytes."""
    return f'"{blake2b(body, digest_size=12).hexdigest()}"'


def weak_etag_of(body: bytes) -> str:
    """The validator of what is said, where bytes may differ: cursors are never the same twice."""
    return f"W/{etag_of(body)}"


def conditional(
    request: Request, body: bytes, language: Language, etag: str | None = None
) -> Response:
    """The body as private JSON, or 304 where `If-None-Match` names it."""
    etag = etag or etag_of(body)
    return _answer(request, body, private_headers(etag, language))


def public(
    request: Request, body: bytes, language: Language, seconds: int, etag: str | None = None
) -> Response:
    """The body as JSON for everybody, which may be kept for some seconds, or 304."""
    headers = {
        "ETag": etag or etag_of(body),
        "Cache-Control": f"public, max-age={seconds}",
        "Content-Language": "zh-CN" if language == "zh" else "en",
        "Vary": "Accept-Language",
    }
    return _answer(request, body, headers)


def _answer(request: Request, body: bytes, headers: dict[str, str]) -> Response:
    if matches(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def matches(if_none_match: str | None, etag: str) -> bool:
    """True when the header lists the tag; weak comparison, as section 13.1.2 has it."""
    if if_none_match is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag.removeprefix("W/") in tags or "*" in tags


def require_match(if_match: str | None, etag: str) -> None:
    """Go on only if the caller has read this state. Raises `IfMatchMissing`, `ChangedMeanwhile`.

    `*` is refused like another tag: what is asked for is proof of having read.
    """
    if if_match is None:
        raise IfMatchMissing
    if etag not in [tag.strip() for tag in if_match.split(",")]:
        raise ChangedMeanwhile


def private_headers(etag: str, language: Language) -> dict[str, str]:
    """Headers of an answer that is one resident's alone and in one language."""
    return {
        "ETag": etag,
        "Cache-Control": "private, no-cache",
        "Content-Language": "zh-CN" if language == "zh" else "en",
        "Vary": "Accept-Language, Authorization",
    }
