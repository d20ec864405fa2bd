"""Exactly once, whatever dies: workers, PostgreSQL, and all that Redis remembers.

`POINTS_KEYS=10000 make test ARGS=…` is the full form, which `make chaos` runs; usually a few
hundred keys and a few kills are enough.
"""

import asyncio
import os
import random
import signal
import socket
import sys
from collections import defaultdict
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import httpx
import pytest
from redis.asyncio import Redis

from points_api import clock
from points_api.auth.identity import issuer_of
from points_api.auth.models import ApiClient
from points_api.auth.tokens import AccessTokens
from points_api.crypto.keyring import Keyring
from points_api.db import config
from points_api.db.migrate import migrate
from points_api.redemptions import statements
from points_api.redemptions.models import LedgerEntry, QuotaCounter, Redemption
from points_api.scenarios.models import ScenarioMove, ScenarioVersion
from points_api.settings import load
from points_api.verifications.models import Verification
from tests.points_api.db import rows
from tests.points_api.postgres_server import postgres_to_kill
from tests.points_api.redemptions.shop import shipped

KEYS = int(os.environ.get("POINTS_KEYS", "80"))
FULL = "POINTS_KEYS" in os.environ
SENDS, CONNECTIONS, WORKERS = 3, 16, 3
KILL_SECONDS = 2.0 if FULL else 3.0
POSTGRES_KILLS, REDIS_FLUSHES = (3, 2) if FULL else (1, 1)
PATH = "/v1/merchant/redemptions"

pytestmark = pytest.mark.slow


