"""`record-to-score`: from a checked record until the resident's new score is readable everywhere.

In the product that is one transaction (lock the person, read the records, score, write record,
score, history, audit entry and outbox row) and telling Redis. The ceiling is the bare minimum: one
committed UPDATE, one indexed fetch of the person's records, one SET of a body of the same size.
"""

import os
import statistics
from collections.abc import Awaitable
from dataclasses import replace
from datetime import date, timedelta
from time import perf_counter

import asyncpg
import uvloop
from redis.asyncio import Redis

from benchmarks.rows import Row, row
from points_api import clock
from points_api.cache import Cache
from points_api.city import load_city
from points_api.db import config
from points_api.db.migrate import migrate
from points_api.records.service import Incoming, accept
from points_api.residents.membership import Member
from points_api.residents.models import Enrollment, Person, Resident
from points_api.scores.service import Scores

PEOPLE = 40
RECORDS = 20
ITEMS = ("water.months", "power.months", "volunteer.hours", "blood.donation", "honor.good_person")
UNIT = "11420200MB1234567X"


def run(small: bool) -> list[Row]:
    """p50 and p99 of the way, and of the bare minimum in the same rounds."""
    product, bare = uvloop.run(_measure(rounds=4 if small else 25))
    rows = []
    for name, share, most in (("p50", 0.50, 3), ("p99", 0.99, 6)):
        value, ceiling = (_quantile(taken, share) * 1000 for taken in (product, bare))
        rows.append(row(f"record-to-score {name}", value, "ms", ceiling, at_most=most))
    return rows


async def _measure(rounds: int) -> tuple[list[float], list[float]]:
    url, redis_url = os.environ["POINTS_TEST_POSTGRES"], os.environ["POINTS_TEST_REDIS"]
    await migrate(url)
    async with config.open(url):
        cache = Cache.from_url(redis_url, prefix="bench:")
        scores = Scores(load_city(), cache)
        members = [await _member(scores) for _ in range(PEOPLE)]
        connection, redis = await asyncpg.connect(url), Redis.from_url(redis_url)
        product, bare = [], []
        for n in range(rounds):
            for member in members:
                # A correction of the same record, so that nobody's file grows with the rounds.
                record = _record("water.months", "bench", quantity=12 + n)
                way = accept(scores, member.person_id, record, "agency:bench")
                product.append(await _timed(way))
                bare.append(await _timed(_bare(connection, redis, member)))
        await cache.aclose()
        await redis.aclose()
        await connection.close()
    return product, bare


async def _timed(work: Awaitable[object]) -> float:
    started = perf_counter()
    await work
    return perf_counter() - started


async def _bare(connection: asyncpg.Connection, redis: Redis, member: Member) -> None:
    await connection.execute(
        "UPDATE score SET value = value WHERE resident_id = $1", member.resident_id
    )
    await connection.fetch(
        "SELECT * FROM record WHERE person_id = $1 AND known_to IS NULL", member.person_id
    )
    await redis.set(f"bare:{member.resident_id}", b"x" * 1400)


async def _member(scores: Scores) -> Member:
    now = clock.now()
    person = await Person.create(id_index=os.urandom(32), id_number=b"-", name=b"-", created_at=now)
    resident = await Resident.create(openid_index=os.urandom(32), openid=b"-", created_at=now)
    enrollment = await Enrollment.create(
        resident_id=resident.id, person_id=person.id, notice_version="bench", joined_at=now
    )
    for n in range(RECORDS):
        incoming = _record(ITEMS[n % len(ITEMS)], f"{n}", quantity=1 + n % 9, days=40 * n)
        await accept(scores, person.id, incoming, "agency:bench")
    await scores.refresh(resident.id, "joined")
    return Member(resident.id, enrollment.id, person.id)


def _record(code: str, document: str, quantity: int, days: int = 10) -> Incoming:
    item = load_city().item(code, clock.today())
    assert item is not None
    day: date = clock.today() - timedelta(days=days)
    record = Incoming(
        item=code, agency=item.agency, unit=UNIT, document_no=f"{code}-{document}",
        occurred_on=day, ended_on=day, content=f"{quantity:032d}",
        level=item.levels[0].id if item.levels else None, act_key=f"{code}-{document}",
    )  # fmt: skip
    return replace(record, quantity=quantity * item.scale if item.unit else None)


def _quantile(taken: list[float], share: float) -> float:
    if share == 0.5:
        return statistics.median(taken)
    return sorted(taken)[int(len(taken) * share)]
