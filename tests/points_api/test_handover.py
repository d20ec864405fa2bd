"""Two servers that hand connections to each other, over real sockets: the caller sees one."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uvicorn.config import Config
from uvicorn.server import ServerState

from points_api.handover import ELSEWHERE, MOST, Channel, Moving


class Side:
    """One of the two; answers with its name, the path and the body."""

    def __init__(self, name: str) -> None:
        self.name, self.neighbor = name, SimpleNamespace(channel=None)
        self.waits: dict[str, asyncio.Event] = {}
        config = Config(
            self._app, interface="asgi3", lifespan="off", log_config=None, access_log=False,
            proxy_headers=False,
        )  # fmt: skip
        config.load()
        self.state = ServerState()
        self._parts = {
            "config": config, "server_state": self.state, "app_state": {ELSEWHERE: self.neighbor},
        }  # fmt: skip

    def take(self, said: bytes = b"") -> Moving:
        return Moving(**self._parts, said=said)

    async def _app(self, scope, receive, send):
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        if waiting := self.waits.get(scope["path"]):
            await waiting.wait()
        said = f"{self.name}{scope['path']} ".encode() + body
        length = [(b"content-length", b"%d" % len(said))]
        await send({"type": "http.response.start", "status": 200, "headers": length})
        await send({"type": "http.response.body", "body": said})


@asynccontextmanager
async def two() -> AsyncIterator[SimpleNamespace]:
    """`here` listens, and what begins with /there is for `there`."""
    here, there = Side("here"), Side("there")
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    here.neighbor.channel = Channel(one, lambda said: b" /there" in said.split(b"\r\n")[0])
    there.neighbor.channel = Channel(other, lambda said: b" /there" not in said.split(b"\r\n")[0])
    there.neighbor.channel.receive(there.take)
    server = await asyncio.get_running_loop().create_server(here.take, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        yield SimpleNamespace(here=here, there=there, port=port)
    finally:
        here.neighbor.channel.close()
        there.neighbor.channel.close()
        server.close()
        for side in (here, there):
            for connection in list(side.state.connections):
                connection.transport.close()
        await asyncio.sleep(0)


@pytest.fixture
async def both():
    async with two() as both:
        yield both


@asynccontextmanager
async def caller(both) -> AsyncIterator[SimpleNamespace]:
    reader, writer = await asyncio.open_connection("127.0.0.1", both.port)
    try:
        yield SimpleNamespace(reader=reader, writer=writer)
    finally:
        writer.close()


def request(path: str, body: bytes = b"") -> bytes:
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    return f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: a\r\n{length}\r\n".encode() + body


async def answer(line):
    async with asyncio.timeout(10):
        head = await line.reader.readuntil(b"\r\n\r\n")
        [length] = [
            one for one in head.lower().split(b"\r\n") if one.startswith(b"content-length: ")
        ]
        return await line.reader.readexactly(int(length.split()[1]))


async def asked(line, path, body=b""):
    line.writer.write(request(path, body))
    return await answer(line)


async def test_each_request_of_one_connection_is_answered_where_it_belongs(both):
    async with caller(both) as line:
        for n in range(20):
            assert await asked(line, f"/here/{n}") == b"here/here/%d " % n
            assert await asked(line, f"/there/{n}", b"body") == b"there/there/%d body" % n
            assert await asked(line, f"/there/{n}") == b"there/there/%d " % n


async def test_a_connection_is_kept_by_one_side_only(both):
    async with caller(both) as line:
        await asked(line, "/there")
        assert (len(both.here.state.connections), len(both.there.state.connections)) == (0, 1)
        await asked(line, "/here")
        assert (len(both.here.state.connections), len(both.there.state.connections)) == (1, 0)


async def test_a_body_that_comes_later_follows_its_connection(both):
    async with caller(both) as line:
        whole = request("/there", b"0123456789" * 1000)
        for at in range(0, len(whole), 1000):
            line.writer.write(whole[at : at + 1000])
            await asyncio.sleep(0.001)
        assert await answer(line) == b"there/there " + b"0123456789" * 1000


async def test_what_looks_like_a_request_inside_a_body_goes_nowhere(both):
    async with caller(both) as line:
        inner = request("/there")
        head = request("/here", b"x" * len(inner)).removesuffix(b"x" * len(inner))
        line.writer.write(head)
        await asyncio.sleep(0.05)
        line.writer.write(inner)
        assert await answer(line) == b"here/here " + inner
        assert not both.there.state.connections


async def test_a_request_waits_here_for_the_answer_before_it(both):
    both.here.waits["/here"] = asyncio.Event()
    async with caller(both) as line:
        line.writer.write(request("/here"))
        await asyncio.sleep(0.05)
        line.writer.write(request("/there"))
        await asyncio.sleep(0.05)
        both.here.waits["/here"].set()
        assert await answer(line) == b"here/here "
        assert await answer(line) == b"here/there "  # it could not go, and is answered all the same


async def test_requests_sent_together_are_answered_in_their_order(both):
    async with caller(both) as line:
        line.writer.write(request("/there/1") + request("/here/2") + request("/there/3"))
        assert [await answer(line) for _ in range(3)] == [
            b"there/there/1 ", b"there/here/2 ", b"there/there/3 ",
        ]  # fmt: skip


async def test_a_long_body_arrives_whole_on_whichever_side(both):
    async with caller(both) as line:
        body = bytes(range(256)) * (4 * MOST // 256)
        for _ in range(5):
            assert (await asked(line, "/there", body)).partition(b"/there ")[2] == body


async def test_what_is_too_long_to_go_with_its_connection_stays(both):
    async with caller(both) as line:
        await asked(line, "/here")
        [here] = both.here.state.connections
        assert not both.here.neighbor.channel.passes(b"GET /there" * MOST, here.transport)
        assert await asked(line, "/here") == b"here/here "


async def test_while_the_other_one_is_not_up_all_is_answered_here(both):
    both.here.neighbor.channel, kept = None, both.here.neighbor.channel
    async with caller(both) as line:
        assert await asked(line, "/there") == b"here/there "
        both.here.neighbor.channel = kept
        assert await asked(line, "/there") == b"there/there "


async def test_where_the_other_one_has_gone_all_is_answered_here(both):
    both.there.neighbor.channel.close()
    async with caller(both) as line:
        assert await asked(line, "/there") == b"here/there "


async def test_where_the_way_is_full_requests_are_answered_here(both):
    asyncio.get_running_loop().remove_reader(both.there.neighbor.channel._end)  # it hangs
    async with contextlib.AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(caller(both)) for _ in range(400)]
        for line in lines:
            line.writer.write(request("/there", b"x" * 2000))
        # The last one comes when some hundred that went before it have filled the way.
        assert await answer(lines[-1]) == b"here/there " + b"x" * 2000
        assert both.here.state.connections


async def test_a_caller_who_leaves_on_the_way_breaks_nothing(both):
    for _ in range(50):
        reader, writer = await asyncio.open_connection("127.0.0.1", both.port)
        writer.write(request("/there"))
        writer.transport.abort()
        del reader
    async with caller(both) as line:
        assert await asked(line, "/there") == b"there/there "


async def test_an_end_of_the_connection_is_told_once(both):
    async with caller(both) as line:
        line.writer.write(b"GET /there HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert await answer(line) == b"there/there "
        async with asyncio.timeout(10):
            assert await line.reader.read() == b""


@given(
    paths=st.lists(st.sampled_from(["/here", "/there"]), min_size=1, max_size=6),
    bodies=st.lists(st.binary(max_size=30), min_size=6, max_size=6),
    cuts=st.lists(st.integers(1, 40), max_size=40),
)
async def test_however_requests_are_cut_each_gets_its_answer_in_its_turn(paths, bodies, cuts):
    async with two() as both, caller(both) as line:
        said = b"".join(request(path, body) for path, body in zip(paths, bodies, strict=False))
        at = 0
        for length in [*cuts, len(said)]:
            line.writer.write(said[at : at + length])
            at += length
            await asyncio.sleep(0)
        for path, body in zip(paths, bodies, strict=False):
            found = await answer(line)
            assert found.removeprefix(b"here").removeprefix(b"there") == path.encode() + b" " + body
