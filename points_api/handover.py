"""Connections that two processes hand to each other, each request where it belongs.

Where a request begins that is for the other process, its connection goes over, with what it has
said so far: the kernel hands descriptors on (SCM_RIGHTS in unix(7)). Nothing is translated or
copied on the way, as a proxy would, and a caller sees one server.

Either process can answer everything. So a request is answered where it has come in wherever its
connection cannot go: the other process is not up or is busy, or an answer is still being sent.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, Protocol, cast

from points_api.whole_answers import WholeAnswers

ELSEWHERE: Final = "elsewhere"
"""Under this name the state of the lifespan tells a `Neighbor`, where there is one."""
MOST: Final = 64 * 1024
"""Bytes that go over with a connection: more than a request begins with."""
Take = Callable[[bytes], asyncio.Protocol]
"""Makes the protocol of a connection that has said this so far."""
Belongs = Callable[[bytes], bool]
"""Tells by how a request begins whether it is for the other process."""


class Channel:
    """One end of the way between two processes. Belongs to the event loop."""

    def __init__(self, end: socket.socket, belongs_there: Belongs) -> None:
        end.setblocking(False)
        self._end, self._belongs_there = end, belongs_there
        self._take: Take | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    def passes(self, said: bytes, transport: asyncio.Transport) -> bool:
        """Let a connection go over, if the request that begins so is for the other process.

        It is closed on this side then.
        """
        if not self._belongs_there(said) or len(said) > MOST:
            return False
        if transport.get_write_buffer_size():  # the answer before is still being sent
            return False
        try:
            socket.send_fds(self._end, [said], [transport.get_extra_info("socket").fileno()])
        except OSError:  # full, or nobody is there
            return False
        transport.close()
        return True

    def receive(self, take: Take) -> None:
        """Take what comes over, from now on."""
        if self._take is None:
            asyncio.get_running_loop().add_reader(self._end, self._come)
        self._take = take

    def close(self) -> None:
        """Neither give nor take any more."""
        if self._take is not None:
            asyncio.get_running_loop().remove_reader(self._end)
            self._take = None
        self._end.close()

    def _come(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            said, handles, _, _ = socket.recv_fds(self._end, MOST, 1)
        except BlockingIOError:
            return
        except OSError:
            said, handles = b"", []
        if not handles:  # nobody is there any more
            loop.remove_reader(self._end)
            return
        assert self._take is not None
        taking = loop.create_task(_taken(self._take(said), socket.socket(fileno=handles[0])))
        self._tasks.add(taking)
        taking.add_done_callback(self._tasks.discard)


async def _taken(protocol: asyncio.Protocol, connection: socket.socket) -> None:
    connection.setblocking(False)
    with suppress(OSError):  # the caller has gone meanwhile
        await asyncio.get_running_loop().connect_accepted_socket(lambda: protocol, connection)


class Neighbor(Protocol):
    """What leads to the other process; `channel` is None while that is not up."""

    @property
    def channel(self) -> Channel | None: ...


class Moving(WholeAnswers):
    """The protocol of a connection that may go over; `http=` of uvicorn."""

    def __init__(self, *args: Any, said: bytes = b"", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._said = said
        self._is_read = True  # nothing of a request has come of which more is to come

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin; a connection that has come over goes on with what it had said."""
        super().connection_made(transport)
        if self._said:
            super().data_received(self._said)
            self._said = b""

    def data_received(self, data: bytes) -> None:
        """Called by the event loop with what has come."""
        neighbor = cast(Neighbor | None, self.app_state.get(ELSEWHERE))
        if neighbor is not None and (channel := neighbor.channel) is not None and self._rests():
            channel.receive(self._take)
            if channel.passes(data, self.transport):
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Called by the parser with the first byte of a request."""
        self._is_read = False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """Called by the parser when a request's body has been read."""
        self._is_read = True
        super().on_message_complete()

    def _rests(self) -> bool:
        """Tell whether what comes now begins a request, and nothing before it is unanswered."""
        answered = cast(object, self.cycle) is None or self.cycle.response_complete
        return self._is_read and answered and not self.pipeline and not self.transport.is_closing()

    def _take(self, said: bytes) -> "Moving":
        return type(self)(
            config=self.config, server_state=self.server_state, app_state=self.app_state, said=said
        )
