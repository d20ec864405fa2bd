"""An application whose answers come in every way that a server has to carry."""

import asyncio

from starlette.types import Receive, Scope, Send

GOES_ON = asyncio.Event()


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer by the path."""
    if scope["type"] != "http":
        return
    path, start = scope["path"], {"type": "http.response.start", "status": 200, "headers": []}
    if path == "/go-on":
        GOES_ON.set()
    if path == "/echo":
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
