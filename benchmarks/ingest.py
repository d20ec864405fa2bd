"""`ingest`: a million rows of an agency's file checked, and taken in, encrypted, into PostgreSQL.

Checking (a verdict per row) is held against the same engine merely parsing the file. Taking in is
held against COPY of the very rows that were accepted into the same table with its indexes and
foreign keys. The tenth of the rows is measured too, to show that the cost grows linearly, and the
process that takes in tells its greatest memory.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from time import perf_counter

import asyncpg
import numpy as np
import polars as pl

from benchmarks.rows import Row, row
from points_api.db.migrate import migrate
from points_api.deliveries import matching
from points_api.deliveries.blocks import Block
from points_api.deliveries.checks import Checked, Checker
from points_api.deliveries.matching import Match
from points_api.deliveries.pipeline import in_order
from points_api.deliveries.reading import Limits, open_tables
from points_api.generate.people import people_block
from scoring.catalog import Column
from scoring.catalog_files import shipped_catalog

ROWS = 1_000_000
ROWS_A_PERSON = 4
ITEM = "volunteer.hours"
MOST_MEGABYTES = 300


def run(small: bool) -> list[Row]:
    """Check and take in, large and a tenth of it."""
    rows = ROWS // 10 if small else ROWS
    with tempfile.TemporaryDirectory(prefix="points-bench-") as name:
        large, tenth = Path(name) / "large.csv", Path(name) / "tenth.csv"
        _write(large, rows, first=0)
        _write(tenth, rows // 10, first=rows)
        checked, parsed = _check(large, rounds=3 if small else 5)
        taken = asyncio.run(_take_in(large, tenth))
    linear = taken["large"]["seconds"] / taken["tenth"]["seconds"]
    return [
        row("ingest-check", rows / checked, "rows/s", rows / parsed, at_least=0.4),
        row(
            "ingest-store", taken["large"]["seconds"], "s", taken["large"]["copy"], at_most=4,
            note=f"{rows} rows; 10x the rows take {linear:.1f}x the time",
        ),
        row(
            "ingest-memory", taken["large"]["megabytes"], "MB", MOST_MEGABYTES, at_most=1,
            note=f"{taken['tenth']['megabytes']:.0f} MB for a tenth of the rows",
        ),
    ]  # fmt: skip


def _write(path: Path, rows: int, first: int) -> None:
    """A plain layout as an agency would send it; three rows in a hundred are spoiled."""
    item = shipped_catalog().in_force(date(2026, 6, 1))[ITEM]
    people = people_block(7, first, first + rows // ROWS_A_PERSON)
    numbers = np.repeat(np.array(people.id_numbers), ROWS_A_PERSON)
    random = np.random.default_rng(first)
    numbers = np.where(random.random(rows) < 0.03, "420200199001011231", numbers)
    days = pl.Series(random.integers(16_800, 20_500, rows)).cast(pl.Int32).cast(pl.Date)
    agency = shipped_catalog().agencies[item.agency]
    by_role = {
        "item": pl.lit(ITEM),
        "name": pl.Series(np.repeat(np.array(people.names), ROWS_A_PERSON)),
        "id_number": pl.Series(numbers.astype(str)),
        "document_no": pl.concat_str(pl.lit(f"志愿〔2026〕{first}-"), pl.int_range(rows)),
        "quantity": pl.Series(random.integers(1, 60, rows)).cast(pl.String),
        "source_name": pl.lit(agency.name),
        "source_code": pl.lit(agency.credit_code),
    }
    columns = []
    for column in item.layout.columns:
        if column.role in by_role:
            values = by_role[column.role]
            cell = values if isinstance(values, pl.Expr) else pl.lit(values)
        elif column.type == "date":
            cell = pl.lit(days.dt.to_string("%Y-%m-%d"))
        else:
            cell = pl.lit(column.values[0]) if column.values else _text(column, rows)
        columns.append(cell.alias(column.name))
    pl.select(pl.int_range(rows).alias("n")).select(columns).write_csv(path)


def _text(column: Column, rows: int) -> pl.Expr:
    if not column.required:
        return pl.lit("")
    return pl.concat_str(pl.lit(column.name), pl.int_range(rows) % 997)


def _check(path: Path, rounds: int) -> tuple[float, float]:
    """Median seconds to judge every row, and to parse the file with the same engine."""
    catalog = shipped_catalog()
    checked, parsed = [], []
    for _ in range(rounds):
        started = perf_counter()
        table, found = matching.match(open_tables(path, Limits()), catalog)
        blocks = table.blocks(found.header_rows, len(found.headings))
        judged = in_order(blocks, partial(_judge, found))
        refused = sum(len({v.row for v in block.verdicts()}) for block in judged)
        checked.append(perf_counter() - started)
        assert refused > 0, "the spoiled rows must be refused"
        started = perf_counter()
        pl.read_csv(path, infer_schema=False)
        parsed.append(perf_counter() - started)
    return statistics.median(checked), statistics.median(parsed)


def _judge(found: Match) -> Callable[[Block], Checked]:
    return Checker(found, shipped_catalog(), date(2026, 6, 1)).check


async def _take_in(large: Path, tenth: Path) -> dict[str, dict[str, float]]:
    server = os.environ["POINTS_TEST_POSTGRES"]
    results = {}
    for name, path in (("tenth", tenth), ("large", large)):
        database = f"bench_ingest_{name}"
        url = f"{server.rpartition('/')[0]}/{database}"
        admin = await asyncpg.connect(server)
        await admin.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        await admin.execute(f'CREATE DATABASE "{database}"')
        environment = os.environ | {"POINTS_DATABASE_URL": url, "POINTS_REDIS_URL": "memory://"}
        await migrate(url)
        command = [sys.executable, "-m", "benchmarks.ingest_once", str(path)]
        done = await asyncio.create_subprocess_exec(
            *command, env=environment, stdout=subprocess.PIPE
        )
        said, _ = await asyncio.wait_for(done.communicate(), 900)
        if done.returncode:
            raise SystemExit(f"taking in {path.name} failed")
        results[name] = json.loads(said) | {"copy": await _copy(url)}
        await admin.execute(f'DROP DATABASE "{database}" WITH (FORCE)')
        await admin.close()
    return results


async def _copy(url: str) -> float:
    """Seconds of COPY of all stored records into their own table, emptied before."""
    connection = await asyncpg.connect(url)
    with tempfile.NamedTemporaryFile(prefix="points-bench-") as file:
        await connection.copy_from_table("record", output=file.name, format="csv")
        taken = []
        for _ in range(2):
            await connection.execute("TRUNCATE record")
            started = perf_counter()
            await connection.copy_to_table("record", source=file.name, format="csv")
            taken.append(perf_counter() - started)
    await connection.close()
    return min(taken)
