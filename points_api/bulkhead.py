"""Visitors are served by a process beside, which gives way: residents wait for none of them.

A bulkhead in the sense of M. Nygard, *Release It!*: what is asked by other cities, by residents who
travel and by tills that have a visitor before them is answered by a second process of the same
program (`visitors`), whose scheduling priority is lower. So a rush of visitors takes what residents
leave of the processors, and no work on a visitor holds up the event loop that answers residents.
One address serves both, see `handover`.

Beside an embedded database that process also does the works that nobody waits for.
"""

import asyncio
import os
import re
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from points_api import log
from points_api.child_process import ended
from points_api.handover import Channel

_VISITORS: Final = re.compile(
    rb"[A-Z]+ /(?:interop/|v1/me/visits/|v1/merchant/visitor-verifications"
    rb"|v1/officer/(?:partners|recalls)|metrics/visitors)"
)
# Of a visitor or of anybody else: of whom, the connection tells on which it follows a verification.
_EITHER: Final = re.compile(rb"[A-Z]+ /v1/merchant/redemptions")
UP: Final = b"up\n"
"""What the process beside says once it answers."""
AGAIN_SECONDS: Final = 2.0
NICE: Final = 10
GRACE_SECONDS: Final = 3
"""How long the process beside lets what is under way go on when it is to end."""
STOP_SECONDS: Final = GRACE_SECONDS + 1
_log = log.get("bulkhead")


def is_for_visitors(request: bytes) -> bool:
    """Tell by how a request begins whether it is theirs, or of who looks after the partners."""
    return _VISITORS.match(request) is not None


def is_for_residents(request: bytes) -> bool:
    """Whether it is surely somebody else's."""
    return not (_VISITORS.match(request) or _EITHER.match(request))


class Bulkhead:
    """Keeps the process beside up; `channel` leads to it as long as it is."""

    def __init__(self) -> None:
        self.channel: Channel | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep a process up for as long as the block lasts."""
        keeping = asyncio.get_running_loop().create_task(self._keep())
        try:
            yield
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping

    async def _keep(self) -> None:
        while True:
            try:
                await self._once()
            except OSError:  # no process to be had now
                _log.exception("bulkhead.not_begun")
            await asyncio.sleep(AGAIN_SECONDS)

    async def _once(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours, theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "points_api.visitors", str(theirs.fileno()),
                stdin=PIPE, stdout=PIPE, pass_fds=(theirs.fileno(),),
            )  # fmt: skip
            theirs.close()
            try:
                with suppress(OSError):  # it has ended already
                    os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
                await self._while_up(process, Channel(ours, is_for_visitors))
            finally:
                assert process.stdin is not None
                process.stdin.close()  # by which it is told to end
                await ended(process, STOP_SECONDS)
        _log.error("bulkhead.ended", code=process.returncode)

    async def _while_up(self, process: Process, channel: Channel) -> None:
        assert process.stdout is not None
        try:
            if await process.stdout.readline() == UP:
                _give_way(process.pid)
                _log.info("bulkhead.up")
                self.channel = channel
                await process.wait()
        finally:
            self.channel = None
            channel.close()


def _give_way(pid: int) -> None:
    """Have a process run where nobody else wants the processor.

    To be `nice` is not enough: Linux goes on with such a process for some milliseconds. But it is
    enough to begin with, and on a busy machine a process that gives way would take minutes to.
    """
    if sys.platform == "linux":
        with suppress(OSError):  # forbidden, or it has ended already
            os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
