"""`POST /v1/merchant/verifications` below the framework, for a code that was scanned.

The busiest operation of merchants. Here it costs a look-up of a verified token, one trip to Redis
and a share in one statement (`group.py`). Whatever is not plain (no token, another way of
verifying, a body that is not just a code and a scenario, a refusal) goes to the ordinary route,
which gives the very same bytes; a test compares them.
"""

import re
from collections.abc import Mapping
from time import perf_counter
from typing import Final, NamedTuple

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from points_api import clock, metrics
from points_api.auth.callers import token_of
from points_api.auth.identity import Identity
from points_api.language import LANGUAGES, Language, choose
from points_api.problem import Problem, render
from points_api.ratelimit import Limits, Policy, Verdict, note, telling
from points_api.ratelimit import headers as rate_limit_headers
from points_api.verifications.rendering import HEADERS, STATUS, body_of
from points_api.verifications.service import Answer, Verifications

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


class AtHand(NamedTuple):
    """What is needed, under one name: a look-up in the application's state is a microsecond."""

    identity: Identity
    limits: Limits
    verifications: Verifications


class HotVerifications:
    """ASGI middleware; the application's state holds what the lifespan put there."""

    def __init__(self, app: ASGIApp, owner: FastAPI) -> None:
        self._app, self._owner = app, owner
        self._calls: Policy = owner.state.merchant_calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        headers = dict(scope["headers"])
        # A header that is there twice is for the ordinary route to judge.
        is_plain = len(headers) == len(scope["headers"]) and _is_short_json(headers)
        first = await receive() if is_plain else None
        told = None if first is None else await self._answer(headers, first.get("body", b""))
        if told is None:
            await self._app(scope, _again(first, receive), send)
            return
        answer, verdict = told
        language = choose(headers.get(b"accept-language", b"").decode("latin-1"))
        status = STATUS
        if isinstance(answer, Problem):
            status = answer.status
            note(scope, verdict)
            await render(answer, language)(scope, receive, telling(scope, send))
        else:
            body = body_of(answer, language)
            length = (b"content-length", b"%d" % len(body))
            counted = rate_limit_headers([verdict])
            await send(
                {
                    "type": "http.response.start",
                    "status": status,
                    "headers": [*_HEADERS[language], length, *counted],
                }
            )
            await send({"type": "http.response.body", "body": body})
        metrics.observe("POST", PATH, status, perf_counter() - started)

    async def _answer(
        self, headers: Mapping[bytes, bytes], body: bytes
    ) -> tuple[Answer | Problem, Verdict] | None:
        """An answer, or a refusal of the code; None: let the ordinary route see to it."""
        asked = _plain(body)
        if asked is None or len(body) != int(headers[b"content-length"]):
            return None
        known: AtHand = self._owner.state.verifying
        now = clock.now()
        try:
            token = token_of(headers.get(b"authorization", b""))
            claims = known.identity.tokens.verify(token, now)
        except Problem:
            return None
        if claims.kind != "merchant":
            return None
        caller = await known.identity.merchant_of(claims.subject)
        if caller is None or caller.sandbox:
            return None
        verdict = known.limits.take_here(self._calls, caller.client_id, now=now)
        if not verdict.allowed:
            return None
        code, scenario_id = asked[1].decode(), asked[2].decode()
        try:
            return await known.verifications.by_code(caller, code, scenario_id, now), verdict
        except Problem as refusal:  # what the ordinary route would say after doing it all again
            return refusal, verdict
        except Exception:  # noqa: BLE001 - the ordinary route fails where it is logged and told
            return None


def _is_short_json(headers: Mapping[bytes, bytes]) -> bool:
    """Tell whether a body is announced that is JSON and comes in one piece, as it does if short."""
    declared = headers.get(b"content-length", b"")
    is_short = declared.isdigit() and int(declared) <= _LONGEST_BODY
    return is_short and headers.get(b"content-type") == b"application/json"


def _again(first: Message | None, receive: Receive) -> Receive:
    """Give what was taken out before what is still to come."""
    if first is None:
        return receive
    taken: list[Message] = [first]

    async def once_more() -> Message:
        return taken.pop() if taken else await receive()

    return once_more
