"""Answers over a real socket, as uvicorn with our protocol sends them."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from time import monotonic, sleep

import pytest

from tests.ports import free_ports

HOW = ["--http", "points_api.whole_answers:WholeAnswers", "--loop", "uvloop"]
APP = "tests.points_api.answers_app:app"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    number = free_ports()
    command = [sys.executable, "-m", "uvicorn", APP, "--port", str(number), *HOW]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as server:
        end = monotonic() + 30
        while monotonic() < end and server.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", number), 1):
                break
            sleep(0.05)
        yield number
        server.terminate()


@pytest.fixture
def line(port) -> Iterator[socket.socket]:
    with closing(socket.create_connection(("127.0.0.1", port), 10)) as line:
        yield line


def asked(path: str, method: str = "GET", more: str = "") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: a\r\n{more}\r\n".encode()


def read_until(line: socket.socket, ending: bytes) -> bytes:
    said = b""
    while not said.endswith(ending):
        piece = line.recv(65536)
        assert piece, said
        said += piece
    return said


def test_head_and_body_arrive_in_one_piece(line):
    for _ in range(200):
        line.sendall(asked("/whole"))
        said = line.recv(65536)
        assert said.startswith(b"HTTP/1.1 200 OK\r\n")
        assert said.endswith(b"\r\n\r\n" + b"/whole" * 10)


def test_a_piece_is_sent_before_the_next_one_is_there(port, line):
    line.sendall(asked("/pieces"))
    assert b"\r\n\r\nc\r\nHTTP/1.1 one\r\n" in read_until(line, b"one\r\n")
    with closing(socket.create_connection(("127.0.0.1", port), 10)) as other:
        other.sendall(asked("/go-on"))
        read_until(other, b"/go-on")
    assert read_until(line, b"0\r\n\r\n") == b"3\r\ntwo\r\n0\r\n\r\n"


def test_who_waits_for_leave_to_send_a_body_gets_it_first(line):
    line.sendall(asked("/echo", "POST", "Content-Length: 4\r\nExpect: 100-continue\r\n"))
    assert read_until(line, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    line.sendall(b"body")
    said = read_until(line, b"body")
    assert said.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(("method", "path"), [("HEAD", "/whole"), ("GET", "/empty")])
def test_an_answer_without_a_body_is_sent(line, method, path):
    line.sendall(asked(path, method))
    assert read_until(line, b"\r\n\r\n").startswith(b"HTTP/1.1 20")


def test_answers_to_requests_sent_together_come_in_their_order(line):
    line.sendall(asked("/a") + asked("/b") + asked("/c"))
    said = read_until(line, b"/c" * 10)
    assert said.index(b"/a/a") < said.index(b"/b/b") < said.index(b"/c/c")
    assert said.count(b"HTTP/1.1 200 OK\r\n") == 3


def test_an_answer_that_broke_off_is_no_answer(line):
    line.sendall(asked("/broken"))
    assert line.recv(65536) == b""
