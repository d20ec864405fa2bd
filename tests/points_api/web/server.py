"""An application on a port of loopback, for a browser; stopping it is what having no network is."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn


@dataclass
class Server:
    address: str
    stop: asyncio.Event


@asynccontextmanager
async def serving(app) -> AsyncIterator[Server]:
    """The application on a free port until the block ends or `stop` is set.

    No Date header: the tests' clock stands at a day of its own.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, lifespan="off", log_config=None, date_header=False)
    server, stop = uvicorn.Server(config), asyncio.Event()

    async def ended():
        await stop.wait()
        server.should_exit = server.force_exit = True

    running = asyncio.create_task(  # noqa: TID251 - a server beside the test, in no transaction
        server.serve(sockets=[listening])
    )
    ending = asyncio.create_task(ended())  # noqa: TID251 - as above
    try:
        yield Server(f"http://127.0.0.1:{listening.getsockname()[1]}", stop)
    finally:
        stop.set()
        await asyncio.gather(running, ending)
        listening.close()
