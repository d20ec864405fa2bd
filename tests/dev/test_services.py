"""The private servers come up, serve one command, and are gone whatever becomes of it."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import psutil
import pytest
import redis.asyncio as redis

from dev import services

ROOT = Path(__file__).parents[2]
RUN = [sys.executable, "-m", "dev.services", "--no-fsync", "--"]
TALKATIVE = """
import os, sys, time
print(os.environ["POINTS_TEST_POSTGRES"], os.environ["POINTS_TEST_REDIS"], flush=True)
time.sleep(60)
"""

try:
    services._postgres_programs()
except services.ServiceError:  # the rest of the suite may use servers that others have started
    pytest.skip("needs PostgreSQL's programs", allow_module_level=True)


def _run(*command: str, **given) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*RUN, *command], cwd=ROOT, capture_output=True, text=True, check=False, **given
    )


@contextmanager
def _running(*command: str) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(
        [*RUN, *command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as runner:
        try:
            yield runner
        finally:
            runner.terminate()


def _servers_below(folder: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(str(folder) in word for word in process.info["cmdline"] or [])
    ]


@pytest.fixture
def folder(monkeypatch):
    """A temporary folder of its own for what is started here; short, for the socket in it."""
    with tempfile.TemporaryDirectory(prefix="p") as own:
        Path(own).chmod(0o755)
        monkeypatch.setenv("TMPDIR", own)
        yield Path(own)


async def test_a_command_finds_both_servers_empty_and_its_exit_code_is_ours(folder):
    check = """
import asyncio, os, asyncpg, redis.asyncio as redis
async def main():
    line = await asyncpg.connect(os.environ["POINTS_TEST_POSTGRES"])
    assert await line.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    assert await line.fetchval("SHOW fsync") == "off"
    await line.close()
    client = redis.Redis.from_url(os.environ["POINTS_TEST_REDIS"])
    assert await client.dbsize() == 0
    assert (await client.config_get("save"))["save"] == ""
    await client.aclose()
    raise SystemExit(7)
asyncio.run(main())
"""
    done = _run(sys.executable, "-c", check)
    assert (done.returncode, done.stderr) == (7, "")
    assert list(folder.iterdir()) == []
    assert _servers_below(folder) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_we_tell_the_command_and_clean_up(number, folder):
    with _running(sys.executable, "-c", TALKATIVE) as runner:
        assert runner.stdout is not None
        assert runner.stdout.readline().startswith(b"postgres://")
        assert _servers_below(folder)
        runner.send_signal(number)
        # A program in Python turns SIGINT into an exception, and ends with 130 by itself.
        assert runner.wait(30) == 128 + number
    assert list(folder.iterdir()) == []
    assert _servers_below(folder) == []


def test_a_command_that_kills_itself_leaves_nothing(folder):
    done = _run("sh", "-c", "kill -KILL $$")
    assert done.returncode == 128 + signal.SIGKILL
    assert list(folder.iterdir()) == []
    assert _servers_below(folder) == []


def test_told_to_stop_while_starting_we_clean_up(folder):
    with _running("true") as runner:
        give_up = time.monotonic() + 20
        while not list(folder.iterdir()) and time.monotonic() < give_up:
            time.sleep(0.01)
        runner.terminate()
        assert runner.wait(30) == 128 + signal.SIGTERM
    assert list(folder.iterdir()) == []
    assert _servers_below(folder) == []


async def test_two_at_once_do_not_meet(folder):
    with services.postgres_server(fsync=False) as one, services.postgres_server(fsync=False) as two:
        assert urlsplit(one).port != urlsplit(two).port
        line = await asyncpg.connect(one)
        await line.execute("CREATE TABLE t ()")
        other = await asyncpg.connect(two)
        assert await other.fetchval("SELECT to_regclass('t')") is None
        await asyncio.gather(line.close(), other.close())


async def test_only_who_knows_the_password_gets_in_and_writes_are_durable(folder):
    with services.postgres_server() as url:
        line = await asyncpg.connect(url)
        assert await line.fetchval("SHOW fsync") == "on"
        await line.close()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(url.replace(urlsplit(url).password or "?", "guess"))


async def test_redis_stops_with_its_block(folder):
    with services.redis_server() as url:
        client = redis.Redis.from_url(url)
        await client.set("a", 1)
        await client.aclose()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("wrong", [[], ["--"], ["--quick", "--", "true"], ["true"]])
def test_a_wrong_call_is_told_how_to_call(wrong, capsys):
    assert services.main(wrong) == 2
    assert "usage:" in capsys.readouterr().err


def test_a_command_that_is_not_there_is_told_in_one_line(folder):
    done = _run("no-such-command")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "no-such-command" in done.stderr


def test_a_missing_server_is_told_in_one_line_with_the_mend(monkeypatch):
    monkeypatch.setenv("PATH", os.devnull)
    missing = pytest.raises(services.ServiceError, match=r"redis-server is missing: .*install")
    with missing, services.redis_server():
        pass
