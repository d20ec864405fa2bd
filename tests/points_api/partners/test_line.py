"""The line to partners against a real server: what goes out, and which answers are none."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from interop.signing import Request, Response
from points_api.partners.breaker import Failed
from points_api.partners.line import LONGEST, open_line

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n"


@asynccontextmanager
async def answering(raw):
    """A server that answers every request with these bytes; yields its address and what came."""
    came = []

    async def serve(reader, writer):
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                sizes = [line for line in head.lower().split(b"\r\n") if b"content-length" in line]
                size = int(sizes[0].partition(b":")[2]) if sizes else 0
                came.append((head.decode(), await reader.readexactly(size), id(writer)))
                writer.write(raw)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", came


async def test_a_request_goes_out_as_it_was_signed_and_lines_of_one_name_come_back_as_one():
    raw = OK + b"signature: a=:eA==:\r\nX-Part: 1\r\nx-part:  2 \r\n\r\n{}"
    async with answering(raw) as (address, came), open_line() as line:
        target = f"{address}/interop/v1/a%2Fb?c=%41&d=%20"
        headers = {"content-type": "application/json", "signature": "s=:eA==:"}
        answer = await line.send(Request("POST", target, headers, b'{"a": 1}'))
    (head, body, _), *more = came
    assert not more
    assert head.startswith("POST /interop/v1/a%2Fb?c=%41&d=%20 HTTP/1.1\r\n")
    assert {"content-type: application/json", "signature: s=:eA==:"} <= set(head.split("\r\n"))
    assert "accept-encoding: identity" in head.lower()
    assert body == b'{"a": 1}'
    assert answer == Response(
        200, {"content-length": "2", "signature": "a=:eA==:", "x-part": "1, 2"}, b"{}"
    )


async def test_questions_share_a_connection_and_no_cookie_is_kept():
    raw = OK + b"set-cookie: who=1; path=/\r\n\r\n{}"
    async with answering(raw) as (address, came), open_line() as line:
        for _ in range(3):
            await line.send(Request("POST", f"{address}/", {}, b"{}"))
    assert len({connection for _, _, connection in came}) == 1
    assert not any("cookie" in head.lower() for head, _, _ in came)


async def test_a_redirect_is_an_answer_and_not_followed():
    raw = b"HTTP/1.1 307 So\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n"
    async with answering(raw) as (address, came), open_line() as line:
        answer = await line.send(Request("POST", f"{address}/", {}, b"{}"))
    assert (answer.status, len(came)) == (307, 1)


async def test_no_proxy_of_the_environment_is_asked(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with answering(OK + b"\r\n{}") as (address, _), open_line() as line:
        assert (await line.send(Request("GET", f"{address}/"))).status == 200


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n\x1f\x8b",
         "malformed"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % (LONGEST + 1) + b" " * (LONGEST + 1),
         "too-large"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "not-reached"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}", "not-reached"),
    ],
)  # fmt: skip
async def test_what_is_no_answer_has_a_name(raw, reason):
    async with answering(raw) as (address, _), open_line() as line:
        with pytest.raises(Failed, match=reason):
            await line.send(Request("POST", f"{address}/", {}, b"{}"))


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9", "http://no-such-host.invalid", "nothing"]
)
async def test_who_is_not_there_is_not_reached(address):
    async with open_line() as line:
        with pytest.raises(Failed, match="not-reached"):
            await line.send(Request("POST", f"{address}/", {}, b"{}"))
