"""What OpenAPI says of operations between cities: signed both ways, closed bodies, named reasons.

Their bodies are read as they were signed, not by the framework, so it cannot describe them itself.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from interop.statement import Answer, NotRecognized, Statement
from points_api.partners.problems import ADMISSION, QuestionRefused
from points_api.problem import (
    MEDIA_TYPE,
    Forbidden,
    Problem,
    RateLimited,
    TooLarge,
    Unauthorized,
    problems,
)

REASONS: Final[Mapping[int, tuple[str, ...]]] = {
    401: (
        "malformed", "missing-component", "missing-parameter", "wrong-tag", "stale", "expired",
        "from-the-future", "lives-too-long", "digest-mismatch", "unknown-key", "bad-signature",
        "unlisted-peer", "wrong-destination", "replayed-nonce",
    ),
    422: (
        "malformed", "wrong-home", "wrong-host", "area-not-listed", "purpose-not-listed",
        "wrong-table", "wrong-nonce", "equivocated",
    ),
}  # fmt: skip
"""By status: the stable names of what a partner has done."""

_DIGEST: Final = "内容摘要 · digest of the content, RFC 9530: sha-256=:…:"
_REQUEST_INPUT: Final = (
    '签了哪些部分 · what is signed, RFC 9421: ("@method" "@target-uri" "content-digest" '
    '"content-type") with created, expires (at most 60 s later), nonce (16-128, new), keyid, '
    'tag="points-exchange"; content-type only where there is a body'
)
_ANSWER_INPUT: Final = (
    '签了哪些部分 · what is signed, RFC 9421: ("@status" "content-digest" "content-type" '
    '"signature";req) with the same parameters'
)
_POLICY: Final = (
    '来问的城市的限额 · the caps of the calling city, as "partner";q=6000;w=60: q in any w seconds'
)
_LEFT: Final = (
    '各项还剩多少 · what is left of each, as "partner";r=5999;t=60: all of it in t seconds'
)
_SIGNATURE: Final = (
    "签名，用名录中 keyid 所指的密钥 · RFC 9421, Ed25519: city=:…:, under the key that keyid names "
    "in the directory"
)


def operation(
    body: type[BaseModel] | None = None,
    *refusals: type[Problem],
    statement: bool = False,
    later: type[BaseModel] | None = None,
) -> dict[str, Any]:
    """What a route of an operation is made with, besides its path, its summary and its answer.

    `statement`: what is answered holds one. `later`: what is said where the answer is to be fetched
    at `Location`.
    """
    asked = (QuestionRefused, TooLarge) if body else ()
    responses = _answers(statement, *asked, *refusals)
    if later is not None:
        responses[202] = {
            "model": later,
            "description": "已收下，为这次请求签名 · taken in; signed for this request",
            "headers": {"Location": _header("到哪里取答复 · where to fetch them"), **_signed()},
        }
    return {"tags": ["partner"], "openapi_extra": _asks(body), "responses": responses}


def _asks(body: type[BaseModel] | None) -> dict[str, Any]:
    """The headers of a signature, and the body where it has one.

    `Signature` itself is what the security scheme `partner` demands.
    """
    said = {"Content-Digest": _DIGEST, "Signature-Input": _REQUEST_INPUT}
    extra: dict[str, Any] = {
        "parameters": [
            {"name": name, "in": "header", "required": True, **_header(told)}
            for name, told in said.items()
        ]
    }
    if body is not None:
        content = {"application/json": {"schema": body.model_json_schema()}}
        extra["requestBody"] = {"required": True, "content": content}
    return extra


def _answers(statement: bool, *refusals: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """Refusals with their reasons, and which answers are signed."""
    found = problems(Unauthorized, Forbidden, *ADMISSION, RateLimited, *refusals)
    found[200] = {"description": "为这次请求签名 · signed for this request"}
    if statement:
        found[200]["content"] = {"application/json": {"schema": _answer()}}
    for status, response in found.items():
        if status not in {401, 413}:
            response["headers"] = _signed()
    found[RateLimited.status]["headers"]["Retry-After"] = _header("秒 · seconds")
    for problem in (Unauthorized, QuestionRefused):
        if problem.status == 401 or problem in refusals:
            _name_reasons(found[problem.status], REASONS[problem.status])
    return found


def _signed() -> dict[str, Any]:
    said = {
        "Content-Digest": _DIGEST, "Signature-Input": _ANSWER_INPUT, "Signature": _SIGNATURE,
        "RateLimit-Policy": _POLICY, "RateLimit": _LEFT,
    }  # fmt: skip
    return {name: _header(told) for name, told in said.items()}


def _header(told: str) -> dict[str, Any]:
    return {"description": told, "schema": {"type": "string"}}


def _name_reasons(response: dict[str, Any], reasons: tuple[str, ...]) -> None:
    content = response["content"][MEDIA_TYPE]
    schema = content["schema"]
    named = {"reason": {"type": "string", "enum": list(reasons)}}
    content["schema"] = {**schema, "properties": {**schema["properties"], **named}}


def _answer() -> dict[str, Any]:
    """The answer to a question; inside its token the claims of one of two documents."""
    schema = Answer.model_json_schema()
    schema["properties"]["statement"] |= {
        "description": "签名的令牌，内容为规范 JSON · a JWS (RFC 7515) of typ "
        "points-recognition+jwt or points-no-recognition+jwt; its claims are canonical JSON "
        "(RFC 8785)",
        "contentMediaType": "application/jwt",
        "contentSchema": {"oneOf": [_inlined(Statement), _inlined(NotRecognized)]},
    }
    return schema


def _inlined(shape: type[BaseModel]) -> dict[str, Any]:
    """Its schema without references, which would lead nowhere from inside another document."""
    schema = shape.model_json_schema()
    parts = schema.pop("$defs", {})
    for name, part in schema["properties"].items():
        if (place := part.get("$ref")) is not None:
            schema["properties"][name] = parts[place.rpartition("/")[2]]
    return schema
