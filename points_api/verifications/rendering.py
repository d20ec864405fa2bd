"""The answer to a merchant as bytes: made in one place for both routes, from ready pieces.

Nothing in it depends on why the answer is no.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from fastapi import Response

from points_api.language import LANGUAGES, Language
from points_api.verifications.service import Answer
from scenarios.benefits import Benefit

STATUS: Final = 201
HEADERS: Final[Mapping[Language, Mapping[str, str]]] = {
    language: {
        "Cache-Control": "no-store",  # so there is no cache that would have to heed Vary
        "Content-Language": "zh-CN" if language == "zh" else "en",
    }
    for language in LANGUAGES
}
_FORM: Final = (
    b'{"verification_id":"%b","eligible":%b,"benefit":%b,"pseudonym":%b,"expires_at":"%b"}'
)
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def benefit_of(benefit: Benefit, language: Language) -> dict[str, Any]:
    """What a benefit is: for programs by type and terms, for people in words."""
    words = benefit.says()
    terms = {one.name: getattr(benefit, one.name) for one in fields(benefit)}
    return {
        "type": benefit.tag,
        "text": words.en if language == "en" else words.zh,
        "terms": {name: value for name, value in terms.items() if isinstance(value, int | str)},
    }


def body_of(answer: Answer, language: Language) -> bytes:
    """The body of an answer."""
    scenario = answer.scenario
    given = b"null" if scenario is None else _benefit(scenario.benefit, language)
    name = f'"{answer.pseudonym}"' if answer.pseudonym else "null"
    return _FORM % (
        str(answer.id).encode(),
        b"false" if scenario is None else b"true",
        given,
        name.encode(),
        text_of(answer.expires_at).encode(),
    )


def response_of(answer: Answer, language: Language) -> Response:
    """The whole answer, for a route."""
    headers = dict(HEADERS[language])
    return Response(body_of(answer, language), STATUS, headers, media_type="application/json")


@lru_cache(maxsize=64)  # all answers of a group end at the same instant
def text_of(at: datetime) -> str:
    """An instant as all answers write it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


@lru_cache(maxsize=4096)
def _benefit(benefit: Benefit, language: Language) -> bytes:
    return _encode(benefit_of(benefit, language)).encode()
