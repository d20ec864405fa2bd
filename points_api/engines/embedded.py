"""The engine that needs nothing but this process: parts go through a pool of threads.

Reading, checking and the compiled pass all run without the interpreter's lock, so one thread per
core keeps every core busy; memory is that of a few parts, however many there are.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from points_api.engines.results import Scored, in_order, score_part
from points_api.snapshot.layout import Part, Snapshot
from scoring.batch import Pass
from scoring.scorecard import Scorecard


@dataclass(frozen=True, slots=True)
class Embedded:
    """`threads`: None is one per core."""

    threads: int | None = None

    def run(
        self,
        snapshot: Snapshot,
        card: Scorecard,
        on: date,
        look_ahead: bool = True,
        *,
        counted: bool = False,
    ) -> Iterator[Scored]:
        """Score everybody; at most one part more than there are threads is in memory."""
        made = Pass.of(card, snapshot.words)

        def scored(part: Part) -> Scored:
            return part, score_part(snapshot, made, part, on, look_ahead, counted)

        yield from in_order(snapshot.parts, scored, self.threads or os.cpu_count() or 1)
