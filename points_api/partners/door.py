"""What every call of a partner passes behind the gate: its signature in, ours on the answer.

Plain ASGI, because the signature is over the raw body, and the answer's over what is really sent.
The gate (`auth/access.py`) has let the request through for bearing a signature; whether it holds is
decided here, and no route gets a caller from anywhere else.

Each city has its cap, counted once it is known who calls, so that nobody can use up another's. It
is told in the headers of every answer, and a refusal is signed like any other. A path in `HOT` is
counted by its process alone, since a till waits for its answer.
"""

from typing import Final, NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from interop.signing import Request, Response, combined
from points_api.auth.partners import CallingPartner
from points_api.language import choose
from points_api.partners.problems import ExchangeClosed
from points_api.partners.service import Exchange
from points_api.problem import Problem, RateLimited, render
from points_api.ratelimit import Limits, Policy, note, telling
from points_api.settings import Settings

PREFIX: Final = "/interop/"
HOT: Final = frozenset({"/interop/v1/recognitions"})
BATCHES: Final = "/interop/v1/recognitions/batch"


class Caps(NamedTuple):
    """How much a city may do. They guard the machine, so they hold without Redis, too."""

    calls: Policy
    batches: Policy


def caps_of(settings: Settings) -> Caps:
    """The caps that the settings name."""
    calls, batches = settings.partner_calls_per_minute, settings.partner_batches_per_minute
    return Caps(
        calls=Policy("partner", calls, 60, alone=calls),
        batches=Policy("partner-batch", batches, 60, alone=batches),
    )


class PartnerDoor:
    """ASGI middleware inside the gate; lets other paths pass untouched."""

    def __init__(self, app: ASGIApp, caps: Caps) -> None:
        self._app = app
        self._caps = caps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        exchange: Exchange = scope["app"].state.exchange
        body = await _body(receive)
        if body is None:  # the caller has gone, or sent too much
            return
        language = choose(combined(_lines(scope)).get("accept-language"))
        try:
            asked, caller = await _admitted(exchange, scope, body)
        except Problem as refusal:
            await render(refusal, language)(scope, receive, send)
            return
        scope.setdefault("state", {})["caller"] = caller
        answer = _Kept()
        told = telling(scope, answer.take)
        try:
            await self._count(scope, caller)
        except RateLimited as refusal:
            await render(refusal, language)(scope, receive, told)
        else:
            await self._app(scope, _again(body, receive), told)
        response = answer.response
        if "signature" not in response.headers:  # what is kept as evidence was signed to be kept
            try:
                response = await exchange.signed(response, asked)
            except ExchangeClosed:  # without a listed key there is only an answer that counts not
                response = Response(response.status, {}, response.body)
        await _send(response, answer.lines, send)

    async def _count(self, scope: Scope, caller: CallingPartner) -> None:
        limits: Limits = scope["app"].state.limits
        path, city = scope["path"], caller.city
        if path in HOT:
            verdicts = [limits.take_here(self._caps.calls, city)]
        else:
            verdicts = [await limits.take(self._caps.calls, city)]
        if path == BATCHES:
            verdicts.append(await limits.take(self._caps.batches, city))
        for verdict in verdicts:
            note(scope, verdict)
        for verdict in verdicts:
            verdict.refuse()


async def _admitted(
    exchange: Exchange, scope: Scope, body: bytes
) -> tuple[Request, CallingPartner]:
    headers = combined(_lines(scope))
    path = scope.get("raw_path", scope["path"].encode()).decode("ascii", "replace")
    if scope["query_string"]:
        path += f"?{scope['query_string'].decode('ascii', 'replace')}"
    message = Request(scope["method"], "", headers, body)
    asked, by = await exchange.admit(headers.get("host", ""), path, message)
    edition = exchange.directory.trusted_digest
    return asked, CallingPartner(by.city, by.keyid, asked, edition)


class _Kept:
    """An answer that is kept until it is whole."""

    def __init__(self) -> None:
        self._start: Message = {"status": 500, "headers": []}
        self._body = bytearray()

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")

    @property
    def lines(self) -> list[tuple[bytes, bytes]]:
        return list(self._start["headers"])

    @property
    def response(self) -> Response:
        said = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in self.lines]
        return Response(self._start["status"], combined(said), bytes(self._body))


async def _send(signed: Response, lines: list[tuple[bytes, bytes]], send: Send) -> None:
    ours = {b"content-digest", b"signature-input", b"signature"}
    kept = [line for line in lines if line[0] not in ours]
    added = [
        (name, signed.headers[name.decode()].encode())
        for name in sorted(ours)
        if name.decode() in signed.headers
    ]
    await send({"type": "http.response.start", "status": signed.status, "headers": kept + added})
    await send({"type": "http.response.body", "body": signed.body})


async def _body(receive: Receive) -> bytes | None:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    said = False

    async def once_more() -> Message:
        nonlocal said
        if said:
            return await receive()
        said = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once_more


def _lines(scope: Scope) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
