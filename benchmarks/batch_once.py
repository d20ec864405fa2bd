"""One pass over a snapshot in a process of its own, which tells its time and its greatest memory.

What a process does once (importing, loading the compiled pass from its cache) is done before the
clock runs, for DuckDB as for us.
"""

import json
import sys
from pathlib import Path
from time import perf_counter

from benchmarks.batch import DAY, THREADS, reduced_sql, scan
from points_api.engines.embedded import Embedded
from points_api.snapshot.layout import open_snapshot
from scoring.batch import Pass
from scoring.columns import columns_of
from scoring.scorecard_files import in_force, shipped_scorecards


def the_pass(folder: Path, *, look_ahead: bool) -> int:
    """The sum of all scores."""
    card = in_force(shipped_scorecards(), DAY)
    snapshot = open_snapshot(folder)
    total = 0
    for _, results in Embedded(threads=THREADS).run(snapshot, card, DAY, look_ahead=look_ahead):
        total += int(results.value.sum())
    return total


def main(work: str, folder: Path) -> dict[str, float]:
    """Do the named work once."""
    if work in ("pass", "ahead"):
        words = open_snapshot(folder).words
        Pass.of(in_force(shipped_scorecards(), DAY), words).score(columns_of([()], words), 1, DAY)
    started = perf_counter()
    if work in ("pass", "ahead"):
        the_pass(folder, look_ahead=work == "ahead")
    else:
        {"scan": scan, "sql": reduced_sql}[work](folder)
    seconds = perf_counter() - started
    [peak] = [
        line.split()[1]
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmHWM")
    ]
    return {"seconds": seconds, "megabytes": int(peak) / 1024}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))
