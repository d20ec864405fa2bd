"""Ports for servers that are started only later, or once more: meanwhile nobody else gets them."""

import os
import socket
from itertools import cycle, islice
from typing import Final

# Below those that the kernel gives to whoever asks for any port, as every connection does.
_FIRST: Final = 20_000
_MANY: Final = 12_000
_APART: Final = 16  # between processes whose ids are neighbors
_BEGIN: Final = os.getpid() * _APART
_ports = cycle(_FIRST + (_BEGIN + n) % _MANY for n in range(_MANY))


def free_ports(count: int = 1) -> int:
    """The first of so many neighboring ports that nobody uses. None is given twice."""
    run: list[int] = []
    for port in islice(_ports, _MANY):
        if not _is_free(port):
            run = []
            continue
        run = [*run, port] if run and port == run[-1] + 1 else [port]
        if len(run) == count:
            return run[0]
    raise OSError("no free ports")


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
