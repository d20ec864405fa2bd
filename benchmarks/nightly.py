"""`nightly`: the night in which one score in twenty changes, end to end, on PostgreSQL.

The database is filled as it stands in the evening: everybody in the snapshot has joined, agreed and
been scored for that day. Then the run of a later day stores what differs, with history, audit
entry and outbox row. The ceiling, in the same process: the bare pass over everybody, and COPY of
the very rows that the run has written, back into the tables that they were taken out of.
"""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from uuid import UUID

import asyncpg
import numpy as np

from benchmarks.rows import Row, row
from points_api import clock
from points_api.cache import Cache
from points_api.city import City, load_city
from points_api.consents import notice
from points_api.consents.service import JOINING
from points_api.db import config
from points_api.db.migrate import migrate
from points_api.engines.embedded import Embedded
from points_api.generate import generate
from points_api.jobs.alone import alone
from points_api.jobs.due import Computed, Due
from points_api.jobs.nightly import Rescored
from points_api.jobs.whole_city import rescore_from
from points_api.scores.service import Scores
from points_api.snapshot.layout import People, open_snapshot, publish, with_people
from scoring.batch import Pass
from scoring.columns import NEVER, day_of

PEOPLE, RECORDS = 2_400_000, 50_000_000
EVENING = date(2026, 9, 30)
CHANGED = 0.05
WRITTEN = {
    "score": "SELECT * FROM score WHERE computed_at = $1",
    "score_history": "SELECT * FROM score_history WHERE known_at = $1",
    "audit_entry": "SELECT * FROM audit_entry WHERE at = $1",
    "outbox_event": "SELECT * FROM outbox_event WHERE created_at = $1",
}


