"""Reading along between two cities, and finding a person in what was read."""

import asyncio
import base64
import json
from urllib.parse import quote

import pytest

from points_api.federation.wire import Tap, everything, tells
from points_api.generate import person

NAME, ID_NUMBER = person(1, 7)


async def city(reader, writer):
    """Answers what it was sent, in capitals."""
    writer.write((await reader.readexactly(5)).upper())
    await writer.drain()
    writer.close()


async def test_a_tap_hands_on_every_byte_both_ways_and_keeps_it():
    server = await asyncio.start_server(city, "127.0.0.1", 0)
    tap = Tap(server.sockets[0].getsockname()[1])
    port = await tap.open()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"hello")
    assert await reader.read() == b"HELLO"
    writer.close()
    await tap.close()
    server.close()
    assert sorted(map(bytes, tap.crossed)) == [b"HELLO", b"hello"]


async def test_whoever_asks_a_city_that_is_down_is_hung_up_on():
    server = await asyncio.start_server(city, "127.0.0.1", 0)
    tap = Tap(server.sockets[0].getsockname()[1])
    server.close()
    await server.wait_closed()
    reader, writer = await asyncio.open_connection("127.0.0.1", await tap.open())
    assert await reader.read() == b""
    writer.close()
    await tap.close()


def inside(text):
    """Twice in base64, as a claim of a token in a body."""
    token = base64.urlsafe_b64encode(json.dumps({"sub": text}, ensure_ascii=False).encode())
    return base64.b64encode(b'{"statement": "x.%b.y"}' % token.rstrip(b"="))


TOLD = {
    "number": (ID_NUMBER.encode(), "ID number"),
    "number inside": (inside(ID_NUMBER), "ID number"),
    "number with a small x": (b'{"code": "11010519491231002x"}', "ID number"),
    "name": (f"visitor {NAME}".encode(), "a name"),
    "name in escapes of JSON": (json.dumps({"detail": NAME}).encode(), "a name"),
    "name in an address": (f"GET /v1/x?q={quote(NAME)} HTTP/1.1".encode(), "a name"),
    "name in escapes inside": (
        base64.b64encode(json.dumps([f"visitor {NAME}"]).encode()),
        "a name",
    ),
    "name inside": (inside(NAME), "a name"),
    "record": (b'{"item": "volunteer.hours"}', "a record"),
    "record inside": (base64.b64encode(b'{"occurred_on": "2026-01-01"}'), "a record"),
}


@pytest.mark.parametrize("case", TOLD)
def test_what_tells_of_a_person_is_found(case):
    crossed, found = TOLD[case]
    [told] = tells([b"POST / HTTP/1.1", crossed], [NAME])
    assert found in told


def test_what_tells_of_nobody_is_not():
    wrong = ID_NUMBER[:-1] + ("0" if ID_NUMBER[-1] != "0" else "1")
    said = json.dumps({"sub": "a" * 43, "band": "good", "nonce": wrong, "iat": 1_790_000_000})
    assert not list(tells([said.encode(), inside(said)], [NAME]))
    assert len(everything([inside(said)])) > 2
