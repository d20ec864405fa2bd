"""Drives a Spark cluster over a snapshot, as a process of its own: its session ends with it.

    python tests/points_api/engines/drive.py MASTER FOLDER DAY

Prints the number of each part as it comes, then the digest of all. Refusals are its last line.
"""

import sys
from datetime import date
from pathlib import Path

from points_api.engines import EngineUnavailable, engine_named
from points_api.engines.results import PartResults, digest_of
from points_api.settings import Settings
from points_api.snapshot.layout import SnapshotRefused, open_snapshot
from scoring.scorecard_files import in_force, shipped_scorecards


def main(master: str, folder: str, day: str) -> None:
    on = date.fromisoformat(day)
    engine = engine_named("spark", Settings(spark_master=master))
    results: list[PartResults] = []
    card = in_force(shipped_scorecards(), on)
    for part, made in engine.run(open_snapshot(Path(folder)), card, on, counted=True):
        assert made.counted is not None
        print(part.number, int(made.counted.sum()), flush=True)
        results.append(made)
    print(digest_of(results))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (EngineUnavailable, SnapshotRefused) as refused:
        print(f"{type(refused).__name__}: {refused}")
        sys.exit(1)
