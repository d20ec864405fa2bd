"""Answers that are re-read: a strong ETag, and 304 when the client has it already (RFC 9110)."""

from hashlib import blake2b

from fastapi import Request, Response

from points_api.language import Language


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
