"""A process that takes a file in and is killed on the way: `… URL FILE MOMENT LAST_ROW`."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from points_api.crypto.keyring import Keyring
from points_api.db import config
from points_api.deliveries.reading import Limits
from points_api.deliveries.service import Deliveries
from points_api.settings import load
from tests.points_api.deliveries.sheets import CATALOG

MOMENTS = ("first block", "third block", "all rows staged", "all but the commit")


def die(*_args):
    os.kill(os.getpid(), signal.SIGKILL)


async def dying(*_args):
    die()


async def main(url, file, moment, last):
    seen = []

    def progress(row):
        seen.append(row)
        if len(seen) == {"first block": 1, "third block": 3}.get(moment):
            die()
        if row == int(last) and moment == "all rows staged":
            die()

    keyring = Keyring.from_settings(load())
    deliveries = Deliveries(CATALOG, keyring, dying, Limits(block=16 * 1024))
    async with config.open(url):
        await deliveries.ingest(Path(file), progress=progress)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
