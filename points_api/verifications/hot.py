"""`POST /v1/merchant/verifications` below the framework, for a code that was scanned.

The busiest operation of merchants. It is answered in three ways with the very same bytes, which
tests compare:

- *Without a task* (`begin`, see `whole_answers.py`), where all is at hand: a till whose key was
  looked up in the last two seconds, on a connection that stays open.
- *By ASGI alone* (`__call__`), for the same question where something has to be waited for first.
  A till that asks once a minute has to be looked up each time. Through a proxy that closes each
  connection, or under another server, all questions come so. It takes some 0.4 ms less than the
  framework, and goes on with a question that the first has begun.
- *By the ordinary route*, for whatever is not plain: no token, another way of verifying, a body
  that is not just a code and a scenario, a refusal of the caller.
"""

import re
from asyncio import CancelledError, Future
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from time import perf_counter
from typing import Final

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from points_api import clock, metrics
from points_api.auth.callers import token_of
from points_api.auth.tokens import AccessTokens
from points_api.language import LANGUAGES, Language, choose
from points_api.merchants.standing import Standing
from points_api.problem import Problem, render
from points_api.ratelimit import Limits, Policy, Verdict, note, telling
from points_api.ratelimit import headers as rate_limit_headers
from points_api.verifications.group import Outcome, Written
from points_api.verifications.rendering import HEADERS, STATUS, body_of
from points_api.verifications.service import Answer, Verifications
from points_api.verifications.statement import Ask
from points_api.whole_answers import Headers, Question

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
_LINES: Final[Mapping[Language, bytes]] = {
    language: b"".join(b"%b: %b\r\n" % header for header in headers)
    for language, headers in _HEADERS.items()
}
_Told = tuple[Answer | Problem, Verdict]


@dataclass(slots=True)
class AtHand:
    """What is needed once the lifespan has begun.

    A look-up in the application's state fails first, and so takes a microsecond.
    """

    tokens: AccessTokens = field(init=False)
    merchants: Standing = field(init=False)
    limits: Limits = field(init=False)
    verifications: Verifications = field(init=False)


class HotVerifications:
    """ASGI middleware and shortcut; the lifespan fills what the application's state holds."""

    path: Final = PATH.encode()

    def __init__(self, app: ASGIApp, owner: FastAPI) -> None:
        self._app = app
        self._calls: Policy = owner.state.merchant_calls
        self._known: AtHand = owner.state.verifying

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
        await self._tell(told, started, scope, _again(first, receive), send)

    def takes(self, method: bytes, headers: Headers) -> bool:
        """See `Shortcut`."""
        return method == b"POST" and _is_short_json(headers)

    def begin(self, question: Question) -> bool:
        """Answer a question of whose asker and code all is known and nothing is amiss."""
        started = perf_counter()
        known = self._known
        asked = _asked(known.tokens, question.headers, question.body)
        if asked is None:
            return False
        client_id, code, scenario_id, now = asked
        caller = known.merchants.remembered(client_id, now)
        if caller is None:
            return False
        ask = known.verifications.sound(caller, code, scenario_id, now)
        if ask is None:
            return False
        verdict = known.limits.take_here(self._calls, client_id, now=now)
        if not verdict.allowed:
            return False
        outcome = known.verifications.group.ask(ask)
        outcome.add_done_callback(
            partial(self._settle, known.verifications, question, started, verdict, ask)
        )
        return True

    def _settle(
        self,
        service: Verifications,
        question: Question,
        started: float,
        verdict: Verdict,
        ask: Ask,
        outcome: Future[Outcome],
    ) -> None:
        language = _language(question.headers)
        try:
            written = outcome.result()
            whole = None
            if isinstance(written, Written):
                whole = _whole(service.said(ask, written), verdict, language)
        except (Exception, CancelledError):  # noqa: BLE001 - raised anew where it is told
            whole = None
        if whole is None:
            question.go_on(partial(self._go_on, service.answer(ask, outcome), verdict, started))
            return
        question.answer(STATUS, *whole)
        metrics.observe("POST", PATH, STATUS, perf_counter() - started)

    async def _go_on(
        self,
        answer: Awaitable[Answer],
        verdict: Verdict,
        started: float,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        await self._tell(await _told(answer, verdict), started, scope, receive, send)

    async def _tell(
        self, told: _Told | None, started: float, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Send this; None: let the ordinary route see to it."""
        if told is None:
            await self._app(scope, receive, send)
            return
        answer, verdict = told
        language = _language(dict(scope["headers"]))
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

    async def _answer(self, headers: Headers, body: bytes) -> _Told | None:
        """An answer, or a refusal of the code; None: let the ordinary route see to it."""
        known = self._known
        asked = _asked(known.tokens, headers, body)
        if asked is None:
            return None
        client_id, code, scenario_id, now = asked
        caller = await known.merchants.merchant_of(client_id)
        if caller is None or caller.sandbox:
            return None
        verdict = known.limits.take_here(self._calls, client_id, now=now)
        if not verdict.allowed:
            return None
        return await _told(known.verifications.by_code(caller, code, scenario_id, now), verdict)


def _asked(
    tokens: AccessTokens, headers: Headers, body: bytes | bytearray
) -> tuple[str, str, str, datetime] | None:
    """The merchant's client, code, scenario and time; None unless that is all there is."""
    asked = _plain(body)
    if asked is None or len(body) != int(headers[b"content-length"]):
        return None
    now = clock.now()
    try:
        claims = tokens.verify(token_of(headers.get(b"authorization", b"")), now)
    except Problem:
        return None
    if claims.kind != "merchant":
        return None
    return claims.subject, asked[1].decode(), asked[2].decode(), now


def _whole(answer: Answer, verdict: Verdict, language: Language) -> tuple[bytes, bytes]:
    """Lines of headers, and the body."""
    body = body_of(answer, language)
    (policy, its), (left, how_much) = rate_limit_headers([verdict])
    counted = b"content-length: %d\r\n%b: %b\r\n%b: %b\r\n"
    return _LINES[language] + counted % (len(body), policy, its, left, how_much), body


async def _told(answer: Awaitable[Answer], verdict: Verdict) -> _Told | None:
    try:
        return await answer, verdict
    except Problem as refusal:  # what the ordinary route would say after doing it all again
        return refusal, verdict
    except Exception:  # noqa: BLE001 - the ordinary route fails where it is logged and told
        return None


def _language(headers: Headers) -> Language:
    return choose(headers.get(b"accept-language", b"").decode("latin-1"))


def _is_short_json(headers: Headers) -> bool:
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
