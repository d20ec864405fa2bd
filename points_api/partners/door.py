"""What every call of a partner passes behind the gate: its signature in, ours on the answer.

Plain ASGI, because the signature is over the raw body, and the answer's over what is really sent.
The gate (`auth/access.py`) has let the request through for bearing a signature; whether it holds is
decided here, and no route gets a caller from anywhere else.
"""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from interop.signing import Request, Response, combined
from points_api.auth.partners import CallingPartner
from points_api.language import choose
from points_api.partners.problems import ExchangeClosed
from points_api.partners.service import Exchange
from points_api.problem import Problem, render

PREFIX: Final = "/interop/"


class PartnerDoor:
    """ASGI middleware inside the gate; lets other paths pass untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        exchange: Exchange = scope["app"].state.exchange
        body = await _body(receive)
        if body is None:  # the caller has gone, or sent too much
            return
        try:
            asked, caller = await _admitted(exchange, scope, body)
        except Problem as refusal:
            language = choose(combined(_lines(scope)).get("accept-language"))
            await render(refusal, language)(scope, receive, send)
            return
        scope.setdefault("state", {})["caller"] = caller
        answer = _Kept()
        await self._app(scope, _again(body, receive), answer.take)
        response = answer.response
        if "signature" not in response.headers:  # what is kept as evidence was signed to be kept
            try:
                response = await exchange.signed(response, asked)
            except ExchangeClosed:  # without a listed key there is only an answer that counts not
                response = Response(response.status, {}, response.body)
        await _send(response, answer.lines, send)


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
