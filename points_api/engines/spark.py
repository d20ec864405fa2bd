"""The same pass on a Spark cluster: one task scores one part, with the kernel of every engine.

A task reads its part's files itself, from a folder or store that all nodes see, and checks their
digests: a person's records lie in one file by the snapshot's layout, so nothing is shuffled and
nothing travels but results. A task that is lost with its node is done again elsewhere from the
same unchanging files, so the results are the same.

The driver asks for a few groups of parts at a time, as many parts in a group as the cluster has
cores, and gives the results on in order: what it holds depends on the cluster, not on the city.
This module needs the extra `spark`; `points_api.engines.engine_named` says so where it is missing.
"""

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from points_api.engines.results import (
    EngineUnavailable,
    PartResults,
    Scored,
    in_order,
    score_part,
)
from points_api.engines.stored import StoredSnapshot
from points_api.snapshot.layout import Part, Snapshot, SnapshotRefused
from scoring.batch import Pass
from scoring.kernel import TOP
from scoring.scorecard import Scorecard

_GROUPS: Final = 2  # in the cluster at a time, so that no core waits for the driver
_MOST_PARTS: Final = 128  # of a group: some 400 MB of results, below spark.driver.maxResultSize
_TYPES: Final[dict[str, type[np.generic]]] = {
    "number": np.uint32,
    "value": np.int32,
    "dimensions": np.int32,
    "reasons": np.int16,
    "reason_points": np.int64,
    "next_change": np.int32,
    "holds_until": np.int32,
    "counted": np.uint8,  # packed, eight in a byte
}
_SCHEMA: Final = pa.schema([("place", pa.int64()), *((name, pa.binary()) for name in _TYPES)])
_ROW: Final = ", ".join(["place long", *(f"{name} binary" for name in _TYPES)])
_MISSING: Final = re.compile(r"ModuleNotFoundError: No module named '([^']+)'")
_REFUSED: Final = re.compile(r"SnapshotRefused: (.+)")


@dataclass(frozen=True, slots=True)
class Spark:
    """`folder`: where the cluster finds the snapshot's files, a path or `s3://…`; "": as here.

    `session`: one that is open and stays so; None: one for each run.
    """

    master: str
    folder: str = ""
    session: SparkSession | None = None

    def run(
        self,
        snapshot: Snapshot,
        card: Scorecard,
        on: date,
        look_ahead: bool = True,
        *,
        counted: bool = False,
    ) -> Iterator[Scored]:
        """Score everybody, as many parts at a time as the cluster has cores."""
        made = Pass.of(card, snapshot.words)
        folder = self.folder or str(snapshot.folder.resolve())
        given = nullcontext(self.session) if self.session else opened(self.master)
        with given as session:

            def scored(parts: tuple[Part, ...]) -> list[Scored]:
                group = snapshot.manifest.model_copy(update={"parts": parts})
                seen = StoredSnapshot(Path(folder), group, folder)
                work = _Work(seen, made, on, look_ahead, counted)
                return _collected(session, work)

            groups = _groups(snapshot.parts, lambda: session.sparkContext.defaultParallelism)
            for group in in_order(groups, scored, _GROUPS):
                yield from group


class _Work(NamedTuple):
    """What goes to the executors."""

    snapshot: StoredSnapshot
    made: Pass
    on: date
    look_ahead: bool
    counted: bool

    def rows(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """One row for each place of a part among the snapshot's parts; its arrays as bytes.

        Rows of persons would be copied value by value three times on their way.
        """
        for place in (place for batch in batches for place in batch.column(0).to_pylist()):
            part = self.snapshot.parts[place]
            made = score_part(
                self.snapshot, self.made, part, self.on, self.look_ahead, self.counted
            )
            row = {name: _packed(array) for name, array in made._asdict().items()}
            yield pa.RecordBatch.from_pylist([{"place": place, **row}], schema=_SCHEMA)


@contextmanager
def opened(master: str) -> Iterator[SparkSession]:
    """A session that ends with the block. Raises `EngineUnavailable`.

    Everything but the master comes from Spark's own configuration (`SPARK_CONF_DIR`).
    """
    builder = SparkSession.Builder().master(master).appName("huangshi-credit-points")
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    if master.startswith("local"):
        # All within this machine: the same Python, and no port that others can reach.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = builder.config("spark.ui.enabled", "false")
        for name in ("spark.driver.host", "spark.driver.bindAddress"):
            builder = builder.config(name, "127.0.0.1")
    try:
        session = builder.getOrCreate()
    except (PySparkException, Py4JError) as error:
        raise EngineUnavailable(
            "Spark 无法启动：请检查 Java 17 和 POINTS_SPARK_MASTER (Spark does not start; it "
            f"needs Java 17 and a master that answers: POINTS_SPARK_MASTER={master})"
        ) from error
    try:
        yield session
    finally:
        session.stop()


def _groups(parts: tuple[Part, ...], cores: Callable[[], int]) -> Iterator[tuple[Part, ...]]:
    """Groups in order; a cluster that grows or shrinks meanwhile gets larger or smaller ones."""
    at = 0
    while at < len(parts):
        end = at + min(max(cores(), 1), _MOST_PARTS)
        yield parts[at:end]
        at = end


def _collected(session: SparkSession, work: _Work) -> list[Scored]:
    parts = work.snapshot.parts
    places = session.range(0, len(parts), 1, len(parts))  # one place is one task
    try:
        table = places.mapInArrow(work.rows, _ROW).toArrow()
    except PySparkException as error:
        raise (_told(str(error)) or error) from error
    dimensions = len(work.made.card.dimensions)
    found: dict[int, Scored] = {}
    for row in table.to_batches(max_chunksize=1):
        content = {name: row.column(name)[0].as_buffer() for name in _TYPES}
        part = parts[row.column("place")[0].as_py()]
        found[part.number] = part, _results(content, part.records, dimensions)
    return [found[part.number] for part in parts]


def _packed(array: NDArray[Any] | None) -> bytes | None:
    if array is None:
        return None
    return (np.packbits(array) if array.dtype == np.bool_ else array).tobytes()


def _results(content: Mapping[str, Any], records: int, dimensions: int) -> PartResults:
    """The arrays of a part; they look into the bytes that came."""
    arrays: dict[str, Any] = {
        name: np.frombuffer(content[name], dtype)
        for name, dtype in _TYPES.items()
        if content[name] is not None
    }
    if "counted" in arrays:
        arrays["counted"] = np.unpackbits(arrays["counted"], count=records).view(np.bool_)
    widths = {"dimensions": dimensions, "reasons": TOP, "reason_points": TOP}
    for name, width in widths.items():
        arrays[name] = arrays[name].reshape(-1, width)
    return PartResults(**{"counted": None, **arrays})


def _told(message: str) -> Exception | None:
    """What the executor's own words mean here; None: Spark's message is all there is."""
    if found := _REFUSED.search(message):
        return SnapshotRefused(found[1])
    if found := _MISSING.search(message):
        return EngineUnavailable(
            f"Spark 的执行节点缺少 {found[1]}：请用同一镜像，见 docs/spark.md (the executors lack "
            f"{found[1]}: give them the driver's packages, see docs/spark.md)"
        )
    return None
