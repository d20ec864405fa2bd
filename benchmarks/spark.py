"""`spark`: the whole-city pass on Spark, on the cores of this machine, beside the embedded engine.

Both score the same snapshot with the same kernel and must give the same digest, so the difference
is what it costs to let Spark hand out the parts and bring the results back. The start, some seconds
of Java and of Python, is told apart: a cluster pays it once, whatever the size of the city.
"""

import os
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import perf_counter

from benchmarks.rows import Row, interleaved, row
from points_api.engines.embedded import Embedded
from points_api.engines.results import Engine, digest_of
from points_api.engines.spark import Spark, opened
from points_api.generate import generate
from points_api.snapshot.layout import Snapshot, open_snapshot
from scoring.scorecard_files import in_force, shipped_scorecards

PEOPLE, RECORDS = 2_400_000, 50_000_000
DAY = date(2026, 9, 30)


def run(small: bool) -> list[Row]:
    """Score a synthetic city by turns with both engines."""
    people, records = (PEOPLE // 10, RECORDS // 10) if small else (PEOPLE, RECORDS)
    with tempfile.TemporaryDirectory(prefix="points-bench-") as name:
        folder = Path(name) / "snapshot"
        generate(folder, people, records, seed=1, format="snapshot", as_of=DAY)
        return [_measure(open_snapshot(folder), rounds=3 if small else 1)]


def _measure(snapshot: Snapshot, rounds: int) -> Row:
    cores = os.cpu_count() or 1
    begun = perf_counter()
    with opened(f"local[{cores}]") as session:
        digests: set[str] = set()
        spark = _scoring(Spark(f"local[{cores}]", session=session), snapshot, digests)
        embedded = _scoring(Embedded(cores), snapshot, digests)
        first = snapshot.manifest.model_copy(update={"parts": snapshot.parts[:cores]})
        _scoring(Spark("", session=session), Snapshot(snapshot.folder, first), set())()
        start = perf_counter() - begun
        taken = interleaved({"embedded": embedded, "spark": spark}, rounds, calls=1)
    assert len(digests) == 1, "the engines differ"
    people, parts = sum(part.people for part in snapshot.parts), len(snapshot.parts)
    overhead = (taken["spark"] - taken["embedded"]) * cores / parts
    note = f"{people} people, {parts} parts; start {start:.1f} s, {overhead:.3f} s/task more"
    value, ceiling = (people / taken[name] for name in ("spark", "embedded"))
    return row("spark", value, "people/s", ceiling, note=note)


def _scoring(engine: Engine, snapshot: Snapshot, digests: set[str]) -> Callable[[], None]:
    card = in_force(shipped_scorecards(), DAY)

    def work() -> None:
        scored = engine.run(snapshot, card, DAY, look_ahead=False)
        digests.add(digest_of(results for _, results in scored))

    return work
