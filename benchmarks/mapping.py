"""`mapping`: one score through a published table, against one array look-up.

The ceiling is the same call of a Python function that does nothing but look up a row whose place is
known already. A mapping starts from the score.
"""

from collections.abc import Sequence
from datetime import date

from benchmarks.rows import Row, interleaved, row
from interop import files
from interop.drafting import Order, draft
from interop.mapping import map_score
from interop.tables import Mapped

SCORES = 2000
DAY = date(2026, 1, 1)


def run(small: bool) -> list[Row]:
    """Map scores all over the scale of 0-1000 to that of Huangshi."""
    folder = files.load()
    source, target = folder.cities["fuzhou"], folder.cities["huangshi"]
    agreement = folder.between(source, target)
    assert agreement is not None
    table = draft(source, target, agreement, Order("bands", "bench", DAY, DAY, DAY)).table
    places = [n * 7919 % len(table.rows) for n in range(SCORES)]
    scores = [table.lowest + place * table.step for place in places]

    def mapped() -> None:
        for score in scores:
            map_score(table, score)

    def bare() -> None:
        for place in places:
            _look_up(table.rows, place)

    taken = interleaved({"mapped": mapped, "bare": bare}, 30 if small else 200, 5)
    nanos = {name: seconds / SCORES * 1e9 for name, seconds in taken.items()}
    return [row("mapping", nanos["mapped"], "ns/score", nanos["bare"], at_most=3)]


def _look_up(rows: Sequence[Mapped], place: int) -> Mapped:
    return rows[place]
