"""One measured figure beside the ceiling of the same run, and how rows are printed."""

import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal, TypeVar

from rich.console import Console
from rich.table import Table

AT_ONCE = 16
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Row:
    """`value` and `ceiling` in `unit`; `ratio` is value by ceiling."""

    name: str
    value: float
    unit: str
    ceiling: float
    ratio: float
    target: str
    met: bool
    note: str = ""


def row(
    name: str,
    value: float,
    unit: str,
    ceiling: float,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    note: str = "",
) -> Row:
    """A row with its target: the ratio at least, or at most, the given number; else a report."""
    ratio = value / ceiling
    met = (at_least is None or ratio >= at_least) and (at_most is None or ratio <= at_most)
    limits = [f">= {at_least:g}"] if at_least is not None else []
    limits += [f"<= {at_most:g}"] if at_most is not None else []
    target = " ".join(limits) or "report"
    return Row(name, round(value, 3), unit, round(ceiling, 3), round(ratio, 3), target, met, note)


def interleaved(
    works: dict[str, Callable[[], object]], rounds: int, calls: int
) -> dict[str, float]:
    """Median seconds a call; candidates take turns, so that a drifting machine hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            start = time.perf_counter()
            for _ in range(calls):
                work()
            times[name].append((time.perf_counter() - start) / calls)
    return {name: statistics.median(taken) for name, taken in times.items()}


async def rate(work: Callable[[_T], Awaitable[None]], items: Sequence[_T]) -> float:
    """Items a second, `AT_ONCE` at a time."""
    left = iter(items)

    async def one_after_another() -> None:
        for item in left:
            await work(item)

    started = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(AT_ONCE):
            tasks.create_task(one_after_another())
    return len(items) / (time.perf_counter() - started)


def show(rows: list[Row], form: Literal["table", "json"]) -> None:
    """Print the rows: a table for people, or a JSON list and nothing else."""
    if form == "json":
        print(json.dumps([asdict(r) for r in rows], ensure_ascii=False))
        return
    table = Table(title="Benchmarks: ratio to the ceiling of the same run")
    for heading in ("name", "value", "ceiling", "unit", "ratio", "target", "met", "note"):
        table.add_column(heading)
    for r in rows:
        table.add_row(
            r.name, f"{r.value:g}", f"{r.ceiling:g}", r.unit, f"{r.ratio:.3f}", r.target,
            "yes" if r.met else "NO", r.note,
        )  # fmt: skip
    Console().print(table)
