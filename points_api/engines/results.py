"""What every engine does with a snapshot, and what it gives back for each part.

An engine only decides where and when a part is scored. What a part's results are stands here
once, in `score_part`, so engines cannot differ but by failing; `digest_of` proves it.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from points_api.snapshot.layout import PART_PEOPLE, Part, Snapshot
from scoring.batch import Pass
from scoring.scorecard import Scorecard

Item = TypeVar("Item")
Made = TypeVar("Made")


class EngineUnavailable(Exception):
    """The engine cannot run here; the message says what is missing and how to mend it."""


class PartResults(NamedTuple):
    """One row for each person of the part, in the order of its people file.

    Values and their meaning are those of `scoring.kernel.Results`. `counted` goes by the part's
    records: whether it is in force and some rule prices it; None: nobody asked for it.
    """

    number: NDArray[np.uint32]
    value: NDArray[np.int32]
    dimensions: NDArray[np.int32]  # persons, dimensions of the scorecard
    reasons: NDArray[np.int16]  # persons, TOP
    reason_points: NDArray[np.int64]  # persons, TOP
    next_change: NDArray[np.int32]
    holds_until: NDArray[np.int32]
    counted: NDArray[np.bool_] | None


Scored = tuple[Part, PartResults]


class Engine(Protocol):
    """Scores all parts of a snapshot and gives them back in their order."""

    def run(
        self,
        snapshot: Snapshot,
        card: Scorecard,
        on: date,
        look_ahead: bool = True,
        *,
        counted: bool = False,
    ) -> Iterator[Scored]:
        """Score everybody. Raises `SnapshotRefused` and `EngineUnavailable`.

        Without `look_ahead` nobody's next change is searched; `counted` is given when asked for.
        """


def score_part(
    snapshot: Snapshot, made: Pass, part: Part, on: date, look_ahead: bool, counted: bool
) -> PartResults:
    """The results of one part. Raises `SnapshotRefused` where a file of it is damaged."""
    number = snapshot.people(part).number
    columns = snapshot.columns(part)
    found = made.score(columns, PART_PEOPLE, on, first=part.first, look_ahead=look_ahead)
    at = number - np.uint32(part.first)
    return PartResults(
        number=number,
        value=found.value[at],
        dimensions=found.dimensions[at],
        reasons=found.reason[at],
        reason_points=found.reason_points[at],
        next_change=found.next_change[at],
        holds_until=found.holds_until[at],
        counted=found.counted if counted else None,
    )


def digest_of(parts: Iterable[PartResults]) -> str:
    """SHA-256 over the persons' rows, one after another, in the byte order of a file.

    The same whoever scored them and however they are parted; `counted`, which not everybody asks
    for, does not go in. The parts must come in the order of their persons.
    """
    sums = hashlib.sha256()
    for part in parts:
        sums.update(_rows(part).tobytes())
    return "sha256:" + sums.hexdigest()


def in_order(items: Iterable[Item], work: Callable[[Item], Made], workers: int) -> Iterator[Made]:
    """The work on all items in their order, by threads; no more than `workers` + 1 results exist.

    The next items begin while the caller is busy with a result, and none when the caller is slow.
    """
    waiting: deque[Future[Made]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for item in items:
                if len(waiting) < workers:
                    waiting.append(pool.submit(work, item))
                    continue
                ready = waiting.popleft().result()
                waiting.append(pool.submit(work, item))
                yield ready
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _rows(part: PartResults) -> NDArray[np.void]:
    arrays = {name: array for name, array in part._asdict().items() if name != "counted"}
    rows = np.empty(
        len(part.number),
        [(name, array.dtype.newbyteorder("<"), array.shape[1:]) for name, array in arrays.items()],
    )
    for name, array in arrays.items():
        rows[name] = array
    return rows
