"""One night in a process of its own, to be killed: says `go` when the work begins, `done` after."""

import asyncio
import sys
from datetime import datetime

from points_api import clock
from points_api.composition import composed
from points_api.engines.embedded import Embedded
from points_api.jobs.whole_city import rescore_by
from points_api.settings import load


async def main(at: str) -> None:
    """Rescore as of an instant, one person a transaction."""
    with clock.fixed(datetime.fromisoformat(at)):
        async with composed(load()) as parts:
            print("go", flush=True)
            await rescore_by(Embedded(1), parts, batch=1)
    print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
