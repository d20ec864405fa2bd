"""The process beside the server, for what concerns visitors: see `bulkhead`.

    python -m points_api.visitors FD     # FD: its end of the way to the server, inherited

The same application with the same settings. It ends where its standard input does, so also with a
server that was killed.
"""

import asyncio
import os
import signal
import socket
import sys
from types import FrameType
from typing import NamedTuple

import uvicorn

from points_api.app import create_beside
from points_api.bulkhead import GRACE_SECONDS, UP, is_for_residents
from points_api.handover import ELSEWHERE, Channel, Moving
from points_api.settings import load


class _Server(NamedTuple):
    """What leads to the server."""

    channel: Channel


class _Visitors(uvicorn.Server):
    """Listens nowhere: its connections come over from the server."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, say so, and end when nobody holds the standard input any more."""
        await super().startup(sockets)
        loop, stdin = asyncio.get_running_loop(), sys.stdin.fileno()

        def stop() -> None:
            loop.remove_reader(stdin)
            self.should_exit = True

        loop.add_reader(stdin, stop)
        channel = Channel(socket.socket(fileno=int(sys.argv[1])), is_for_residents)
        self.lifespan.state[ELSEWHERE] = _Server(channel)
        channel.receive(self._take)
        os.write(sys.stdout.fileno(), UP)

    def _take(self, said: bytes) -> Moving:
        state = self.lifespan.state
        return Moving(
            config=self.config, server_state=self.server_state, app_state=state, said=said
        )

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Ctrl-C is for the server, which ends this. A session of its own would keep it away, too.

        But Linux shares the processors out by sessions (`autogroup` in sched(7)), and to give way
        counts only inside of one.
        """
        if sig != signal.SIGINT:
            super().handle_exit(sig, frame)


def main() -> None:
    """Serve until standard input ends."""
    config = uvicorn.Config(
        create_beside(load()), loop="uvloop", http=Moving, access_log=False, log_level="warning",
        server_header=False, proxy_headers=False, timeout_graceful_shutdown=GRACE_SECONDS,
    )  # fmt: skip
    _Visitors(config).run(sockets=[])


if __name__ == "__main__":
    main()
