"""Answers that are re-read: a strong ETag, and 304 when the client has it already (RFC 9110)."""

from hashlib import blake2b

from fastapi import Request, Response

from points_api.language import Language
from points_api.problem import Problem


def etag_of(body: bytes) -> str:
    """The strong validator of these very bytes."""
    return f'"{blake2b(body, digest_size=12).hexdigest()}"'


def conditional(request: Request, body: bytes, language: Language) -> Response:
    """The body as private JSON, or 304 where `If-None-Match` names it."""
    etag = etag_of(body)
    headers = private_headers(etag, language)
    if matches(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def matches(if_none_match: str | None, etag: str) -> bool:
    """True when the header lists the tag; weak comparison, as section 13.1.2 has it."""
    if if_none_match is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or "*" in tags


def private_headers(etag: str, language: Language) -> dict[str, str]:
    """Headers of an answer that is one resident's alone and in one language."""
    return {
        "ETag": etag,
        "Cache-Control": "private, no-cache",
        "Content-Language": "zh-CN" if language == "zh" else "en",
        "Vary": "Accept-Language, Authorization",
    }


class MatchMissing(Problem):
    slug, status, errcode = "if-match-missing", 428, 42830
    title = ("缺少 If-Match", "If-Match is missing")

    def __init__(self) -> None:
        super().__init__(
            "请先读取，再带上读到的 ETag 修改", "Read it first, and send the ETag with the change"
        )


class ChangedMeanwhile(Problem):
    slug, status, errcode = "changed-meanwhile", 412, 41230
    title = ("内容已被他人改动", "Somebody has changed it meanwhile")

    def __init__(self) -> None:
        super().__init__("请重新读取后再改", "Read it again before changing it")


def require_match(request: Request, etag: str) -> None:
    """Refuse a change of something that is not as its sender has read it (RFC 9110, 13.1.1)."""
    header = request.headers.get("if-match")
    if header is None:
        raise MatchMissing
    if etag not in [tag.strip() for tag in header.split(",")] and header.strip() != "*":
        raise ChangedMeanwhile
