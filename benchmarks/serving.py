"""Servers under load: on loopback, on a core of their own, stopped by their ids.

On the other core are wrk, PostgreSQL and Redis, so that no run is slower or faster by where the
machine happened to put them.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

START_SECONDS = 30
CONNECTIONS = 64
# Each request carries the token of a resident taken at random.
_SCRIPT = """
local tokens = {}
for line in io.lines("%s") do tokens[#tokens + 1] = "Bearer " .. line end
math.randomseed(os.time())
request = function()
  return wrk.format("GET", nil, {["Authorization"] = tokens[math.random(#tokens)]})
end
"""

# Each request is the next of the lines; there have to be enough of them.
_POSTS = """
local tokens, bodies, at = {}, {}, 0
for line in io.lines("%s") do tokens[#tokens + 1] = "Bearer " .. line end
for line in io.lines("%s") do bodies[#bodies + 1] = line end
request = function()
  at = at + 1
  return wrk.format("POST", nil, {["Authorization"] = tokens[at %% #tokens + 1],
    ["Content-Type"] = "application/json"}, bodies[at] or "")
end
"""


def serving(environment: Mapping[str, str], log: Path) -> AbstractContextManager[str]:
    """Serve the product as its operator does until the block is left."""
    return _serving(["points_api", "serve"], environment, log)


def serving_bare(body: Path, log: Path) -> AbstractContextManager[str]:
    """Serve the ceiling: these bytes by Starlette and uvicorn as they come."""
    how = ["--loop", "uvloop", "--http", "httptools", "--log-level", "warning"]
    command = ["uvicorn", "benchmarks.bare:app", *how, "--no-access-log", "--no-proxy-headers"]
    return _serving(command, {"BENCH_BODY": str(body)}, log)


@contextmanager
def _serving(module: list[str], environment: Mapping[str, str], log: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    place = ["--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*_on_core(0), sys.executable, "-m", *module, *place],
            env=os.environ | dict(environment), stdout=output, stderr=output,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(process, port, log)
        with _stores_on(1):
            yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def _stores_on(core: int) -> Iterator[None]:
    """Keep the servers that `dev.services` has started beside us to one core for a while."""
    ours = os.sched_getaffinity(0)
    parent = Path(f"/proc/{os.getppid()}/cmdline")
    if len(ours) < 2 or b"dev.services" not in parent.read_bytes():
        yield
        return
    _keep_stores_to({core})
    try:
        yield
    finally:
        _keep_stores_to(ours)


def _keep_stores_to(cores: set[int]) -> None:
    """What they start later inherits it."""
    for server in _children(os.getppid()):
        if server != os.getpid():
            for process in [server, *_children(server)]:
                with suppress(ProcessLookupError):  # backends come and go
                    os.sched_setaffinity(process, cores)


def _children(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task/{process}/children")
    return [int(one) for one in listed.read_text().split()]


def drive(url: str, tokens: Path, seconds: int) -> float:
    """Requests a second that wrk gets answered; ends the benchmark on any answer but 2xx."""
    return _rate(_wrk(url, tokens, seconds, CONNECTIONS))


def drive_posts(url: str, tokens: Path, bodies: Path, seconds: int) -> float:
    """The same with a JSON body each, a line of a file, and none of them twice."""
    script = _POSTS % (tokens, bodies)
    return _rate(_run_wrk(url, script, tokens.with_suffix(".lua"), seconds, CONNECTIONS))


def _rate(said: str) -> float:
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found is not None, said
    return float(found[1])


def latency(url: str, tokens: Path, seconds: int, connections: int) -> float:
    """Milliseconds that 99 of a hundred answers stay below."""
    said = _wrk(url, tokens, seconds, connections, "--latency")
    found = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", said)
    assert found is not None, said
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]]


def call(
    url: str, body: Mapping[str, Any] | None = None, token: str = "", method: str = ""
) -> dict[str, Any]:
    """One JSON request; HTTPError tells what was refused."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    content = None if body is None else json.dumps(body).encode()
    request = Request(url, content, headers, method=method or None)
    with urlopen(request, timeout=30) as answer:
        decoded: dict[str, Any] = json.loads(answer.read())
        return decoded


def _wrk(url: str, tokens: Path, seconds: int, connections: int, *more: str) -> str:
    file = tokens.with_suffix(".lua")
    return _run_wrk(url, _SCRIPT % tokens, file, seconds, connections, *more)


def _run_wrk(url: str, script: str, file: Path, seconds: int, connections: int, *more: str) -> str:
    file.write_text(script)
    command = [
        *_on_core(1), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(file), *more,
        url,
    ]  # fmt: skip
    said = subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=seconds + 30
    ).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(f"the load saw errors:\n{said}")
    return said


def _on_core(core: int) -> list[str]:
    both = (os.cpu_count() or 1) > 1 and shutil.which("taskset")
    return ["taskset", "-c", str(core)] if both else []


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"the server ended at once:\n{log.read_text()}")
        with suppress(URLError, OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise SystemExit("the server did not start")
