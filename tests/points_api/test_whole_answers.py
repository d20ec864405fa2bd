"""Answers over a real socket, as uvicorn with our protocol sends them."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from time import monotonic, sleep

import pytest

from tests.points_api.answers_app import Answers
from tests.points_api.served import connected
from tests.ports import free_ports

HOW = [
    *("--http", "points_api.whole_answers:WholeAnswers", "--loop", "uvloop"),
    *("--no-proxy-headers", "--no-server-header", "--no-access-log"),
]
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


def short(body: bytes, more: str = "", version: str = "1.1") -> bytes:
    head = f"POST /short HTTP/{version}\r\nHost: a\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


def test_a_short_question_is_answered_in_one_piece_with_all_that_others_have(line):
    for _ in range(20):
        line.sendall(short(b"answer"))
        said = line.recv(65536)
        assert said.startswith(b"HTTP/1.1 200 OK\r\ndate: ")
        assert said.endswith(b"\r\ncontent-length: 5\r\nanswer: short\r\n\r\nshort")


@pytest.mark.parametrize("wanted", [b"leave", b"go on", b"raise"])
def test_a_question_that_the_shortcut_leaves_is_answered_by_asgi(line, wanted):
    for _ in range(3):
        line.sendall(short(wanted))
        assert b"answer: short" not in read_until(line, b"\r\n\r\n" + wanted)
    line.sendall(short(b"answer"))
    assert b"answer: short" in line.recv(65536)


@pytest.mark.parametrize(
    "asked",
    [
        short(b"body", "Expect: 100-continue\r\n"),
        short(b"body", "Connection: close\r\n"),
        short(b"body", "Connection: upgrade\r\nUpgrade: other\r\n"),
        short(b"body", "X: 1\r\nX: 2\r\n"),
        short(b"body", "Connection: keep-alive\r\n", "1.0"),
    ],
)
def test_what_uvicorn_has_to_see_to_is_no_short_question(line, asked):
    line.sendall(asked)
    ending = b"\r\n\r\n" if b"Upgrade" in asked else b"\r\n\r\nbody"
    assert b"answer: short" not in read_until(line, ending)


def test_a_short_question_may_come_in_pieces(line):
    for piece in (b"POST /sho", short(b"answer")[9:-3], short(b"answer")[-3:]):
        line.sendall(piece)
        sleep(0.02)
    assert b"answer: short" in line.recv(65536)


def test_short_questions_and_others_sent_together_are_answered_in_their_order(line):
    kinds = [b"answer", b"go on", b"leave", b"answer", b"raise", b"answer"]
    line.sendall(asked("/a") + b"".join(map(short, kinds)) + asked("/b"))
    said = read_until(line, b"/b" * 10)
    told = [one.partition(b"HTTP/1.1")[0] for one in said.split(b"\r\n\r\n")[1:]]
    assert told == [b"/a" * 10, *kinds, b"/b" * 10]  # by ASGI, which knows how to wait
    line.sendall(short(b"answer") + short(b"go on") + asked("/b"))
    said = read_until(line, b"/b" * 10)
    assert said.index(b"\r\n\r\nshort") < said.index(b"\r\n\r\ngo on") < said.index(b"/b/b")
    line.sendall(short(b"go on") + short(b"answer"))
    said = read_until(line, b"\r\n\r\nanswer")
    assert b"\r\n\r\ngo on" in said


async def test_a_server_that_stops_answers_what_was_asked_and_closes():
    protocol, line = connected(Answers())
    protocol.data_received(short(b"answer"))
    protocol.shutdown()
    assert not line.is_closing()
    assert (await line.answer()).headers["connection"] == "close"
    assert line.is_closing()


@pytest.mark.parametrize("wanted", [b"answer", b"go on"])
async def test_who_has_left_is_told_nothing(wanted):
    protocol, line = connected(Answers())
    protocol.data_received(short(wanted))
    protocol.connection_lost(None)
    await asyncio.sleep(0.05)
    assert (line.sent, protocol.server_state.tasks) == ([], set())
