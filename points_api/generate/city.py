"""Generate a synthetic city into a folder: block after block of people, so that memory stays flat.

The same arguments give the same bytes: every draw comes from the seed and the block, every habit
and name from the catalog, no clock and no hash order is asked.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from points_api.generate.agency_files import AgencyFiles
from points_api.generate.facts import Counters, Facts, Window, draw_facts
from points_api.generate.manifest import Summary, totals, write_manifest, write_spoiled
from points_api.generate.people import (
    HUANGSHI,
    People,
    capacity,
    day_number,
    people_block,
    prefixes_of,
)
from points_api.generate.plan import Plan, first_day, make_plan
from points_api.generate.resending import resend
from points_api.generate.snapshot import Snapshot
from points_api.generate.snapshot_parts import SnapshotParts
from scoring.catalog import Catalog
from scoring.catalog_files import shipped_catalog

Format = Literal["csv", "xlsx", "parquet", "snapshot"]
Progress = Callable[[int, int], None]  # records so far, records in all

USUAL_RECORDS = 20  # per person
BLOCK_PEOPLE = 50_000
BLOCK_RECORDS = 1_500_000


@dataclass(frozen=True)
class Order:
    """What city to make; see `generate`."""

    people: int
    records: int
    seed: int
    format: Format
    as_of: date
    spoil: float
    division: str = HUANGSHI


def generate(
    folder: Path, people: int, records: int | None = None, seed: int = 1,
    format: Format = "csv", as_of: date = date(2026, 9, 30), spoil: float = 0.0,  # noqa: A002
    progress: Progress | None = None,
) -> Summary:  # fmt: skip
    """Write a city into a new or empty folder.

    `records` (20 a person unless given) is the number of data rows before repeats; a share `spoil`
    of them is spoiled on purpose and listed in `spoiled.csv`. With `parquet` there are no agency
    files but one data set for batch engines, with `snapshot` what `points snapshot` would make.
    ValueError names the argument and the mend.
    """
    total = people * USUAL_RECORDS if records is None else records
    order = Order(people, total, seed, format, as_of, spoil)
    return generate_city(folder, order, shipped_catalog(), progress)


def generate_city(
    folder: Path, order: Order, catalog: Catalog, progress: Progress | None = None
) -> Summary:
    """The same for any city and catalog."""
    _check(folder, order)
    plan = make_plan(catalog, order.as_of)
    folder.mkdir(parents=True, exist_ok=True)
    if order.format == "snapshot":  # has a manifest of its own
        parts = SnapshotParts(folder, plan, order.seed, order.as_of)
        return _write_columns(parts, folder, order, plan, progress)
    if order.format == "parquet":
        summary = _write_columns(Snapshot(folder, plan), folder, order, plan, progress)
    else:
        summary = _write_files(folder, order, plan, progress)
    settings = {
        "seed": order.seed,
        "format": order.format,
        "as_of": order.as_of.isoformat(),
        "edition": catalog.edition,
        "catalog": catalog.digest,
    }
    write_manifest(summary, settings)
    return summary


def _check(folder: Path, order: Order) -> None:
    most, formats = capacity(len(prefixes_of(order.division))), ", ".join(get_args(Format))
    refusals = {
        f"format: 只能是 {formats} (choose one of them, not {order.format})": (
            order.format not in get_args(Format)
        ),
        f"people: 测试身份证号够 1 到 {most:,} 人用，请改人数 (from 1 to {most:,}: mend it)": (
            not 1 <= order.people <= most
        ),
        "records: 不能小于 0，请改记录数 (0 or more: mend it)": order.records < 0,
        "seed: 不能小于 0，请改种子 (0 or more: mend it)": order.seed < 0,
        "spoil: 应为 0 到 1 的比例 (a share from 0 to 1: mend it)": not 0 <= order.spoil <= 1,
        "spoil: 只有单位报送的文件才有错行，请用 csv 或 xlsx (agency files only: csv or xlsx)": (
            order.spoil > 0 and order.format in ("parquet", "snapshot")
        ),
        f"{folder}: 已有内容，请换一个新的或空的文件夹 (not empty: choose another folder)": (
            folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
        ),
    }
    for words, refused in refusals.items():
        if refused:
            raise ValueError(words)


def _write_files(folder: Path, order: Order, plan: Plan, progress: Progress | None) -> Summary:
    only_excel = order.format == "xlsx"
    files = AgencyFiles(folder, plan, order.records, order.as_of, only_excel=only_excel)
    for n, (people, facts) in enumerate(_blocks(order, plan, progress)):
        changes = np.random.default_rng([order.seed, 2, n])
        files.write_block(people, facts, changes.random(len(facts.person), dtype=np.float32))
    entries = files.close()
    repeats, again = resend(folder, entries, files.spoiled, plan.catalog)
    entries += repeats
    write_spoiled(folder, [*files.spoiled, *again])
    new, rows, spoiled = totals(entries)
    return Summary(folder, order.seed, order.people, new, rows, spoiled, tuple(entries))


def _write_columns(
    files: Snapshot | SnapshotParts, folder: Path, order: Order, plan: Plan,
    progress: Progress | None,
) -> Summary:  # fmt: skip
    for people, facts in _blocks(order, plan, progress):
        files.write_block(people, facts)
    entries = files.close()
    new, rows, _ = totals(entries)
    return Summary(folder, order.seed, order.people, new, rows, 0, tuple(entries))


def _blocks(order: Order, plan: Plan, progress: Progress | None) -> Iterator[tuple[People, Facts]]:
    """The city in blocks of people; their records add up to exactly the number ordered."""
    window = Window(first_day(order.as_of), day_number(order.as_of))
    counters = Counters(np.zeros(len(plan.items), dtype=np.int64))
    most = BLOCK_RECORDS * order.people // max(order.records, 1)
    size = max(1, min(BLOCK_PEOPLE, most))
    for n, start in enumerate(range(0, order.people, size)):
        stop = min(start + size, order.people)
        before = order.records * start // order.people
        after = order.records * stop // order.people
        people = people_block(order.seed, start, stop, order.division)
        rng = np.random.default_rng([order.seed, 1, n])
        yield (
            people,
            draw_facts(plan, people, after - before, window, counters, rng, order.spoil),
        )
        if progress is not None:
            progress(after, order.records)
