"""An application whose answers come in every way that a server has to carry."""

import asyncio
from functools import partial

from starlette.types import Receive, Scope, Send

from points_api.whole_answers import Headers, Question

GOES_ON = asyncio.Event()


class Answers:
    """Short questions are `POST /short`, and their bodies say what becomes of them."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await by_asgi(scope, receive, send)

    path = b"/short"

    def takes(self, method: bytes, headers: Headers) -> bool:
        return method == b"POST" and b"content-length" in headers

    def begin(self, question: Question) -> bool:
        wanted = bytes(question.body)
        if wanted == b"raise":
            raise RuntimeError
        if wanted == b"leave":
            return False
        head = b"content-length: 5\r\nanswer: short\r\n"
        then = partial(question.answer, 200, head, b"short")
        if wanted == b"go on":
            then = partial(question.go_on, by_asgi)
        asyncio.get_running_loop().call_later(0.01, then)
        return True


app = Answers()


async def by_asgi(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer by the path."""
    if scope["type"] != "http":
        return
    path, start = scope["path"], {"type": "http.response.start", "status": 200, "headers": []}
    if path == "/go-on":
        GOES_ON.set()
    if path in ("/echo", "/short"):
        said = (await receive())["body"]
        await send({**start, "headers": [(b"content-length", b"%d" % len(said))]})
        await send({"type": "http.response.body", "body": said})
        return
    if path == "/pieces":
        await send(start)
        await send({"type": "http.response.body", "body": b"HTTP/1.1 one", "more_body": True})
        await GOES_ON.wait()
        await send({"type": "http.response.body", "body": b"two"})
        return
    if path == "/empty":
        await send({**start, "status": 204})
        await send({"type": "http.response.body"})
        return
    body = path.encode() * 10
    await send({**start, "headers": [(b"content-length", b"%d" % len(body))]})
    if path == "/broken":
        raise RuntimeError
    await send({"type": "http.response.body", "body": body})
