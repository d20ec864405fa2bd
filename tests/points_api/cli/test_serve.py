"""The server as a process: told to stop, it ends, whoever is connected."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from urllib.request import urlopen

import pytest

from points_api.cli.service import GRACE_SECONDS
from tests.ports import free_ports


@pytest.fixture
def port():
    return free_ports()


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log"


@pytest.fixture
def server(sqlite_url, port, log):
    others = {name: text for name, text in os.environ.items() if not name.startswith("POINTS_")}
    env = {**others, "POINTS_DATABASE_URL": sqlite_url, "POINTS_LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "points_api", "serve", "--port", str(port)]
    with log.open("wb") as out, subprocess.Popen(command, env=env, stderr=out) as process:
        yield process
        process.kill()


def answers(port):
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def wait_until_it_answers(port):
    give_up = time.monotonic() + 60
    while not answers(port) and time.monotonic() < give_up:
        time.sleep(0.1)
    assert answers(port)


def test_at_its_start_it_says_of_each_part_that_is_embedded_or_fake_what_to_do(server, port, log):
    wait_until_it_answers(port)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    said = [line["text"] for line in lines if line["event"] == "announcement"]
    wanted = [
        ("SQLite", "POINTS_DATABASE_URL"), ("cache", "POINTS_REDIS_URL"),
        ("WeChat", "POINTS_WECHAT_APPID"), ("development key", "POINTS_SECRET_KEYS"),
    ]  # fmt: skip
    for part, variable in wanted:
        [line] = [text for text in said if part in text]
        assert variable in line
    assert len(said) == len(wanted)


def test_a_port_that_is_taken_is_told_before_anything_is_begun(sqlite_url):
    env = {**os.environ, "POINTS_DATABASE_URL": sqlite_url, "POINTS_REDIS_URL": "memory://"}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "points_api", "serve", "--port", port]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"--port: 127.0.0.1:{port} 用不了，请换一个端口" in done.stderr


def test_a_server_that_is_told_to_stop_does_not_wait_for_a_body_that_never_comes(server, port):
    wait_until_it_answers(port)
    head = "POST /v1/auth/wechat HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n"
    with socket.create_connection(("127.0.0.1", port)) as stalled:
        stalled.sendall(f"{head}Content-Type: application/json\r\n\r\n{{".encode())
        assert answers(port)  # and so has read from the other one too
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=GRACE_SECONDS + 15) in (0, -signal.SIGTERM)