@dataclass
class Story:
    """What was sent, what was answered, what was killed."""

    answers: dict[str, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    acknowledged: int = 0
    tries: int = 0
    worker_kills: int = 0
    postgres_kills: int = 0
    flushes: int = 0
    longest_seconds: float = 0.0
    over: bool = False


async def test_every_key_is_redeemed_once_and_every_answer_stands(redis_url, tmp_path):
    with postgres_to_kill() as server:
        await server.start()
        await migrate(server.url)
        async with config.open(server.url):
            bearer, verifications = await _seeded()
        story = Story()
        async with _serving(server.url, redis_url, tmp_path) as (address, workers):
            await _told(story, address, bearer, verifications, workers, server, redis_url)
        async with config.open(server.url):
            await _assert_exactly_once(story, verifications)
    if FULL:  # for docs/reliability.md
        print(f"\n{story.tries} tries, {story}".replace(str(dict(story.answers)), "…")[:600])


async def _told(story, address, bearer, verifications, workers, server, redis_url):
    """Send every key thrice over the connections, while everything is killed in turn."""
    sends = [one for one in verifications for _ in range(SENDS)]
    random.Random(7).shuffle(sends)
    total, left = len(sends), iter(sends)
    limits = httpx.Limits(max_keepalive_connections=CONNECTIONS)
    async with httpx.AsyncClient(base_url=address, timeout=20, limits=limits) as http:

        async def connection():
            for verification in left:
                await _until_acknowledged(story, http, bearer, verification)

        async with asyncio.TaskGroup() as tasks:
            ongoing = [tasks.create_task(connection()) for _ in range(CONNECTIONS)]
            killers = [
                tasks.create_task(_kill_workers(story, workers, http)),
                tasks.create_task(_kill_stores(story, server, redis_url, total)),
            ]
            try:
                await asyncio.gather(*ongoing)
            finally:
                story.over = True  # the client may swallow a cancellation
            for killer in killers:
                killer.cancel()


async def _until_acknowledged(story, http, bearer, verification):
    key = f"key-{verification}"
    headers = bearer | {"idempotency-key": key}
    body = {"verification_id": str(verification), "amount_fen": 1999}
    started = perf_counter()
    while not story.over:
        story.tries += 1
        with suppress(httpx.HTTPError):
            answer = await http.post(PATH, json=body, headers=headers)
            if answer.status_code == 201:
                break
            assert answer.status_code in (409, 503, 500), answer.text
            assert answer.status_code != 409 or answer.json()["errcode"] == 40990, answer.text
        await asyncio.sleep(0.05)
    story.longest_seconds = max(story.longest_seconds, perf_counter() - started)
    story.answers[key].add(answer.content)
    story.acknowledged += 1


async def _kill_workers(story, workers, http):
    """The one that has lived longest, so that the machine has time to start another."""
    while True:
        await asyncio.sleep(KILL_SECONDS)
        with suppress(httpx.HTTPError, OSError):  # a process may be gone, or not there yet
            await http.get("/healthz")  # on a slow machine all of them may still be starting
            if alive := workers():
                os.kill(min(alive), signal.SIGKILL)
                story.worker_kills += 1


async def _kill_stores(story, server, redis_url, total):
    """PostgreSQL and Redis at even steps of the way."""
    events = [("postgres", n / (POSTGRES_KILLS + 1)) for n in range(1, POSTGRES_KILLS + 1)]
    events += [("redis", n / (REDIS_FLUSHES + 1) + 0.05) for n in range(1, REDIS_FLUSHES + 1)]
    async with Redis.from_url(redis_url) as redis:
        for what, share in sorted(events, key=lambda event: event[1]):
            await _reached(story, share * total)
            if what == "redis":
                await redis.flushall()
                story.flushes += 1
            else:
                server.kill()
                story.postgres_kills += 1
                await server.start()


async def _reached(story, acknowledged):
    while story.acknowledged < acknowledged:  # noqa: ASYNC110 - nobody tells us each time
        await asyncio.sleep(0.05)


async def _assert_exactly_once(story, verifications):
    assert story.acknowledged == SENDS * len(verifications)
    assert [len(bodies) for bodies in story.answers.values()] == [1] * len(verifications)
    assert (story.postgres_kills, story.flushes) == (POSTGRES_KILLS, REDIS_FLUSHES)
    redeemed = await Redemption.all().values_list("verification_id", flat=True)
    assert sorted(redeemed) == sorted(verifications)
    told = {
        httpx.Response(200, content=b).json()["redemption_id"] for [b] in story.answers.values()
    }
    entries = await LedgerEntry.all()
    assert {str(entry.redemption_id) for entry in entries} == told
    assert len(entries) == len(told)
    worth = sum(entry.benefit_fen for entry in entries)
    used = {row.name: row.used for row in await QuotaCounter.filter(name__in=["total", "budget"])}
    assert used == {"total": len(entries), "budget": worth}
    await statements.close_all(clock.now() + timedelta(days=2))
    assert (await statements.verify()).faults == []


async def _seeded():
    """A published scenario, its merchant's key, and verifications that say yes."""
    now, settings = clock.now(), load()
    document = dict(shipped().documents["huangshi-library-no-deposit"]) | {
        "id": "chaos", "version": 1, "benefit": {"type": "discount_rate", "percent_off": 10},
        "quota": {"total": KEYS, "budget_fen": 10**9},
    }  # fmt: skip
    await ScenarioVersion.create(
        scenario_id="chaos", version=1, category="library", division="420202", state="published",
        document=document,
        digest="-", author="a", live_since=now, created_at=now, changed_at=now,
    )  # fmt: skip
    await ScenarioMove.create(
        scenario_id="chaos", version=1, move="publish", state="published", actor="a", reason="-",
        at=now,
    )  # fmt: skip
    staff = await rows.merchant_staff(role="system")
    await ApiClient.create(
        id="till", kind="merchant", agency="", merchant_id=staff.merchant_id, staff_id=staff.id,
        public_jwk={}, created_at=now,
    )  # fmt: skip
    resident = await rows.resident()
    made = [
        Verification(
            scenario_id="chaos", scenario_version=1, merchant_id=staff.merchant_id, staff="till",
            mode="code", eligible=True, cause="eligible", resident_id=resident.id, created_at=now,
            expires_at=now + timedelta(hours=2),
        )
        for _ in range(KEYS)
    ]  # fmt: skip
    await Verification.bulk_create(made, batch_size=1000)
    tokens = AccessTokens(Keyring.from_settings(settings).signing_keys(), issuer_of(settings))
    token = tokens.issue("merchant", "till", "till", now, ttl_seconds=7200)
    return {"authorization": f"Bearer {token}"}, [one.id for one in made]


@asynccontextmanager
async def _serving(database_url, redis_url, folder):
    """`points serve` with several workers; its address, and who its workers are right now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = os.environ | {
        "POINTS_DATABASE_URL": database_url,
        "POINTS_REDIS_URL": redis_url,
        "POINTS_MERCHANT_CALLS_PER_MINUTE": "1000000",  # one key makes all the calls
    }
    command = ["-m", "points_api", "serve", "--port", str(port), "--workers", str(WORKERS)]
    running: list[asyncio.subprocess.Process] = []

    async def supervise():
        """Start it again when it ends, as whoever runs services does."""
        with (folder / "log").open("ab") as log:
            while True:
                running[:] = [
                    await asyncio.create_subprocess_exec(
                        sys.executable, *command, env=environment, stdout=log, stderr=log
                    )
                ]
                await running[0].wait()

    supervisor = asyncio.get_running_loop().create_task(supervise())
    address = f"http://127.0.0.1:{port}"
    try:
        await _ready(address)
        yield address, lambda: _workers_of(running[0].pid)
    finally:
        supervisor.cancel()
        with suppress(ProcessLookupError):
            running[0].terminate()
        await running[0].wait()


async def _ready(address):
    async with httpx.AsyncClient() as http:
        for _ in range(600):
            with suppress(httpx.HTTPError):
                if (await http.get(f"{address}/readyz")).status_code == 200:
                    return
            await asyncio.sleep(0.1)
    raise AssertionError("the server does not come up")


def _workers_of(pid):
    """The processes that were started by this one, but for its resource tracker."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [
        int(child) for child in children
        if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes()
    ]  # fmt: skip
