"""`batch`: everybody's score with reasons from the snapshot, against DuckDB on the same files.

Ceilings: DuckDB merely scanning the same columns of the same Parquet; and a hand-written SQL of the
same scorecard reduced to sum, fade and caps. One process a run: it tells its seconds and its
greatest memory. A city of a tenth of the people shows that the cost grows linearly.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb

from benchmarks.rows import Row, row
from points_api.generate import generate
from points_api.snapshot.layout import open_snapshot
from scoring.columns import NEVER, OPEN, day_of
from scoring.scorecard import Levels, PerUnit, Rule, Scorecard
from scoring.scorecard_files import in_force, shipped_scorecards

PEOPLE, RECORDS = 2_400_000, 50_000_000
DAY = date(2026, 9, 30)
THREADS = 2
MOST_MEGABYTES = 1536


def run(small: bool) -> list[Row]:
    """Measure the pass, with and without the next change, and both ceilings, turn by turn."""
    people, records = (PEOPLE // 20, RECORDS // 20) if small else (PEOPLE, RECORDS)
    with tempfile.TemporaryDirectory(prefix="points-bench-") as name:
        large, tenth = Path(name) / "large", Path(name) / "tenth"
        started = perf_counter()
        generate(large, people, records, seed=1, format="snapshot", as_of=DAY)
        made = records / (perf_counter() - started)
        generate(tenth, people // 10, records // 10, seed=2, format="snapshot", as_of=DAY)
        taken = _measure(large, tenth, rounds=3 if small else 4)
    seconds = {what: statistics.median(t["seconds"] for t in runs) for what, runs in taken.items()}
    memory = max(t["megabytes"] for t in taken["pass"] + taken["ahead"])
    per_person = seconds["pass"] / people
    linear = seconds["ahead"] / seconds["tenth"]
    note = f"{people} people, {records} records"
    return [
        row("generate", made, "records/s", 300_000, at_least=1, note="points generate"),
        row("batch", seconds["pass"], "s", seconds["scan"], at_most=3, note=note),
        row("batch-ahead", seconds["ahead"], "s", seconds["scan"], at_most=3,
            note="with the next change of everybody"),
        row("batch-sql", seconds["sql"], "s", seconds["pass"], at_least=3,
            note=f"SQL reduced to sum, fade, caps; pass {per_person * 1e6:.2f} µs/person"),
        row("batch-memory", memory, "MB", MOST_MEGABYTES, at_most=1),
        row("batch-linear", linear, "x", 10, at_most=1.05, note="time at ten times the people"),
    ]  # fmt: skip


def _measure(large: Path, tenth: Path, rounds: int) -> dict[str, list[dict[str, float]]]:
    works = {
        "pass": ("pass", large), "scan": ("scan", large), "ahead": ("ahead", large),
        "sql": ("sql", large), "tenth": ("ahead", tenth),
    }  # fmt: skip
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, (work, folder) in works.items():
            command = [sys.executable, "-m", "benchmarks.batch_once", work, str(folder)]
            said = subprocess.run(command, check=True, capture_output=True, timeout=600).stdout
            taken[name].append(json.loads(said))
    return taken


def scan(folder: Path) -> object:
    """Read every value of the columns, and no more."""
    sums = "SELECT sum(COLUMNS(*)) FROM read_parquet(?)"
    return _duckdb().execute(sums, [_files(folder)]).fetchall()


def reduced_sql(folder: Path) -> int:
    """The scorecard reduced to sum, fade and caps as SQL; the sum of all scores."""
    card = in_force(shipped_scorecards(), DAY)
    client = _duckdb()
    prices = _prices(card, open_snapshot(folder).words.items, open_snapshot(folder).words.levels)
    client.execute(
        "CREATE TABLE price (item SMALLINT, level TINYINT, rule SMALLINT, dimension SMALLINT,"
        " points BIGINT, counts BOOLEAN, per BIGINT, hold INTEGER, fade INTEGER, cap BIGINT)"
    )
    client.executemany("INSERT INTO price VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", prices)
    client.execute("CREATE TABLE held (dimension SMALLINT, floor BIGINT, ceiling BIGINT)")
    held = [[n, d.floor, d.ceiling] for n, d in enumerate(card.dimensions)]
    client.executemany("INSERT INTO held VALUES (?, ?, ?)", held)
    [(total,)] = client.execute(
        _SQL, [_files(folder), card.base, card.minimum, card.maximum, day_of(DAY), OPEN]
    ).fetchall()
    return int(total)


_SQL = """
WITH records AS (SELECT * FROM read_parquet($1)),
weighed AS (
  SELECT person, rule, dimension, cap, points * CASE WHEN counts THEN quantity ELSE 1 END AS worth,
         CASE WHEN fade = 0 OR ended = $6 THEN 1
              ELSE least(greatest(ended + fade - $5, 0), fade - hold) END AS part,
         CASE WHEN fade = 0 OR ended = $6 THEN per ELSE per * (fade - hold) END AS whole
  FROM records JOIN price USING (item, level)
  WHERE occurred <= $5 AND until > $5
),
rules AS (
  SELECT person, dimension,
         trunc(least(greatest(sum(worth * part // whole), -any_value(cap)), any_value(cap)) / 100)
           * 100 AS points
  FROM weighed GROUP BY person, dimension, rule
),
dimensions AS (
  SELECT person, least(greatest(sum(points), any_value(floor)), any_value(ceiling)) AS points
  FROM rules JOIN held USING (dimension) GROUP BY person, dimension
),
scores AS (
  SELECT person, least(greatest($2 + sum(points), $3), $4) AS value FROM dimensions GROUP BY person
)
SELECT sum(value) FROM scores
"""
assert NEVER == OPEN


def _prices(card: Scorecard, items: tuple[str, ...], levels: tuple[str, ...]) -> list[list[Any]]:
    place = {dimension.id: n for n, dimension in enumerate(card.dimensions)}
    rows = []
    for at, rule in enumerate(card.rules):
        fade = (rule.fade.hold_days, rule.fade.end_days) if rule.fade else (0, 0)
        cap = 1_000_000 if rule.total_cap is None else rule.total_cap
        for item in rule.items:
            for level in range(-1, len(levels)):
                name = levels[level] if level >= 0 else "any"
                price = _price(rule, name)
                if price is not None:
                    points, counts, per = price
                    rows.append([
                        items.index(item), level, at, place[rule.dimension], rule.sign * points,
                        counts, per, *fade, cap,
                    ])  # fmt: skip
    return rows


def _price(rule: Rule, level: str) -> tuple[int, bool, int] | None:
    """Points, whether they count by quantity, and per how much of it."""
    match rule.pricing:
        case Levels(points):
            return (points[level], False, 1) if level in points else None
        case PerUnit(points, per):
            return (points, True, per) if level == "any" else None
    return (100, True, rule.scale) if level == "any" else None


def _duckdb() -> duckdb.DuckDBPyConnection:
    client = duckdb.connect()
    client.execute(f"SET threads = {THREADS}")
    return client


def _files(folder: Path) -> list[str]:
    snapshot = open_snapshot(folder)
    return [str(folder / part.files["records"]) for part in snapshot.parts]
