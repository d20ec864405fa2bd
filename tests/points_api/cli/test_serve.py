"""The server as a process: told to stop, it ends, whoever is connected."""

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
def server(sqlite_url, port):
    env = {**os.environ, "POINTS_DATABASE_URL": sqlite_url, "POINTS_REDIS_URL": "memory://"}
    command = [sys.executable, "-m", "points_api", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL) as process:
        yield process
        process.kill()


def answers(port):
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def test_a_port_that_is_taken_is_told_before_anything_is_begun(sqlite_url):
    env = {**os.environ, "POINTS_DATABASE_URL": sqlite_url, "POINTS_REDIS_URL": "memory://"}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "points_api", "serve", "--port", port]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"--port: 127.0.0.1:{port} 用不了，请换一个端口" in done.stderr


def test_a_server_that_is_told_to_stop_does_not_wait_for_a_body_that_never_comes(server, port):
    give_up = time.monotonic() + 60
    while not answers(port) and time.monotonic() < give_up:
        time.sleep(0.1)
    head = "POST /v1/auth/wechat HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n"
    with socket.create_connection(("127.0.0.1", port)) as stalled:
        stalled.sendall(f"{head}Content-Type: application/json\r\n\r\n{{".encode())
        assert answers(port)  # and so has read from the other one too
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=GRACE_SECONDS + 15) in (0, -signal.SIGTERM)
