"""Which counters are cleared away, and that nothing which a decision needs goes with them."""

import asyncio
from datetime import date

from points_api.db.writes import write_all
from points_api.redemptions import counters
from points_api.redemptions.models import QuotaCounter
from scenarios.quotas import Counter
from tests.points_api.db import rows

DAY = date(2026, 6, 1)
KEPT = [
    "budget", "day:2026-06-01", "day:2026-06-02:sandbox:1", "out:p", "person:p:2026",
    "person:p:2026-06", "person:p:2026-06-01", "person:p:2026-W23", "person:p:ever", "total",
]  # fmt: skip
OVER = [
    "day:2026-05-31", "day:2026-05-31:sandbox:1", "person:p:2025", "person:p:2026-05",
    "person:p:2026-05-31", "person:p:2026-W22",
]  # fmt: skip


async def names():
    return sorted([row.name for row in await QuotaCounter.all()])


async def test_only_what_counts_a_period_that_is_over_goes(database):
    for name in KEPT + OVER:
        await rows.quota_counter(name=name)
    await rows.quota_counter(name="out:q", used=0)  # everything has come back
    assert await counters.clear(DAY) == len(OVER) + 1
    assert await names() == KEPT
    assert await counters.clear(DAY) == 0


async def test_more_than_a_batch_goes_batch_by_batch(database):
    for n in range(counters.CLEARED_AT_ONCE + 2):
        await rows.quota_counter(name=f"person:{n}:{'2026-05' if n % 2 else '2026-06'}")
    assert await counters.clear(DAY) == counters.CLEARED_AT_ONCE // 2 + 1
    assert await QuotaCounter.all().count() == counters.CLEARED_AT_ONCE // 2 + 1


async def test_giving_back_to_a_counter_that_is_gone_gives_back_the_rest_all_the_same(database):
    await rows.quota_counter(name="total", used=5)
    taken = {"person:p:2026-05": 1, "total": 2}
    await write_all([], last=counters.giving_back("s1", taken))
    assert [(row.name, row.used) for row in await QuotaCounter.all()] == [("total", 3)]


async def test_what_is_taken_while_it_is_cleared_counts(postgres):
    for n in range(50):
        name = f"out:{n}"
        await rows.quota_counter(name=name, used=0, scenario_id="s1")
        taking = counters.taking("s1", [Counter(name, 4, 9)])
        await asyncio.gather(counters.clear(DAY), write_all([], last=taking), counters.clear(DAY))
        assert (await QuotaCounter.get(name=name)).used == 4
