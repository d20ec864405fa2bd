"""A sandbox: made-up residents, a clock of its own, and faults on purpose, for one test merchant.

Its residents are facts in a table with nobody behind them. They have not joined, so to a real
merchant they are what any stranger is; and a sandbox's eligibility is decided from that table
alone, so a real resident is a stranger there. That holds by construction; `meets` says it again
where a code names a resident, before anything is decided.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal, Protocol, cast
from uuid import UUID

from points_api import clock
from points_api.audit import service as audit
from points_api.auth.merchants import CallingMerchant
from points_api.auth.wechat import OpenId
from points_api.city import City
from points_api.crypto.keyring import Keyring
from points_api.db.transaction import transactional
from points_api.merchants import accounts
from points_api.merchants.models import (
    Merchant,
    MerchantScenario,
    SandboxResident,
    SandboxSetting,
)
from points_api.merchants.office import Office
from points_api.problem import NotFound
from points_api.residents.accounts import find_or_add
from scenarios.facts import Facts
from scoring.scorecard import Scorecard

MOST_PER_BAND: Final = 20
FARTHEST_SECONDS: Final = 400 * 24 * 3600
SLOWEST_MS: Final = 5000
MOST_ERRORS: Final = 1000
ErrorStatus = Literal[500, 503]
Why = Literal["joined", "paused", "not_joined"]
_WITHOUT_FACTS: Final[tuple[Why, ...]] = ("paused", "not_joined")


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A made-up resident. `handle` stays the same for good; who has no score is not eligible."""

    handle: str
    why: Why
    band: str | None
    score: int | None
    age: int | None


@dataclass(frozen=True, slots=True)
class Faults:
    """What is to go wrong: calls answered late or by an error, pushes sent twice or disordered."""

    slow_ms: int = 0
    error_status: ErrorStatus = 503
    error_calls: int = 0
    duplicate_webhooks: bool = False
    reorder_webhooks: bool = False


@dataclass(frozen=True, slots=True)
class Behavior:
    """How a sandbox behaves now; its clock is `offset_seconds` ahead of ours."""

    offset_seconds: int = 0
    faults: Faults = Faults()

    @property
    def ahead(self) -> timedelta:
        return timedelta(seconds=self.offset_seconds)


@dataclass(frozen=True, slots=True)
class Minted:
    """A one-time credit code of a made-up resident."""

    code: str
    expires_at: datetime


class CreditCodes(Protocol):
    """Whoever makes credit codes."""

    async def mint(
        self, resident_id: UUID, scenario_id: str, sandbox_of: UUID, now: datetime
    ) -> Minted:
        """Return a code of this resident that no merchant but `sandbox_of` can use."""
        ...


@transactional
async def make_residents(
    merchant_id: UUID, city: City, keyring: Keyring, per_band: int, actor: str, now: datetime
) -> list[MadeUp]:
    """Make so many residents of each band, one who paused and one who never joined; list all.

    Those that exist stay as they are, so the same request again changes nothing.
    """
    merchant = await accounts.held(Office(actor), merchant_id)
    known = {made.handle for made in await residents(merchant.id)}
    card = city.scorecard(clock.day_of(now))
    missing = [one for one in _made_up(card, per_band) if one.handle not in known]
    for one in missing:
        openid = OpenId(f"sandbox:{merchant.id}:{one.handle}")
        await SandboxResident.create(
            merchant_id=merchant.id, resident_id=await find_or_add(keyring, openid, now),
            handle=one.handle, why=one.why, band=one.band, score=one.score, age=one.age,
            created_at=now,
        )  # fmt: skip
    if missing:
        details = {"added": len(missing)}
        await audit.append(actor, "sandbox.residents", f"merchant:{merchant.id}", details)
    return await residents(merchant_id)


async def residents(merchant_id: UUID) -> list[MadeUp]:
    """The made-up residents of a sandbox; there are at most a hundred or so."""
    rows = await SandboxResident.filter(merchant_id=merchant_id).order_by("handle")
    return [_made(row) for row in rows]


async def mint(
    codes: CreditCodes, merchant_id: UUID, handle: str, scenario_id: str, now: datetime
) -> Minted:
    """Make a credit code as the made-up resident would, for a scenario that the sandbox serves."""
    row = await SandboxResident.get_or_none(merchant_id=merchant_id, handle=handle)
    served = MerchantScenario.filter(merchant_id=merchant_id, scenario_id=scenario_id, until=None)
    if row is None or not await served.exists():
        raise NotFound(
            "沙箱里没有这位居民（handle），或沙箱没有承办这个场景",
            "The sandbox has no resident of this handle, or does not serve the scenario",
        )
    return await codes.mint(row.resident_id, scenario_id, merchant_id, now)


