"""A PostgreSQL of a test's own, to be killed at any moment and started again on its data."""

import asyncio
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from dev import services
from tests.ports import free_ports

_PATIENCE_SECONDS = 60


class PostgresServer:
    """A child process on a free port of the loopback, as durable as a real one."""

    def __init__(self, folder: Path, user: str | None) -> None:
        self._folder, self._user = folder, user
        self._programs = services._postgres_programs()
        self._port = free_ports()
        self._process: subprocess.Popen[bytes] | None = None
        initdb = (
            f"{self._programs}/initdb -D {folder}/data -E UTF8 --locale=C -N -U points -A trust"
        )
        subprocess.run(initdb.split(), user=user, cwd=folder, check=True, capture_output=True)

    @property
    def url(self) -> str:
        return f"postgres://points@127.0.0.1:{self._port}/postgres"

    async def start(self) -> None:
        """Start it, again and again while what was killed is not quite gone."""
        for _ in range(_PATIENCE_SECONDS * 20):
            if self._process is None or self._process.poll() is not None:
                self._process = self._begin()
            if self._answers():
                return
            await asyncio.sleep(0.05)
        raise AssertionError((self._folder / "log").read_text()[-2000:])

    def kill(self) -> None:
        """As a power cut would: nothing is flushed, nothing is said."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(_PATIENCE_SECONDS)

    def _begin(self) -> "subprocess.Popen[bytes]":
        options = {
            "port": self._port, "listen_addresses": "127.0.0.1", "max_connections": 100,
            "unix_socket_directories": self._folder,
        }  # fmt: skip
        command = [f"{self._programs}/postgres", "-D", f"{self._folder}/data"]
        command += [word for name, v in options.items() for word in ("-c", f"{name}={v}")]
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                command, user=self._user, cwd=self._folder, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def _answers(self) -> bool:
        ask = f"{self._programs}/pg_isready -q -h 127.0.0.1 -p {self._port}".split()
        return subprocess.call(ask) == 0


@contextmanager
def postgres_to_kill() -> Iterator[PostgresServer]:
    """A server that is not started yet, and stopped at the end."""
    user = services._unprivileged_user()
    with TemporaryDirectory(prefix="points-postgres-") as folder:
        if user is not None:
            shutil.chown(folder, user)
        server = PostgresServer(Path(folder), user)
        try:
            yield server
        finally:
            server.stop()
