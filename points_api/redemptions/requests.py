"""The Idempotency-Key of a request, and the answer that its key stands for."""

from typing import Annotated

from fastapi import Header, Request, Response
from pydantic import BaseModel

from points_api.db import idempotency
from points_api.db.idempotency import Answer, KeyInFlight, KeyMissing, KeyReused
from points_api.problem import Busy, InvalidRequest, NotFound

KEY_REFUSED = (KeyMissing, KeyReused, KeyInFlight, NotFound, InvalidRequest, Busy)

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=255,
        description="每次操作一个，重试不变 · one per operation; the same when trying again",
    ),
]


def key_of(header: str | None) -> str | None:
    """The key; a structured-field string comes in quotes, which are not part of it."""
    return header.strip().strip('"') if header else None


def fingerprint_of(request: Request, body: BaseModel | None = None) -> str:
    """What tells two requests apart; how their JSON is spaced does not."""
    content = body.model_dump_json().encode() if body else b""
    return idempotency.fingerprint(request.method, request.url.path, content)


def replied(outcome: tuple[Answer, bool]) -> Response:
    """The answer: the same bytes each time, marked where it was given before."""
    answer, again = outcome
    headers = {"Cache-Control": "no-store", **({"Idempotency-Replayed": "?1"} if again else {})}
    return Response(answer.body["text"], answer.status, headers, "application/json")
