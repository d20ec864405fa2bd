"""One file taken in by a process of its own, which tells its time and its greatest memory."""

import asyncio
import json
import sys
from pathlib import Path
from time import perf_counter

from points_api.composition import composed
from points_api.settings import load


async def main(path: Path) -> dict[str, float]:
    """Take the file in. The schema is there already, as it is where an agency's file comes in."""
    async with composed(load()) as parts:
        started = perf_counter()
        outcome = await parts.deliveries.ingest(path)
        seconds = perf_counter() - started
    assert outcome.accepted > 0.9 * outcome.total, outcome
    # Not getrusage: its peak would be that of the process which started this one.
    status = await asyncio.to_thread(Path("/proc/self/status").read_text)
    [peak] = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return {"seconds": seconds, "megabytes": int(peak) / 1024}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(Path(sys.argv[1])))))