def run(small: bool) -> list[Row]:
    """Fill, run the night, and measure the ceiling."""
    people, records = (PEOPLE // 20, RECORDS // 20) if small else (PEOPLE, RECORDS)
    with tempfile.TemporaryDirectory(prefix="points-bench-") as name:
        folder = Path(name) / "snapshot"
        generate(folder, people, records, seed=1, format="snapshot", as_of=EVENING)
        night = asyncio.run(_measure(folder))
    note = (
        f"{night.people} people, {night.changed} scores changed; "
        f"pass {night.bare:.1f} s, COPY {night.copy:.1f} s"
    )
    return [row("nightly", night.seconds, "s", night.bare + night.copy, at_most=2, note=note)]


@dataclass(frozen=True, slots=True)
class Night:
    """Seconds of the run, of the bare pass and of COPY."""

    people: int
    changed: int
    seconds: float
    bare: float
    copy: float


async def _measure(folder: Path) -> Night:
    city = load_city()
    async with database("bench_nightly") as url, config.open(url):
        connection = await asyncpg.connect(url)
        later = await fill(connection, folder, city)
        day = datetime.combine(later, time(0, 10), clock.LEGAL_ZONE).astimezone(UTC)
        cache = Cache.from_url(os.environ["POINTS_TEST_REDIS"], prefix="bench:")
        _bare_pass(folder, city, later)  # what a process does once is done before the clock runs
        with clock.fixed(day):
            started = perf_counter()
            done = await _night(Scores(city, cache), folder)
            seconds = perf_counter() - started
        await cache.aclose()
        bare = _bare_pass(folder, city, later)
        copy = await _copy(connection, day)
        await connection.close()
    return Night(done.people, done.changed, seconds, bare, copy)


async def _night(scores: Scores, folder: Path) -> Rescored:
    async with alone("nightly") as fence:
        snapshot = open_snapshot(folder)
        notices = notice.load("huangshi")
        return await rescore_from(snapshot, Embedded(), scores, notices, fence)


def _bare_pass(folder: Path, city: City, on: date) -> float:
    started = perf_counter()
    for _ in Embedded().run(open_snapshot(folder), city.scorecard(on), on, look_ahead=False):
        pass
    return perf_counter() - started


async def _copy(connection: asyncpg.Connection, day: datetime) -> float:
    """Seconds of COPY of what the run has written, taken out of the tables before."""
    seconds = 0.0
    with tempfile.TemporaryDirectory(prefix="points-bench-") as name:
        for table, query in WRITTEN.items():
            file = Path(name) / table
            await connection.copy_from_query(query, day, output=str(file), format="csv")
            await connection.execute(query.replace("SELECT *", "DELETE"), day)
            started = perf_counter()
            await connection.copy_to_table(table, source=str(file), format="csv")
            seconds += perf_counter() - started
    return seconds


@asynccontextmanager
async def database(name: str) -> AsyncIterator[str]:
    """The url of a new database, which is dropped at the end."""
    server = os.environ["POINTS_TEST_POSTGRES"]
    url = f"{server.rpartition('/')[0]}/{name}"
    admin = await asyncpg.connect(server)
    await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await admin.execute(f"CREATE DATABASE {name}")
    try:
        await migrate(url)
        yield url
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


async def fill(connection: asyncpg.Connection, folder: Path, city: City) -> date:
    """Put everybody into the database, scored; the day on which `CHANGED` of them are due."""
    snapshot = open_snapshot(folder)
    card = city.scorecard(EVENING)
    manifest = snapshot.manifest.model_copy(update={"scorecards": (card.version,)})
    due = Due(city, type(snapshot)(folder, manifest), Pass.of(card, snapshot.words), EVENING)
    ends: list[np.ndarray] = []
    version = notice.load("huangshi").current(EVENING).version
    for part in snapshot.parts:
        people = snapshot.people(part)
        everybody = np.arange(len(people.number))
        computed = list(due.computed(part, people, everybody))
        await _insert(connection, computed, version)
        fresh = _scored(people, computed)
        ends.append(fresh.stale)
        manifest = manifest.with_parts(with_people(snapshot, part, fresh, "evening"))
    publish(folder, manifest)
    await connection.execute("ANALYZE")
    days = np.sort(np.concatenate(ends))
    return EVENING + timedelta(days=int(days[int(len(days) * CHANGED)]) - day_of(EVENING))


def _scored(people: People, computed: list[Computed]) -> People:
    ends = [one.score.stale_on for one in computed]
    return people._replace(
        value=np.array([one.score.value for one in computed], np.int32),
        stale=np.array([NEVER if end is None else day_of(end) for end in ends], np.int32),
        card=np.zeros(len(computed), np.int16),
    )


async def _insert(connection: asyncpg.Connection, computed: list[Computed], version: str) -> None:
    now = datetime(2026, 9, 30, 12, tzinfo=UTC)
    until = now + timedelta(days=700)
    own: list[tuple[Computed, UUID, UUID, UUID]] = []
    for one in computed:
        number = one.person_id.int
        own.append((one, UUID(int=number ^ 1), UUID(int=number ^ 2), UUID(int=number ^ 3)))
    tables: dict[str, Iterator[tuple[object, ...]]] = {
        "person": (
            (one.person_id, one.person_id.bytes, b"-", b"-", now, one.revision)
            for one, *_ in own
        ),
        "resident": ((resident, resident.bytes, b"-", now) for _, resident, *_ in own),
        "enrollment": (
            (enrollment, resident, one.person_id, None, version, now, None)
            for one, resident, enrollment, _ in own
        ),
        "consent": (
            (consent, resident, JOINING, "bench", "[]", version, "bench", now, until, None)
            for _, resident, _, consent in own
        ),
        "score": (
            (
                resident, enrollment, one.person_id, one.score.value, "good", one.score.base,
                json.dumps(dict(one.score.dimensions)), one.score.scorecard, one.score.as_of,
                one.score.records_digest, one.score.stale_on, one.score.next_change_on, 1, now,
            )
            for one, resident, enrollment, _ in own
        ),
    }  # fmt: skip
    columns = {
        "person": ("id", "id_index", "id_number", "name", "created_at", "revision"),
        "resident": ("id", "openid_index", "openid", "created_at"),
        "enrollment": (
            "id", "resident_id", "person_id", "phone", "notice_version", "joined_at", "left_at",
        ),
        "consent": (
            "id", "resident_id", "purpose", "recipient", "data_kinds", "notice_version", "channel",
            "granted_at", "expires_at", "withdrawn_at",
        ),
        "score": (
            "resident_id", "enrollment_id", "person_id", "value", "band", "base", "dimensions",
            "scorecard", "as_of", "records_digest", "stale_on", "next_change_on", "version",
            "computed_at",
        ),
    }  # fmt: skip
    for table, rows in tables.items():
        await connection.copy_records_to_table(table, records=rows, columns=columns[table])
