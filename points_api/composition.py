"""The parts of the program, put together once for whoever runs: server, command, demo.

One process holds one database pool, one Redis client, and one HTTP client each for WeChat and for
other cities.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path

import httpx

from points_api import authorities, clock
from points_api.auth import identity
from points_api.auth.identity import Identity
from points_api.cache import Cache
from points_api.city import City, load_city
from points_api.conduct import overdue
from points_api.credit_codes.sealing import CodeSeal
from points_api.credit_codes.service import CreditCodes
from points_api.crypto.keyring import Keyring
from points_api.crypto.outward import with_outward
from points_api.db import config
from points_api.deliveries.service import Deliveries
from points_api.eligibility.remembered import Remembered
from points_api.eligibility.standing import Standings
from points_api.merchants import serving
from points_api.merchants.enumeration import CodeGuard
from points_api.merchants.standing import Standing
from points_api.messages import pushing
from points_api.messages.pushing import Subscribers
from points_api.officers import service as officers
from points_api.partners import service as partners
from points_api.partners.line import open_line
from points_api.partners.service import Exchange
from points_api.proofs.lists import StatusLists
from points_api.proofs.service import Proofs
from points_api.ratelimit import Limits
from points_api.recognitions import service as recognitions
from points_api.recognitions.service import Recognitions
from points_api.residents import accounts, registry
from points_api.residents.registry import Registry
from points_api.scenarios.live import LiveScenarios
from points_api.scenarios.notices import PublishedNotices
from points_api.scores.service import Scores
from points_api.settings import Settings
from points_api.verifications.service import Verifications
from scenarios import files as scenario_files
from scenarios.files import Folder

HTTP_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Parts:
    """What services need besides the database, which is open as long as these are."""

    settings: Settings
    city: City
    keyring: Keyring
    cache: Cache
    scores: Scores
    registry: Registry
    identity: Identity
    deliveries: Deliveries
    scenarios: LiveScenarios
    standings: Standings
    calling_merchants: Standing
    limits: Limits
    code_guard: CodeGuard
    subscribers: Subscribers
    scenario_notices: PublishedNotices
    credit_codes: CreditCodes
    verifications: Verifications
    exchange: Exchange
    recognitions: Recognitions
    proofs: Proofs
    status_lists: StatusLists


@asynccontextmanager
async def composed(settings: Settings) -> AsyncIterator[Parts]:
    """Open everything, for as long as the block runs."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(config.open(settings.database_url))
        client = await stack.enter_async_context(
            httpx.AsyncClient(timeout=HTTP_SECONDS, verify=authorities.trusted())
        )
        cache = Cache.from_url(settings.redis_url, prefix=f"{settings.city}:")
        stack.push_async_callback(cache.aclose)
        city = load_city(settings.data_dir)
        keyring = await with_outward(Keyring.from_settings(settings))
        scores, limits = Scores(city, cache), Limits(cache)
        account_of = partial(accounts.find_or_add, keyring)
        consenting = registry.compose(settings, keyring, client, scores)
        folder = scenario_folder(settings)
        categories = {one.id: one for one in folder.categories}
        live = LiveScenarios(city, categories, folder.seats, folder.divisions)
        standings = Standings(scores, keyring, consenting.notices, overdue.scenarios_of)
        codes = CreditCodes(CodeSeal(keyring), live, Remembered(standings, cache))
        guard, calling = CodeGuard(limits), Standing()
        line = await stack.enter_async_context(open_line())
        exchange = partners.compose(settings, keyring, line)
        recognized = recognitions.compose(
            exchange, keyring, scores, consenting.notices, live, standings
        )
        yield Parts(
            settings=settings,
            city=city,
            keyring=keyring,
            cache=cache,
            scores=scores,
            registry=consenting,
            identity=identity.compose(
                settings,
                keyring,
                cache,
                client,
                account_of,
                officers.officer_of,
                calling.merchant_of,
            ),
            deliveries=Deliveries(city.catalog, keyring, scores.rescore_all),
            scenarios=live,
            standings=standings,
            calling_merchants=calling,
            limits=limits,
            code_guard=guard,
            subscribers=pushing.compose(settings, client),
            scenario_notices=PublishedNotices(live, serving.names),
            credit_codes=codes,
            verifications=Verifications(keyring, codes, guard),
            exchange=exchange,
            recognitions=recognized,
            proofs=Proofs(exchange, codes, standings),
            status_lists=StatusLists(exchange),
        )


def scenario_folder(settings: Settings) -> Folder:
    """What the city's scenario files say; reading them runs all their examples."""
    return _scenario_files(settings.data_dir, clock.today())


@cache
def _scenario_files(data_dir: Path | None, on: date) -> Folder:
    folder = data_dir / "scenarios" if data_dir else scenario_files.SHIPPED
    return scenario_files.load(load_city(data_dir).known(on), folder)
