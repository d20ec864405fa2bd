"""`verification`: `POST /v1/merchant/verifications` against the same bytes from a bare route.

The running product on PostgreSQL and Redis: a signed token verified, the merchant's standing asked
for, a one-time code opened, the resident's standing from Redis, eligibility decided, session,
consent and revision compared, and a row committed before the answer. Every code is sent once.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import replace
from itertools import count, cycle, islice
from pathlib import Path

import asyncpg

from benchmarks.rows import Row, row
from benchmarks.score_read import join
from benchmarks.serving import call, drive_posts, serving, serving_bare
from points_api import clock
from points_api.auth.identity import issuer_of
from points_api.auth.models import ApiClient
from points_api.auth.tokens import AccessTokens
from points_api.city import load_city
from points_api.credit_codes.sealing import CodeSeal, CreditCode, bytes_of, text_of
from points_api.crypto.keyring import Keyring
from points_api.db import config
from points_api.merchants.models import Merchant, MerchantScenario, MerchantStaff
from points_api.merchants.standing import KIND
from points_api.scenarios.importing import import_folder
from points_api.settings import Settings, load
from scenarios import files

RESIDENTS, MERCHANTS = 200, 100
SCENARIO = "community-umbrella"
PATH = "/v1/merchant/verifications"
NEIGHBORS = 20_000  # others who have joined: in a table of 200 rows PostgreSQL uses no index
_NEIGHBORS = """
INSERT INTO resident (id, openid_index, openid, created_at)
    SELECT gen_random_uuid(), decode(md5('r' || n), 'hex'), '-', now()
    FROM generate_series(1, $1::int) n;
INSERT INTO person (id, id_index, id_number, name, created_at, revision)
    SELECT id, openid_index, '-', '-', now(), 1 FROM resident;
INSERT INTO enrollment (id, resident_id, person_id, notice_version, joined_at)
    SELECT gen_random_uuid(), id, id, 'n', now() FROM resident;
INSERT INTO session (id, resident_id, created_at, generation, rotated_at, expires_at, reason)
    SELECT gen_random_uuid(), id, now(), 1, now(), now() + interval '30 days', '' FROM resident;
INSERT INTO consent (id, resident_id, purpose, recipient, data_kinds, notice_version, channel,
                     granted_at, expires_at)
    SELECT gen_random_uuid(), id, 'scenario', 's', '[]', 's@1', 'mini_program', now(),
           now() + interval '1 year' FROM resident;
ANALYZE
"""
MOST_A_SECOND = 25_000  # more than the bare route answers


def run(small: bool) -> list[Row]:
    """One row, each round walking the product and the bare route once."""
    rounds, seconds = (3, 2) if small else (6, 4)
    environment = {
        "POINTS_DATABASE_URL": os.environ["POINTS_TEST_POSTGRES"],
        "POINTS_REDIS_URL": os.environ["POINTS_TEST_REDIS"],
    }
    settings = load({"database_url": environment["POINTS_DATABASE_URL"]})
    with tempfile.TemporaryDirectory(prefix="points-bench-") as name:
        folder = Path(name)
        subprocess.run(
            [sys.executable, "-m", "points_api", "migrate"],
            env=os.environ | environment, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        tokens = folder / "tokens"
        tokens.write_text("\n".join(asyncio.run(_merchants(settings))))
        with serving(environment, folder / "product.log") as product:
            codes = _Codes(settings, product, folder / "bodies")
            body = folder / "body"
            body.write_bytes(codes.answer(tokens.read_text().splitlines()[0]))
            with serving_bare(body, folder / "bare.log") as bare:
                taken = _measure(product, bare, tokens, codes, rounds, seconds)
    rate, ceiling = (statistics.median(rates) for rates in taken)
    return [row("verification", rate, "requests/s", ceiling, at_least=0.40)]


def _measure(
    product: str, bare: str, tokens: Path, codes: "_Codes", rounds: int, seconds: int
) -> tuple[list[float], list[float]]:
    rates, ceiling = [], []
    for each in range(rounds + 1):
        bodies = codes.fresh(seconds)
        rates.append(drive_posts(product + PATH, tokens, bodies, seconds))
        ceiling.append(drive_posts(bare + PATH, tokens, bodies, seconds))
        if not each:  # the first round warms both up
            rates.clear()
            ceiling.clear()
    return rates, ceiling


class _Codes:
    """Codes of residents who have joined and agreed, sealed in bulk as the product seals them."""

    def __init__(self, settings: Settings, product: str, bodies: Path) -> None:
        self._product, self._bodies = product, bodies
        self._seal = CodeSeal(Keyring.from_settings(settings))
        joined = filter(None, (join(product, n) for n in count(1)))
        self._said = [self._agreed(token) for token in islice(joined, RESIDENTS)]

    def answer(self, token: str) -> bytes:
        """What the product says to one of them, as bytes."""
        body = {"code": self._text(self._said[0]), "scenario_id": SCENARIO}
        said = call(self._product + PATH, body, token)
        assert said["eligible"], said
        return str(said).encode()

    def fresh(self, seconds: int) -> Path:
        """A file with enough bodies, each with a code of its own."""
        wanted = islice(cycle(self._said), MOST_A_SECOND * (seconds + 1))
        lines = (f'{{"code":"{self._text(one)}","scenario_id":"{SCENARIO}"}}' for one in wanted)
        self._bodies.write_text("\n".join(lines))
        return self._bodies

    def _agreed(self, token: str) -> CreditCode:
        call(f"{self._product}/v1/me/consents", {"scenario_id": SCENARIO}, token)
        made = call(f"{self._product}/v1/me/credit-codes", {"scenario_id": SCENARIO}, token)
        return self._seal.open(bytes_of(made["code"]))

    def _text(self, said: CreditCode) -> str:
        until = int(clock.now().timestamp()) + 60
        return text_of(self._seal.seal(said._replace(expires_at=until)))


async def _merchants(settings: Settings) -> list[str]:
    """Publish the scenario, and return tokens of merchants who serve it."""
    tokens = AccessTokens(Keyring.from_settings(settings).signing_keys(), issuer_of(settings))
    now = clock.now()
    server = await asyncpg.connect(settings.database_url)
    await server.execute(_NEIGHBORS.replace("$1::int", str(NEIGHBORS)))
    await server.close()
    async with config.open(settings.database_url):
        folder = files.load(load_city().known(clock.today()))
        chosen = tuple(one for one in folder.scenarios if one.id == SCENARIO)
        await import_folder(replace(folder, scenarios=chosen), "office:bench", now)
        made = [await _merchant() for _ in range(MERCHANTS)]
    return [tokens.issue("merchant", client, client, now, ttl_seconds=3600) for client in made]


async def _merchant() -> str:
    now = clock.now()
    merchant = await Merchant.create(
        name="某店", name_en="A shop", division="420202", state="active", created_at=now
    )
    staff = await MerchantStaff.create(
        merchant_id=merchant.id, label="till", role="cashier", created_at=now
    )
    await MerchantScenario.create(merchant_id=merchant.id, scenario_id=SCENARIO, since=now)
    client = await ApiClient.create(
        id=f"merchant-{staff.id}", kind=KIND, agency="", merchant_id=merchant.id,
        staff_id=staff.id, public_jwk={}, created_at=now,
    )  # fmt: skip
    return client.id
