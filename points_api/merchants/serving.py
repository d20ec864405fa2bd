"""Which scenarios a merchant serves: said by the credit office, shown to the merchant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from points_api import clock
from points_api.audit import service as audit
from points_api.auth.merchants import CallingMerchant
from points_api.crypto.keyring import Keyring
from points_api.db.transaction import transactional
from points_api.language import Text
from points_api.merchants import accounts
from points_api.merchants.models import MerchantScenario
from points_api.merchants.office import Office
from points_api.paging import Page, Pages
from points_api.problem import NotFound
from points_api.scenarios.live import LiveScenarios, scenario_of
from points_api.scenarios.models import ScenarioVersion
from scenarios.lifecycle import State
from scenarios.scenario import Scenario

LIST: Final = "merchant.scenarios"


@dataclass(frozen=True, slots=True)
class Served:
    """A scenario that a merchant serves. `state` is that of its newest version in force, if any."""

    scenario_id: str
    since: datetime
    state: State
    scenario: Scenario | None


@transactional
async def serve(office: Office, merchant_id: UUID, scenario_id: str, now: datetime) -> None:
    """Let a merchant verify and redeem for a scenario; twice is once."""
    merchant = await accounts.held(office, merchant_id)
    if not await ScenarioVersion.filter(scenario_id=scenario_id).exclude(state="retired").exists():
        raise NotFound("没有这个场景", "There is no such scenario")
    there = MerchantScenario.filter(merchant_id=merchant.id, scenario_id=scenario_id, until=None)
    if await there.exists():
        return
    await MerchantScenario.create(merchant_id=merchant.id, scenario_id=scenario_id, since=now)
    await _note(office, "merchant.serve", merchant.id, scenario_id)


@transactional
async def unserve(office: Office, merchant_id: UUID, scenario_id: str, now: datetime) -> None:
    """End that; what was reserved before may still be confirmed."""
    merchant = await accounts.held(office, merchant_id)
    there = MerchantScenario.filter(merchant_id=merchant.id, scenario_id=scenario_id, until=None)
    if not await there.update(until=now):
        raise NotFound("这个商户没有承办这个场景", "The merchant does not serve this scenario")
    await _note(office, "merchant.unserve", merchant.id, scenario_id)


async def require(caller: CallingMerchant, scenario_id: str) -> None:
    """Raise `NotFound` unless the caller's merchant serves the scenario.

    What has just begun counts at once: only what `caller` knows already is taken from memory.
    """
    if scenario_id not in caller.serves and scenario_id not in await ids(caller.merchant_id):
        raise NotFound(
            "没有承办这个场景，或没有这个场景；承办的场景：GET /v1/merchant/scenarios",
            "The scenario is not one you serve, or there is none: GET /v1/merchant/scenarios",
        )


async def ids(merchant_id: UUID) -> list[str]:
    """The scenarios that a merchant serves now."""
    rows = MerchantScenario.filter(merchant_id=merchant_id, until=None).order_by("scenario_id")
    return [row.scenario_id for row in await rows]


async def names(scenario_ids: Iterable[str]) -> Mapping[str, list[Text]]:
    """The real merchants that serve each of these scenarios now, by name."""
    rows = MerchantScenario.filter(
        scenario_id__in=sorted(scenario_ids), until=None, merchant__state=accounts.ACTIVE,
        merchant__sandbox=False,
    )  # fmt: skip
    found: dict[str, list[Text]] = {}
    for row in await rows.select_related("merchant").order_by("merchant__name", "id"):
        found.setdefault(row.scenario_id, []).append(Text(row.merchant.name, row.merchant.name_en))
    return found


async def page(
    merchant_id: UUID, live: LiveScenarios, keyring: Keyring, cursor: str | None, limit: int
) -> Page[Served]:
    """List what a merchant serves, by id, with the state of each."""
    pages = Pages(keyring, f"{LIST}:{merchant_id}")
    rows = MerchantScenario.filter(merchant_id=merchant_id, until=None).order_by("scenario_id")
    if place := pages.read(cursor):
        rows = rows.filter(scenario_id__gt=place[0])
    served = pages.page(await rows.limit(limit + 1), limit, lambda row: (row.scenario_id,))
    newest: dict[str, ScenarioVersion] = {}
    of_these = ScenarioVersion.filter(scenario_id__in=[row.scenario_id for row in served.entries])
    for version in await of_these.exclude(state__in=("draft", "review")).order_by("version"):
        if version.live_since or version.scenario_id not in newest:
            newest[version.scenario_id] = version
    return Page(
        [await _served(row, newest.get(row.scenario_id), live) for row in served.entries],
        served.next_cursor,
    )


async def _served(
    row: MerchantScenario, version: ScenarioVersion | None, live: LiveScenarios
) -> Served:
    if version is None:
        return Served(row.scenario_id, row.since, "draft", None)
    scenario = await scenario_of(live, row.scenario_id, version.version, clock.today())
    return Served(row.scenario_id, row.since, cast(State, version.state), scenario)


async def _note(office: Office, action: str, merchant_id: UUID, scenario_id: str) -> None:
    details = {"scenario": scenario_id}
    await audit.append(office.actor, action, f"merchant:{merchant_id}", details)
