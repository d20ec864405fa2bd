"""`make load`: a demo city, a server for it on a free loopback port, Locust against it, all ended.

Uses the PostgreSQL and Redis of `dev.services` where their addresses are set, else the embedded
ones. With `--federation` it is the visitors of ten cities instead (`loadtests/federation`).
The exit code is Locust's: 0 only when every target was reached and every body was right.
"""

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from loadtests.federation import run as federation
from loadtests.joining import join

HERE = Path(__file__).parent
START_SECONDS = 30
FEDERATION = "--federation"


def main() -> int:
    """Run once, as the arguments say; with `--federation` ten cities and their visitors."""
    if FEDERATION in sys.argv:
        sys.argv.remove(FEDERATION)
        return federation.main()
    args = _arguments()
    with tempfile.TemporaryDirectory(prefix="points-load-") as folder:
        port, environment = _free_ports(2), _environment(Path(folder))
        settings, partner = join(Path(folder), port, environment)
        environment |= settings
        _make_city(args.people, folder, environment)
        with _server(folder, port, environment) as address:
            print(f"{args.people} people on {address}, {args.crowd} at a time, {args.seconds} s")
            token = _merchant_token(Path(folder) / "var/demo/merchant", address, environment)
            return _locust(args, address, token, partner)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make load", description="Residents, tills and a partner city by Locust"
    )
    parser.add_argument("--people", type=int, default=400, help="residents of the demo city")
    parser.add_argument("--crowd", type=int, default=50, help="users acting at a time")
    parser.add_argument("--seconds", type=int, default=60, choices=range(30, 601), metavar="30-600")
    parser.add_argument("--shape", choices=["steady", "spike"], default="steady")
    return parser.parse_args()


def _environment(folder: Path) -> dict[str, str]:
    """The settings of the server under load: its own database, its own Redis, the local WeChat."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("POINTS_")}
    return kept | {
        "POINTS_DATABASE_URL": os.environ.get("POINTS_TEST_POSTGRES", f"sqlite://{folder}/city.db"),
        "POINTS_REDIS_URL": os.environ.get("POINTS_TEST_REDIS", "memory://"),
        "POINTS_LOG_LEVEL": "WARNING",
        "POINTS_MERCHANT_CALLS_PER_MINUTE": "1000000",  # all tills have the one key of the demo
        "PYTHONPATH": str(HERE.parent),
    }


def _make_city(people: int, folder: str, environment: dict[str, str]) -> None:
    """Make, take in and score a demo city; its files stay in the folder."""
    for words in (["migrate"], ["demo", "--no-serve", "--people", str(people)]):
        command = [sys.executable, "-m", "points_api", *words]
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            check=False,
            stdout=subprocess.DEVNULL,
            timeout=300,
        )
        if done.returncode:
            raise SystemExit(f"points {' '.join(words)} ended with {done.returncode}, see above")


@contextlib.contextmanager
def _server(folder: str, port: int, environment: dict[str, str]) -> Iterator[str]:
    """Serve on loopback until the block is left; the process is ended by its id."""
    command = [sys.executable, "-m", "points_api", "serve", "--host", "127.0.0.1"]
    process = subprocess.Popen([*command, "--port", str(port)], cwd=folder, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(process, address)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_ports(count: int) -> int:
    """The first of so many neighboring ports that nobody uses."""
    for first in range(21_000, 60_000, count):
        with contextlib.suppress(OSError), contextlib.ExitStack() as probes:
            for port in range(first, first + count):
                probes.enter_context(socket.create_server(("127.0.0.1", port)))
            return first
    raise SystemExit("no free ports")


def _wait_until_ready(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"the server ended at once, exit code {process.returncode}")
        with contextlib.suppress(URLError, OSError), urlopen(f"{address}/readyz", timeout=2):
            return
        time.sleep(0.1)
    raise SystemExit(f"the server was not ready within {START_SECONDS} s")


def _merchant_token(keys: Path, address: str, environment: dict[str, str]) -> str:
    """Sign in with the key of the demo's merchant; the token lives longer than the run."""
    client_id = (keys / "client-id").read_text(encoding="ascii").strip()
    words = ["assertion", client_id, str(keys / "private.jwk.json")]
    signed = subprocess.run(
        [sys.executable, "-m", "points_api", *words],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": signed.stdout.strip(),
    }
    with urlopen(f"{address}/v1/auth/token", urlencode(form).encode(), timeout=10) as answer:
        token: str = json.load(answer)["access_token"]
    return token


def _locust(args: argparse.Namespace, address: str, token: str, partner: Path) -> int:
    command = [
        sys.executable, "-m", "locust", "--locustfile", str(HERE / "locustfile.py"),
        "--headless", "--only-summary", "--loglevel", "WARNING", "--stop-timeout", "5",
        "--host", address,
        "--people", str(args.people), "--crowd", str(args.crowd),
        "--seconds", str(args.seconds), "--shape", args.shape, "--merchant-token", token,
        "--partner", str(partner),
    ]  # fmt: skip
    environment = os.environ | {"PYTHONPATH": str(HERE.parent)}
    return subprocess.run(
        command, env=environment, timeout=args.seconds + 60, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
