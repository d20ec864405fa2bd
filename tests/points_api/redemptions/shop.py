"""A merchant with one scenario made to measure, and residents whose verification says yes."""

import json
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from uuid import UUID

from points_api import clock
from points_api.auth.merchants import CallingMerchant
from points_api.db.idempotency import Answer
from points_api.ids import new_id
from points_api.redemptions import expiry, moving, service
from points_api.redemptions.models import LedgerEntry, QuotaCounter, Redemption
from points_api.scenarios.live import LiveScenarios, Published
from points_api.scenarios.models import ScenarioVersion
from scenarios import files
from scenarios.benefits import DepositWaive, DiscountRate
from scenarios.eligibility import Index
from scenarios.scenario import Quota, Scenario, Settled
from tests.factories import city
from tests.points_api.db import rows

TEN_PERCENT = DiscountRate(10)
DEPOSIT = DepositWaive(10_000)


@cache
def shipped() -> files.Folder:
    return files.load(city().known(clock.today()), files.SHIPPED)


def scenario(**given: Any) -> Scenario:
    """A scenario that is open for years; any field may be given."""
    usual: dict[str, Any] = {
        "id": "s1", "benefit": TEN_PERCENT, "quota": Quota(), "settlement": Settled("none"),
    }  # fmt: skip
    return replace(shipped().scenarios[0], **usual | given)


@dataclass
class Shop:
    """`key` and `fingerprint` of a call are new each time unless given."""

    scenario: Scenario
    caller: CallingMerchant
    live: LiveScenarios
    residents: dict[int, UUID] = field(default_factory=dict)

    def offer(self, **given: Any) -> None:
        """Let this process know the scenario otherwise."""
        offered = scenario(**given)
        self.live.current = Published(
            clock.today(), {offered.id: offered}, Index([offered]), moves=0
        )

    async def resident(self, n: int = 1) -> UUID:
        if n not in self.residents:
            self.residents[n] = (await rows.resident()).id
        return self.residents[n]

    async def verified(self, n: int = 1, **given: Any) -> UUID:
        """A verification of the n-th resident that says yes."""
        usual: dict[str, Any] = {
            "scenario_id": self.scenario.id, "scenario_version": self.scenario.version,
            "merchant_id": self.caller.merchant_id, "resident_id": await self.resident(n),
        }  # fmt: skip
        return (await rows.verification(**usual | given)).id

    async def redeem(
        self, amount_fen: int | None = 1000, n: int = 1, key: str = "", **given: Any
    ) -> Answer:
        verification = given.pop("verification", None) or await self.verified(n)
        key = key or new_id().hex
        fingerprint = given.pop("fingerprint", key)
        order = service.Order(key, fingerprint, verification, amount_fen, **given)
        return (await service.redeem(self.live, self.caller, order))[0]

    async def made(self, *args: Any, **given: Any) -> UUID:
        """Redeem; the id."""
        return id_of(await self.redeem(*args, **given))

    async def confirm(self, made: UUID, amount_fen: int | None = None, key: str = "") -> Answer:
        return (await moving.confirm(self.live, self.caller, _asked(made, key), amount_fen))[0]

    async def cancel(self, made: UUID, key: str = "") -> Answer:
        return (await moving.cancel(self.caller, _asked(made, key)))[0]

    async def reverse(self, made: UUID, key: str = "", settle: Any = None) -> Answer:
        asked = _asked(made, key)
        return (await moving.reverse(self.caller, asked, settle or nothing))[0]

    async def give_back(self, made: UUID, amount_fen: int, settle: Any = None) -> Answer:
        asked = _asked(made, "")
        return (await moving.return_(self.caller, asked, amount_fen, settle or nothing))[0]

    async def expire(self) -> int:
        return await expiry.expire_all()

    async def used(self) -> dict[str, int]:
        """The counters by kind; those of several persons added up."""
        found: dict[str, int] = {}
        for row in await QuotaCounter.filter(scenario_id=self.scenario.id):
            kind = row.name.partition(":")[0]
            found[kind] = found.get(kind, 0) + row.used
        return found


def published(offered: Scenario) -> Published:
    """This scenario and no other, with nothing moved since."""
    return Published(clock.today(), {offered.id: offered}, Index([offered]), moves=0)


async def nothing(*_: Any) -> list[Any]:
    return []


async def open_shop(**given: Any) -> Shop:
    """A merchant, and its scenario, published."""
    merchant, offered = await rows.merchant(), scenario(**given)
    staff = await rows.merchant_staff(merchant=merchant)
    caller = CallingMerchant("c1", merchant.id, staff.id, "manager", sandbox=False)
    now = clock.now()
    await ScenarioVersion.create(
        scenario_id=offered.id, version=offered.version, category=offered.category,
        division="420202", state="published", document={}, digest="-", author="a", live_since=now,
        created_at=now, changed_at=now,
    )  # fmt: skip
    live = LiveScenarios(city(), {}, {})
    live.current = published(offered)
    return Shop(offered, caller, live)


def id_of(answer: Answer) -> UUID:
    return UUID(told(answer)["redemption_id"])


def told(answer: Answer) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(answer.body["text"])
    return members


async def ledger_of(made: UUID) -> list[tuple[str, int, int]]:
    entries = await LedgerEntry.filter(redemption_id=made).order_by("at", "id")
    return [(one.move, one.benefit_fen, one.owed_fen) for one in entries]


async def state_of(made: UUID) -> str:
    return (await Redemption.get(id=made)).state


def _asked(made: UUID, key: str) -> moving.Request:
    key = key or new_id().hex
    return moving.Request(key, key, made)