async def meets(caller: CallingMerchant, resident_id: UUID) -> bool:
    """Whether the two are of one world: the residents of this sandbox, or real ones."""
    made_up = SandboxResident.filter(resident_id=resident_id)
    if caller.sandbox:
        return await made_up.filter(merchant_id=caller.merchant_id).exists()
    return not await made_up.exists()


async def facts_of(
    merchant_id: UUID, resident_id: UUID, city: City, on: date
) -> tuple[Why, Facts | None]:
    """A resident as this sandbox sees them: one of its own, or somebody who has not joined."""
    row = await SandboxResident.get_or_none(resident_id=resident_id, merchant_id=merchant_id)
    if row is None or row.score is None or row.age is None:
        return "not_joined" if row is None else cast(Why, row.why), None
    merchant = await Merchant.get(id=merchant_id)
    dimensions = _dimensions(city.scorecard(on), row.score)
    return "joined", Facts(row.score, row.age, merchant.division, dimensions)


async def behavior(merchant_id: UUID) -> Behavior:
    """How a sandbox is set. Asked on each of its calls."""
    row = await SandboxSetting.get_or_none(merchant_id=merchant_id)
    if row is None:
        return Behavior()
    status: ErrorStatus = 500 if row.error_status == 500 else 503
    faults = Faults(
        row.slow_ms, status, row.error_calls, row.duplicate_webhooks, row.reorder_webhooks
    )
    return Behavior(row.offset_seconds, faults)


async def set_clock(merchant_id: UUID, offset_seconds: int, actor: str) -> Behavior:
    """Set how far the sandbox's clock is ahead of ours.

    Never behind: a use of a day that is closed would not be in its statement.
    """
    return await _set(merchant_id, actor, "sandbox.clock", offset_seconds=offset_seconds)


async def set_faults(merchant_id: UUID, faults: Faults, actor: str) -> Behavior:
    """Set what is to go wrong from now on, in place of what was set before."""
    columns = {name: getattr(faults, name) for name in Faults.__slots__}
    return await _set(merchant_id, actor, "sandbox.faults", **columns)


async def take_error(merchant_id: UUID) -> bool:
    """Take one of the calls that are to fail; of many at once no more than were asked for."""
    while row := await SandboxSetting.get_or_none(merchant_id=merchant_id, error_calls__gt=0):
        one = SandboxSetting.filter(id=row.id, error_calls=row.error_calls)
        if await one.update(error_calls=row.error_calls - 1):
            return True
    return False


@transactional
async def _set(merchant_id: UUID, actor: str, action: str, **columns: Any) -> Behavior:
    await accounts.held(Office(actor), merchant_id)
    if not await SandboxSetting.filter(merchant_id=merchant_id).update(**columns):
        await SandboxSetting.create(merchant_id=merchant_id, **columns)
    await audit.append(actor, action, f"merchant:{merchant_id}", columns)
    return await behavior(merchant_id)


def _made_up(card: Scorecard, per_band: int) -> Iterable[MadeUp]:
    """Each band from its floor upward. A handle's score does not depend on how many are made."""
    bands = sorted(card.bands, key=lambda band: band.floor)
    for at, band in enumerate(bands):
        top = bands[at + 1].floor if at + 1 < len(bands) else card.maximum
        low = max(band.floor, card.minimum)
        step = (top - low) // MOST_PER_BAND // 100 * 100
        for n in range(per_band):
            yield MadeUp(f"{band.id}-{n + 1}", "joined", band.id, low + n * step, 25 + n * 37 % 60)
    for why in _WITHOUT_FACTS:
        yield MadeUp(f"{why.replace('_', '-')}-1", why, None, None, None)


def _dimensions(card: Scorecard, score: int) -> dict[str, int]:
    """The higher the score, the more of each dimension."""
    share = score - card.minimum
    whole = card.maximum - card.minimum
    return {
        one.id: one.floor + (one.ceiling - one.floor) * share // whole for one in card.dimensions
    }


def _made(row: SandboxResident) -> MadeUp:
    return MadeUp(row.handle, cast(Why, row.why), row.band, row.score, row.age)
