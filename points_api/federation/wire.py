"""The wire between cities, with somebody who reads along.

A tap stands at the address of a city that the directory lists, hands every byte on, both ways, and
keeps it. What was kept is searched for whom it is about: as it stands, and as whatever stands in
base64 or in escapes of JSON or of an address inside of it, and inside of that.
"""

import asyncio
import json
import re
from binascii import Error
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote_to_bytes

from interop import base64url
from interop.refusals import Malformed
from points_api.identifiers import id_number

_LOOPBACK: Final = "127.0.0.1"
_CHUNK: Final = 64 * 1024
_TOKEN: Final = re.compile(rb"[A-Za-z0-9_+/-]{16,}")
_ESCAPED: Final = re.compile(rb"(?:\\u[0-9A-Fa-f]{4})+")
_NUMBER: Final = re.compile(rb"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
_RECORD: Final = re.compile(rb'"(item|records?|dimensions?|occurred_on|contributions)"')
_CLOSING_SECONDS: Final = 2.0


@dataclass(slots=True)
class Tap:
    """Relays to a port of this machine. `crossed`: for each connection what went each way."""

    target: int
    crossed: list[bytearray] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _open: int = 0
    _none_open: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self) -> int:
        """Listen on a free port, which is returned."""
        self._server = await asyncio.start_server(self._relay, _LOOPBACK, 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        """Listen no more, and wait for the connections, which end with those who made them."""
        if self._server is not None:
            self._server.close()
        if self._open:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._none_open.wait(), _CLOSING_SECONDS)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        self._none_open.clear()
        try:
            there_reader, there_writer = await asyncio.open_connection(_LOOPBACK, self.target)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass(reader, there_writer))
                both.create_task(self._pass(there_reader, writer))
        except OSError:  # the city is not there: whoever asks is not answered
            writer.close()
        finally:
            self._open -= 1
            if not self._open:
                self._none_open.set()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kept = bytearray()
        self.crossed.append(kept)
        with suppress(OSError):  # one side has hung up
            while chunk := await reader.read(_CHUNK):
                kept += chunk
                writer.write(chunk)
                await writer.drain()
        writer.close()


def everything(crossed: Iterable[bytes]) -> list[bytes]:
    """All that crossed, and all that is written otherwise inside of it, and inside of that."""
    found = list(crossed)
    for one in found:  # which grows meanwhile
        plain = (_ESCAPED.sub(_unescaped, one), unquote_to_bytes(one))
        found += [text for text in plain if text != one]
        for token in _TOKEN.findall(one):
            text = token.decode().replace("+", "-").replace("/", "_")
            for part in (text, text[: len(text) // 4 * 4]):
                with suppress(Malformed, Error, ValueError):
                    found.append(base64url.decode(part))
    return found


def tells(crossed: Iterable[bytes], names: Iterable[str]) -> Iterator[str]:
    """What stands in there of a person: an ID number, one of these names, a record."""
    seen = everything(crossed)
    if any(_is_number(found) for one in seen for found in _NUMBER.findall(one)):
        yield "身份证号码 (an ID number)"
    if any(name.encode() in one for name in names for one in seen):
        yield "姓名 (a name)"
    if any(_RECORD.search(one) for one in seen):
        yield "信用记录 (a record)"


def _unescaped(found: re.Match[bytes]) -> bytes:
    text: str = json.loads(b'"%b"' % found[0])
    return text.encode("utf-8", "replace")


def _is_number(found: bytes) -> bool:
    return id_number.problem_of(found.decode("ascii")) is None
