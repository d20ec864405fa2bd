"""A private PostgreSQL and Redis for the time of one command.

    python -m dev.services [--no-fsync] -- COMMAND ...

Both listen on free loopback ports and keep their files in a temporary folder. COMMAND finds them
as POINTS_TEST_POSTGRES and POINTS_TEST_REDIS; its exit code is ours. Servers of the machine are
neither used nor touched, and nothing is left behind, also when COMMAND or we are told to stop.
`--no-fsync` makes PostgreSQL fast and forgetful: for tests, never for measuring.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

_PATIENCE_SECONDS = 30
_DEBIAN = Path("/usr/lib/postgresql")
_NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class ServiceError(Exception):
    """A server cannot be started. One line: what and how to mend it."""


@dataclass(frozen=True, slots=True)
class Services:
    """Where the servers are, as `postgres://…` and `redis://…`."""

    postgres: str
    redis: str


@contextmanager
def services(*, fsync: bool = True) -> Iterator[Services]:
    """Run both servers for as long as the block runs."""
    with postgres_server(fsync=fsync) as postgres, redis_server() as redis:
        yield Services(postgres, redis)


@contextmanager
def postgres_server(*, fsync: bool = True) -> Iterator[str]:
    """Run a PostgreSQL with one empty database, and yield its url."""
    programs, user = _postgres_programs(), _unprivileged_user()
    password = secrets.token_hex(16)
    with _folder("postgres", user) as folder:
        (folder / "password").write_text(password)
        initdb = f"{programs}/initdb -D {folder}/data -E UTF8 --locale=C -N -U points"
        initdb += f" -A scram-sha-256 --pwfile={folder}/password"
        made = subprocess.run(
            initdb.split(), user=user, cwd=folder, capture_output=True, check=False
        )
        if made.returncode:
            raise ServiceError(f"initdb: {_last_line(made.stderr)}")
        port = _free_port()
        settings = [
            f"unix_socket_directories={folder}",
            "listen_addresses=127.0.0.1",
            f"port={port}",
            "max_connections=200",
            *(() if fsync else _NOT_DURABLE),
        ]
        server = [f"{programs}/postgres", "-D", f"{folder}/data"]
        server += [word for setting in settings for word in ("-c", setting)]
        ask = f"{programs}/pg_isready -q -h 127.0.0.1 -p {port}".split()
        with _running(server, folder, user, signal.SIGINT, lambda: subprocess.call(ask) == 0):
            yield f"postgres://points:{password}@127.0.0.1:{port}/postgres"


@contextmanager
def redis_server() -> Iterator[str]:
    """Run a Redis that keeps nothing on disk, and yield its url."""
    program = shutil.which("redis-server")
    if program is None:
        raise ServiceError("redis-server is missing: sh dev/install.sh redis-server")
    user = _unprivileged_user(wanted=False)
    with _folder("redis", user) as folder:
        port = _free_port()
        server = [program, "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)]
        server += ["--save", "", "--appendonly", "no"]
        with _running(server, folder, user, signal.SIGTERM, lambda: _pings(port)):
            yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def _running(
    command: Sequence[str],
    folder: Path,
    user: str | None,
    stop: signal.Signals,
    ready: Callable[[], bool],
) -> Iterator[None]:
    """Run a server until the block ends; in a session of its own, so Ctrl-C is not for it."""
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            command, user=user, cwd=folder, stdout=log, stderr=log, start_new_session=True
        )
    name = Path(command[0]).name
    try:
        give_up = time.monotonic() + _PATIENCE_SECONDS
        while not ready():
            if server.poll() is not None or time.monotonic() > give_up:
                raise ServiceError(f"{name}: {_last_line((folder / 'log').read_bytes())}")
            time.sleep(0.02)
        yield
    finally:
        server.send_signal(stop)
        try:
            server.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@contextmanager
def _folder(name: str, user: str | None) -> Iterator[Path]:
    told = {signal.SIGINT, signal.SIGTERM}
    # Told to stop between the making of the folder and our knowing of it, we would leave it behind.
    signal.pthread_sigmask(signal.SIG_BLOCK, told)
    try:
        made = TemporaryDirectory(prefix=f"points-{name}-")
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, told)
    with made as folder:
        if user is not None:
            shutil.chown(folder, user)
        yield Path(folder)


def _postgres_programs() -> Path:
    """Return the folder of the newest PostgreSQL; Debian keeps most of it off the PATH."""
    versions = [folder for folder in _DEBIAN.glob("*/bin") if (folder / "initdb").exists()]
    if versions:
        return max(versions, key=lambda folder: float(folder.parent.name))
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    raise ServiceError("PostgreSQL is missing: sh dev/install.sh postgresql")


def _unprivileged_user(*, wanted: bool = True) -> str | None:
    """Return the user to run a server as; None: as ourselves. PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        if wanted:
            raise ServiceError("root needs a user postgres: useradd --system postgres") from None
        return None


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _pings(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as line:
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _last_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "ended without a word"


def _forward(command: "subprocess.Popen[bytes]") -> Callable[[int, FrameType | None], None]:
    def forward(number: int, _frame: FrameType | None) -> None:
        # The terminal has sent Ctrl-C to the command as well; twice would cut its cleaning short.
        if number != signal.SIGINT or not _in_front_of_terminal():
            command.send_signal(number)

    return forward


def _in_front_of_terminal() -> bool:
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False


def _stop(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def main(arguments: Sequence[str]) -> int:
    """Run the command line; return the exit code."""
    options, command = list(arguments), []
    if "--" in options:
        cut = options.index("--")
        options, command = options[:cut], options[cut + 1 :]
    if not command or set(options) - {"--no-fsync"}:
        print("usage: python -m dev.services [--no-fsync] -- COMMAND ...", file=sys.stderr)
        return 2
    # Being told to stop while the servers are starting unwinds the blocks that stop them.
    signal.signal(signal.SIGTERM, _stop)
    with ExitStack() as stack:
        try:
            running = stack.enter_context(services(fsync="--no-fsync" not in options))
            urls = {"POINTS_TEST_POSTGRES": running.postgres, "POINTS_TEST_REDIS": running.redis}
            process = subprocess.Popen(command, env={**os.environ, **urls})
        except (ServiceError, OSError) as error:
            print(f"dev.services: {error}", file=sys.stderr)
            return 1
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _forward(process))
        code = process.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
