"""The cities as processes of this machine: made and started a few at a time, watched, stopped.

Each is `points demo` with the settings of its place: nothing in it knows that it is one of many.
They are stopped by their own process ids, and one that ends by itself is told by its name. Where
whoever started them is killed, Linux tells them to stop, too.
"""

import asyncio
import ctypes
import json
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from shutil import copyfile
from typing import Any, Final

import httpx

from points_api.child_process import ended
from points_api.db.migrate import migrate
from points_api.federation.places import Place

LOOK_SECONDS: Final = 0.1
STOP_SECONDS: Final = 15.0
_TAIL: Final = 1500  # characters of its log that tell why a city did not come up
_PDEATHSIG: Final = 1  # PR_SET_PDEATHSIG of linux/prctl.h
_prctl: Final = getattr(ctypes.CDLL(None), "prctl", None)  # Linux alone has it


class CityDown(Exception):
    """A city did not come up; the message names it and shows the end of its log."""

    def __init__(self, place: Place) -> None:
        log = place.folder / "log"
        told = log.read_text("utf-8", errors="replace")[-_TAIL:] if log.exists() else ""
        super().__init__(
            f"{place.city.id} 没有启动，见 {log} (did not come up; its log ends so):\n{told}"
        )


@dataclass(frozen=True, slots=True)
class Running:
    """The cities that were started, by id. The one who made this stops them."""

    processes: dict[str, Process] = field(default_factory=dict)

    async def stop(self) -> None:
        """End every process that still runs, and wait until it has."""
        alive = [one for one in self.processes.values() if one.returncode is None]
        for one in alive:
            with suppress(ProcessLookupError):
                one.terminate()
        await asyncio.gather(*(ended(one, STOP_SECONDS) for one in alive))

    async def watch(self, tell: Callable[[str, int], None]) -> None:
        """Wait until all have ended; tell the name and the exit code of each that does."""

        async def one(name: str, process: Process) -> None:
            tell(name, await process.wait())

        async with asyncio.TaskGroup() as tasks:
            for name, process in self.processes.items():
                tasks.create_task(one(name, process))


async def start(
    running: Running,
    places: Sequence[Place],
    people: int,
    progress: Callable[[int, int], None],
    *,
    serve: bool,
) -> None:
    """Make the cities and, with `serve`, return when all of them answer. Raises `CityDown`.

    Empty databases are copied from one that was brought up to date once: to bring each up to date
    would take longer than all the rest.
    """
    empty = places[0].shared / "empty.db"
    await migrate(f"sqlite://{empty}")
    for place in places:
        copyfile(empty, place.folder / "points.db")
    empty.unlink()
    gate, up = asyncio.Semaphore(max(2, os.cpu_count() or 1)), 0
    progress(0, len(places))

    async def one(place: Place) -> None:
        nonlocal up
        async with gate:
            process = running.processes[place.city.id] = await _process(place, people, serve=serve)
            if serve:
                await _answers(place, process, "/readyz")
            elif await process.wait():
                raise CityDown(place)
        if serve:  # its process for visitors begins when it is up itself
            await _answers(place, process, "/metrics/visitors")
        progress(up := up + 1, len(places))

    try:
        async with asyncio.TaskGroup() as tasks:
            for place in places:
                tasks.create_task(one(place))
    except* CityDown as group:
        raise group.exceptions[0] from None


def made(place: Place) -> Mapping[str, Any]:
    """What the city told of itself when it was made."""
    told: dict[str, Any] = json.loads((place.folder / "made.json").read_text("utf-8"))
    return told


async def _process(place: Place, people: int, *, serve: bool) -> Process:
    words = ["demo", "--json", "--people", people, "--seed", place.seed, "--port", place.port]
    words += ["--folder", place.folder / "demo", "--tables", place.shared / "tables"]
    words += [] if serve else ["--no-serve"]
    told, log, parent = place.folder / "made.json", place.folder / "log", os.getpid()

    def die_with_parent() -> None:
        if _prctl is not None:
            _prctl(_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:  # it was killed before this was asked for
                os.kill(os.getpid(), signal.SIGTERM)

    with told.open("wb") as stdout, log.open("wb") as stderr:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "points_api", *map(str, words),
            env=place.environment(os.environ), stdin=asyncio.subprocess.DEVNULL,
            stdout=stdout, stderr=stderr, preexec_fn=die_with_parent,
        )  # fmt: skip


async def _answers(place: Place, process: Process, path: str) -> None:
    async with httpx.AsyncClient(base_url=place.address, timeout=2) as client:
        while process.returncode is None:
            with suppress(httpx.TransportError):
                if (await client.get(path)).is_success:
                    return
            await asyncio.sleep(LOOK_SECONDS)
    raise CityDown(place)
