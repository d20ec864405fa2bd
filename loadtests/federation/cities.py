"""The cities as processes of this test: made once, served, killed and started again."""

import asyncio
import contextlib
import json
import os
import shlex
import subprocess
import sys
import tomllib
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import psutil

ROOT: Final = Path(__file__).parents[2]
START_SECONDS: Final = 60.0
RECOVERY_SECONDS: Final = 35.0  # others leave a city that failed to rest for half a minute
_AT_ONCE: Final = 2
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(slots=True)
class City:
    """One city: what the federation tells of it, and its process while it runs."""

    told: Mapping[str, Any]
    tables: Path
    seed: int
    token: str = field(default="", repr=False)
    """Of the merchant's till."""
    office: str = field(default="", repr=False)
    """Of the credit office."""
    process: Process | None = None
    down: list[list[float]] = field(default_factory=list)
    """Seconds of the loop's clock between which it may not answer."""

    @property
    def id(self) -> str:
        name: str = self.told["id"]
        return name

    @property
    def division(self) -> str:
        code: str = self.told["division"]
        return code

    @property
    def address(self) -> str:
        url: str = self.told["address"]
        return url

    @property
    def folder(self) -> Path:
        return Path(self.told["environment"]).parent

    @property
    def scenario(self) -> str:
        """What its till gives: a ticket at a tenth off, four times a year."""
        first: str = self.told["merchant"]["scenarios"][0]
        return first

    @property
    def other_scenario(self) -> str:
        last: str = self.told["merchant"]["scenarios"][-1]
        return last

    @property
    def environment(self) -> dict[str, str]:
        lines = shlex.split(Path(self.told["environment"]).read_text("utf-8"))
        kept = {name: value for name, value in os.environ.items() if not name.startswith("POINTS_")}
        chosen = {"POINTS_MERCHANT_CALLS_PER_MINUTE": "1000000", "POINTS_LOG_LEVEL": "WARNING"}
        return kept | dict(line.split("=", 1) for line in lines) | chosen

    def least(self, home: "City") -> int:
        """The least score at home, in thousandths, from which the scenario is open here.

        By the table that both cities have signed: its thresholds are by bands of this city.
        """
        document = json.loads((self.tables / f"{home.id}-{self.id}.json").read_text("utf-8"))
        score: int = document["table"]["thresholds"][self._required()]
        return score

    def _required(self) -> str:
        data = self.folder / "data"
        folder = data / "scenarios" if data.is_dir() else ROOT / "scenarios/data"
        for path in folder.glob("*.toml"):
            for one in tomllib.loads(path.read_text("utf-8")).get("scenario", ()):
                if one["id"] == self.scenario:
                    [condition] = one["conditions"]
                    band: str = condition["band"]
                    return band
        raise LookupError(self.scenario)

    def is_out(self, since: float, until: float) -> bool:
        """Whether it may have been out at some time between."""
        return any(begin <= until and since <= end for begin, end in self.down)


def make(folder: Path, count: int, people: int, base_port: int) -> list[City]:
    """Make the cities, none of them running. Ends the program where that fails."""
    words = ["--cities", count, "--people", people, "--base-port", base_port, "--folder", folder]
    made = points("federation", "up", "--no-serve", "--json", *words, seconds=600)
    told = json.loads(made)["cities"]
    return [City(one, folder / "tables", seed) for seed, one in enumerate(told, 1)]


def points(*words: object, environment: Mapping[str, str] | None = None, seconds: int = 60) -> str:
    """Run a command of the program; what it prints."""
    command = [sys.executable, "-m", "points_api", *map(str, words)]
    done = subprocess.run(
        command, env={**(environment or os.environ), "PYTHONPATH": str(ROOT)}, check=False,
        capture_output=True, text=True, timeout=seconds,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"points {words[0]} ended with {done.returncode}: {done.stderr[-1500:]}")
    return done.stdout.strip()


@contextlib.asynccontextmanager
async def serving(cities: list[City]) -> AsyncIterator[None]:
    """Serve them until the block is left; each is ended by its own process."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(city: City) -> None:
        async with gate:
            await start(city)

    try:
        await asyncio.gather(*(one(city) for city in cities))
        await asyncio.gather(*(_answers(city, "/metrics/visitors") for city in cities))
        yield
    finally:
        await asyncio.gather(*(_stop(city) for city in cities))


async def start(city: City) -> None:
    """Start a city from its `city.env` and return once it answers."""
    port = city.address.rpartition(":")[2]
    with (city.folder / "log").open("ab") as log:
        city.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "points_api", "serve", "--port", port,
            env={**city.environment, "PYTHONPATH": str(ROOT)}, cwd=city.folder,
            stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    await _answers(city, "/readyz")


async def _answers(city: City, path: str) -> None:
    """Return once it does. Of a city with two processes `/metrics/visitors` is of the second."""
    process = city.process
    assert process is not None
    async with asyncio.timeout(START_SECONDS), httpx.AsyncClient(timeout=2) as http:
        while True:
            if process.returncode is not None:
                raise SystemExit(f"{city.id} has ended by itself, see {city.folder / 'log'}")
            with contextlib.suppress(httpx.TransportError):
                if (await http.get(f"{city.address}{path}")).is_success:
                    return
            await asyncio.sleep(0.1)


async def kill(city: City, seconds: float) -> None:
    """SIGKILL its processes by their ids, and start it again after so many seconds."""
    now = asyncio.get_running_loop().time
    outage = [now(), now() + 10 * START_SECONDS]
    city.down.append(outage)
    assert city.process is not None
    beside = psutil.Process(city.process.pid).children()
    city.process.kill()
    for one in beside:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    await city.process.wait()
    await asyncio.sleep(seconds)
    await start(city)
    outage[1] = now() + RECOVERY_SECONDS


async def sign_in(city: City, http: httpx.AsyncClient) -> None:
    """Let the till of the demo's merchant sign in, and the demo's officer."""
    merchant = city.told["merchant"]
    words = ["assertion", merchant["client_id"], merchant["key"]]
    signed = await asyncio.to_thread(points, *words, environment=city.environment)
    form = {
        "grant_type": "client_credentials", "client_assertion_type": _ASSERTION,
        "client_assertion": signed,
    }  # fmt: skip
    answer = await http.post(f"{city.address}/v1/auth/token", data=form)
    city.token = answer.raise_for_status().json()["access_token"]
    officer = city.told["officer"]
    code = await asyncio.to_thread(points, "officers", "demo-code", "--seed", city.seed)
    body = {"login": officer["login"], "password": officer["password"], "code": code}
    answer = await http.post(f"{city.address}/v1/auth/officer", json=body)
    city.office = answer.raise_for_status().json()["access_token"]


async def _stop(city: City) -> None:
    process = city.process
    if process is None or process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(15):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
