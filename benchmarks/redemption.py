"""`redemption`: a verification redeemed and committed, over 200 budgets and on a single hot one.

The ceiling is the product's own statements, recorded word for word with their values, sent bare
through asyncpg to a copy of the database, by as many at once over as many connections.
"""

import os
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import asyncpg
import uvloop

from benchmarks.rows import AT_ONCE, Row, rate, row
from points_api import clock
from points_api.auth.merchants import CallingMerchant
from points_api.city import load_city
from points_api.db import config
from points_api.db.migrate import migrate
from points_api.db.transaction import connection
from points_api.ids import new_id
from points_api.merchants.models import Merchant
from points_api.redemptions.service import Order, redeem
from points_api.residents.models import Resident
from points_api.scenarios.live import LiveScenarios, Published
from points_api.scenarios.models import ScenarioVersion
from points_api.verifications.models import Verification
from scenarios import files
from scenarios.benefits import DiscountRate
from scenarios.eligibility import Index
from scenarios.scenario import Quota, Scenario, Settled

CONNECTIONS = 10
RESIDENTS = 400
QUOTA = Quota(per_person=10**6, period="year", budget_fen=10**12)
Statement = tuple[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Case:
    """So many budgets, and how fast the product must be by the bare statements."""

    name: str
    budgets: int
    at_least: float


CASES = (Case("200 rows", 200, 0.6), Case("one hot row", 1, 0.8))


def run(small: bool) -> list[Row]:
    """Redemptions a second, each committed before it counts; rounds take turns."""
    rounds, calls = (5, 200) if small else (15, 600)
    rows = []
    for case in CASES:
        product, bare = uvloop.run(_measure(case, rounds, calls))
        name = f"redemption, {case.name}"
        note = f"{AT_ONCE} at once, {CONNECTIONS} connections"
        rows.append(row(name, product, "1/s", bare, at_least=case.at_least, note=note))
    return rows


async def _measure(case: Case, rounds: int, calls: int) -> tuple[float, float]:
    """Medians of the product's and the bare rate."""
    server = os.environ["POINTS_TEST_POSTGRES"]
    name = f"redemption_{new_id().hex}"
    url, copy_url = (f"{server.rpartition('/')[0]}/{n}" for n in (name, f"{name}_copy"))
    admin = await asyncpg.connect(server)
    await admin.execute(f'CREATE DATABASE "{name}"')
    await migrate(url)
    async with config.open(url):
        shop = await _shop(case.budgets)
        timed, recorded = [await _verified(shop, rounds * calls + AT_ONCE) for _ in range(2)]
    await admin.execute(f'CREATE DATABASE "{name}_copy" TEMPLATE "{name}"')
    try:
        statements = await _recorded(url, shop, recorded)
        return await _turns(url, copy_url, shop, timed, statements, calls)
    finally:
        await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await admin.execute(f'DROP DATABASE "{name}_copy" WITH (FORCE)')
        await admin.close()


async def _turns(
    url: str,
    copy_url: str,
    shop: "Shop",
    verifications: list[UUID],
    statements: list[list[Statement]],
    calls: int,
) -> tuple[float, float]:
    product: list[float] = []
    bare: list[float] = []
    sizes = {"min_size": CONNECTIONS, "max_size": CONNECTIONS}
    async with (
        config.open(url, pool_min_size=CONNECTIONS, pool_max_size=CONNECTIONS),
        asyncpg.create_pool(copy_url, server_settings={"jit": "off"}, **sizes) as pool,
    ):

        async def by_product(verification: UUID) -> None:
            await redeem(shop.live, shop.caller, _order(verification))

        async def by_hand(two: list[Statement]) -> None:
            # One connection for both, as the product does; no reset, for it has none either.
            async with pool.acquire() as line:
                for sql, values in two:
                    await line.fetch(sql, *values)

        await rate(by_product, verifications[:AT_ONCE])
        await rate(by_hand, statements[:AT_ONCE])
        for at in range(AT_ONCE, len(verifications), calls):
            product.append(await rate(by_product, verifications[at : at + calls]))
            bare.append(await rate(by_hand, statements[at : at + calls]))
    return statistics.median(product), statistics.median(bare)


async def _recorded(url: str, shop: "Shop", verifications: list[UUID]) -> list[list[Statement]]:
    """What the product says to the database for each of these, one by one."""
    found: list[list[Statement]] = []
    async with config.open(url, pool_min_size=1, pool_max_size=1):
        said: list[Statement] = []
        async with connection().acquire_connection() as held:
            held.add_query_logger(lambda query: said.append((query.query, query.args)))
        for verification in verifications:
            said.clear()
            await redeem(shop.live, shop.caller, _order(verification))
            found.append(list(said))
    return found


@dataclass(frozen=True, slots=True)
class Shop:
    """A merchant who serves these scenarios, and its residents."""

    live: LiveScenarios
    caller: CallingMerchant
    scenarios: list[Scenario]
    residents: list[UUID]


async def _shop(budgets: int) -> Shop:
    now, city = clock.now(), load_city()
    shipped = files.load(city.known(clock.today()), files.SHIPPED).scenarios[0]
    offered = [
        replace(
            shipped, id=f"bench-{n}", benefit=DiscountRate(10), quota=QUOTA,
            settlement=Settled("by_benefit", percent=50),
        )
        for n in range(budgets)
    ]  # fmt: skip
    await ScenarioVersion.bulk_create(
        ScenarioVersion(
            scenario_id=one.id, version=one.version, category=one.category, division="420202",
            state="published",
            document={}, digest="-", author="bench", live_since=now, created_at=now, changed_at=now,
        )
        for one in offered
    )  # fmt: skip
    merchant = await Merchant.create(
        name="某店", name_en="A shop", division="420202", state="active", created_at=now
    )
    residents = [
        Resident(openid_index=os.urandom(32), openid=b"-", created_at=now) for _ in range(RESIDENTS)
    ]
    await Resident.bulk_create(residents)
    live = LiveScenarios(city, {}, {})
    live.current = Published(clock.today(), {one.id: one for one in offered}, Index(offered))
    caller = CallingMerchant("bench", merchant.id, new_id(), "system", sandbox=False)
    return Shop(live, caller, offered, [one.id for one in residents])


async def _verified(shop: Shop, number: int) -> list[UUID]:
    now, chance = clock.now(), random.Random(1)
    rows = [
        Verification(
            scenario_id=scenario.id, scenario_version=scenario.version,
            merchant_id=shop.caller.merchant_id, staff="bench", mode="code", eligible=True,
            resident_id=chance.choice(shop.residents), cause="eligible", created_at=now,
            expires_at=now.replace(year=now.year + 1),
        )
        for scenario in chance.choices(shop.scenarios, k=number)
    ]  # fmt: skip
    await Verification.bulk_create(rows, batch_size=1000)
    return [one.id for one in rows]


def _order(verification: UUID) -> Order:
    key = verification.hex
    return Order(key, key * 2, verification, 1999)
