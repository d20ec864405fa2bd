"""`POST /v1/merchant/verifications` below the framework, for a code that was scanned.

The busiest operation of merchants. Here it costs a look-up of a verified token, one trip to Redis
and a share in one statement (`group.py`). Whatever is not plain (no token, another way of
verifying, a body that is not just a code and a scenario, a refusal) goes to the ordinary route,
which gives the very same bytes; a test compares them.
"""

import re
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Final

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from points_api import clock, metrics
from points_api.auth.callers import bearer
from points_api.language import LANGUAGES, Language, choose
from points_api.problem import Problem, render
from points_api.ratelimit import note, noted, telling
from points_api.verifications.rendering import HEADERS, STATUS, body_of
from points_api.verifications.service import Answer

PATH: Final = "/v1/merchant/verifications"
_LONGEST_BODY: Final = 1024
# JSON as programs write it, of which nothing needs to be decoded.
_plain: Final = re.compile(
    rb'\s*\{\s*"code"\s*:\s*"([0-9A-Za-z]{1,400})"\s*,'
    rb'\s*"scenario_id"\s*:\s*"([0-9A-Za-z-]{1,64})"\s*\}\s*'
).fullmatch
_HEADERS: Final[Mapping[Language, list[tuple[bytes, bytes]]]] = {
    language: [
        *((name.lower().encode(), value.encode()) for name, value in HEADERS[language].items()),
        (b"content-type", b"application/json"),
    ]
    for language in LANGUAGES
}


class HotVerifications:
    """ASGI middleware; the application's state holds what the lifespan put there."""

    def __init__(self, app: ASGIApp, owner: FastAPI) -> None:
        self._app, self._owner = app, owner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        headers = dict(scope["headers"])
        first = await _body(headers, receive)
        body = first.get("body", b"") if first is not None else b""
        answer = await self._answer(scope, headers, body) if first is not None else None
        if answer is None:
            await self._app(scope, _again(first, receive), send)
            return
        language = choose(headers.get(b"accept-language", b"").decode("latin-1"))
        status = STATUS
        if isinstance(answer, Problem):
            status = answer.status
            await render(answer, language)(scope, receive, telling(scope, send))
        else:
            await _send(body_of(answer, language), language, noted(scope), send)
        metrics.observe("POST", PATH, status, perf_counter() - started)

    async def _answer(
        self, scope: Scope, headers: Mapping[bytes, bytes], body: bytes
    ) -> Answer | Problem | None:
        """An answer, or a refusal of the code; None: let the ordinary route see to it."""
        asked = _asked(headers, body)
        if asked is None:
            return None
        state, now = self._owner.state, clock.now()
        try:
            claims = state.identity.tokens.verify(bearer(scope["headers"]), now)
        except Problem:
            return None
        if claims.kind != "merchant":
            return None
        caller = await state.identity.merchant_of(claims.subject)
        if caller is None or caller.sandbox:
            return None
        verdict = state.limits.take_here(state.merchant_calls, caller.client_id, now=now)
        if not verdict.allowed:
            return None
        note(scope, verdict)
        try:
            answer: Answer = await state.verifications.by_code(caller, *asked, now)
        except Problem as refusal:  # what the ordinary route would say after doing it all again
            return refusal
        except Exception:  # noqa: BLE001 - the ordinary route fails where it is logged and told
            return None
        return answer


async def _body(headers: Mapping[bytes, bytes], receive: Receive) -> Message | None:
    """The request's body if it is short and comes in one piece, as it does."""
    declared = headers.get(b"content-length", b"")
    if not declared.isdigit() or int(declared) > _LONGEST_BODY:
        return None
    return await receive()


def _again(first: Message | None, receive: Receive) -> Receive:
    """Give what was taken out before what is still to come."""
    if first is None:
        return receive
    taken: list[Message] = [first]

    async def once_more() -> Message:
        return taken.pop() if taken else await receive()

    return once_more


def _asked(headers: Mapping[bytes, bytes], body: bytes) -> tuple[str, str] | None:
    """Code and scenario, where the body has just these and says that it is JSON."""
    if headers.get(b"content-type") != b"application/json":
        return None
    if int(headers.get(b"content-length", b"0")) != len(body):
        return None
    said = _plain(body)
    return (said[1].decode(), said[2].decode()) if said is not None else None


async def _send(
    body: bytes, language: Language, told: Sequence[tuple[bytes, bytes]], send: Send
) -> None:
    headers = [*_HEADERS[language], (b"content-length", b"%d" % len(body)), *told]
    await send({"type": "http.response.start", "status": STATUS, "headers": headers})
    await send({"type": "http.response.body", "body": body})
