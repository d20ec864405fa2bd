"""A relay in a process of its own, to be killed: says `go` when the work begins.

It tries again without the long pauses and gives messages of the dead back soon, for time is short.
"""

import asyncio
import sys
from datetime import timedelta

from points_api.db import config
from points_api.settings import load
from points_api.webhooks import schedule
from points_api.webhooks.sending import Pace, http_client
from tests.points_api.webhooks.shop import push_of

PACE = Pace(try_seconds=0.4, lease=timedelta(seconds=1.2), idle_seconds=0.03)


async def main() -> None:
    """Push until killed."""
    pauses = (timedelta(0), *[timedelta(seconds=0.15)] * 400)
    vars(schedule).update(PAUSES=pauses, TRIES=len(pauses))
    async with config.open(load().database_url), http_client() as client:
        push = push_of(client, PACE, seats={})  # no scenario is needed, and none is waited for
        print("go", flush=True)
        await push.run()


if __name__ == "__main__":
    asyncio.run(main())
    sys.exit(1)
