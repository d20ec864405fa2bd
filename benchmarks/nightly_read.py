"""`nightly-read`: p99 of `GET /v1/me/score` while the nightly run is at it, against without it.

The server on one core, the load on the other, the run a process of its own that gives way to both.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import count, islice
from pathlib import Path

import asyncpg
import uvloop

from benchmarks.nightly import EVENING, PEOPLE, RECORDS, database, fill
from benchmarks.rows import Row, row
from benchmarks.score_read import join
from benchmarks.serving import latency, serving
from points_api.city import load_city
from points_api.generate import generate
from points_api.jobs.processes import NICE

RESIDENTS = 100
CONNECTIONS = 8


def run(small: bool) -> list[Row]:
    """Turn by turn without and with the run; the run is begun anew for a later day each time."""
    people, records = (PEOPLE // 20, RECORDS // 20) if small else (PEOPLE // 4, RECORDS // 4)
    with tempfile.TemporaryDirectory(prefix="points-bench-") as name:
        folder = Path(name)
        generate(folder / "snapshot", people, records, seed=1, format="snapshot", as_of=EVENING)
        alone, beside, during = uvloop.run(_measure(folder))
    note = f"{people} people; the run took {during:.1f} s beside the load"
    return [row("nightly-read p99", beside, "ms", alone, at_most=2, note=note)]


async def _measure(folder: Path) -> tuple[float, float, float]:
    async with database("bench_nightly_read") as url:
        connection = await asyncpg.connect(url)
        later = await fill(connection, folder / "snapshot", load_city())
        await connection.close()
        return _under_load(folder, url, later)


def _under_load(folder: Path, url: str, later: date) -> tuple[float, float, float]:
    environment = {
        "POINTS_DATABASE_URL": url, "POINTS_REDIS_URL": os.environ["POINTS_TEST_REDIS"],
        "POINTS_SNAPSHOT_DIR": str(folder / "snapshot"),
    }  # fmt: skip
    with serving(environment, folder / "product.log") as address:
        tokens = folder / "tokens"
        joined = filter(None, (join(address, n) for n in count(1)))
        tokens.write_text("\n".join(islice(joined, RESIDENTS)))
        path = address + "/v1/me/score"
        latency(path, tokens, 2, CONNECTIONS)
        alone = latency(path, tokens, 8, CONNECTIONS)
        started = time.perf_counter()
        with _night(environment, later) as process:
            beside = latency(path, tokens, 8, CONNECTIONS)
            while process.poll() is None:
                beside = max(beside, latency(path, tokens, 4, CONNECTIONS))
        return alone, beside, time.perf_counter() - started


@contextmanager
def _night(environment: dict[str, str], day: date) -> Iterator[subprocess.Popen[bytes]]:
    # As the process of `points jobs` does by itself.
    way = ["nice", "-n", str(NICE)]
    command = [*way, sys.executable, "-m", "points_api", "rescore", "--as-of", day.isoformat()]
    process = subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        yield process
        said, wrong = process.communicate(timeout=600)
        if process.returncode or not re.search(rb"\d", said):
            raise SystemExit(f"the run failed:\n{wrong.decode()}")
    finally:
        process.kill()
        process.wait(timeout=20)
