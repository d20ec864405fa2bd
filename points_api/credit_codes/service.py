"""Making a code for a resident: consent for the scenario there must be, and it must be open."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from points_api.consents import to_scenario
from points_api.credit_codes.models import SpokenCode
from points_api.credit_codes.problems import ModeNotOffered, PointsPaused, ScenarioConsentNeeded
from points_api.credit_codes.sealing import (
    LIVES_SECONDS,
    CodeSeal,
    CreditCode,
    scenario_mark,
    text_of,
)
from points_api.db.transaction import transactional
from points_api.db.writes import Insert, write_all
from points_api.eligibility.remembered import Remembered
from points_api.merchants.sandbox import Minted
from points_api.problem import Busy
from points_api.residents.membership import member_of
from points_api.scenarios.live import LiveScenarios
from points_api.scenarios.notices import notice_of
from scenarios.scenario import Scenario

_ATTEMPTS: Final = 8
_NOBODY: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Made:
    """A code with the scenario it is for, and the number to say where the scenario has counters."""

    sealed: bytes
    scenario: Scenario
    number: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CreditCodes:
    """The service: what it needs besides the database."""

    seal: CodeSeal
    live: LiveScenarios
    remembered: Remembered

    async def make(
        self, resident_id: UUID, session_id: UUID, scenario_id: str, now: datetime
    ) -> Made:
        """Make a code of this sign-in for a scenario.

        Raises `NoMember`, `PointsPaused`, `ScenarioNotOpen`, `ModeNotOffered`,
        `ScenarioConsentNeeded`. Whether the scenario is open to the resident plays no part.
        """
        await member_of(resident_id)
        # Read here, so that the merchant's question finds it in Redis, whatever it says.
        standing = await self.remembered.of(resident_id, now)
        if standing.why == "paused":  # as of some time ago
            standing = await self.remembered.fresh(resident_id, now)
        if standing.why == "paused":
            raise PointsPaused
        scenario, consent_id = await self.agreed(resident_id, scenario_id, now)
        if not {"code", "counter"} & set(scenario.verification):
            raise ModeNotOffered(scenario.verification)
        expires_at = now + timedelta(seconds=LIVES_SECONDS)
        code = CreditCode(
            resident_id,
            session_id,
            consent_id,
            scenario_mark(scenario_id),
            scenario.version,
            int(expires_at.timestamp()),
        )
        sealed = self.seal.seal(code)
        number = None
        if "counter" in scenario.verification:
            number = await _numbered(scenario_id, sealed, now, expires_at)
        return Made(sealed, scenario, number, datetime.fromtimestamp(code.expires_at, UTC))

    async def mint(
        self, resident_id: UUID, scenario_id: str, sandbox_of: UUID, now: datetime
    ) -> Minted:
        """Make a code of a made-up resident, which only that sandbox can use.

        Raises `ScenarioNotOpen`.
        """
        scenario = self.live.current.require(scenario_id)
        expires_at = int(now.timestamp()) + LIVES_SECONDS
        mark = scenario_mark(scenario_id)
        code = CreditCode(resident_id, sandbox_of, _NOBODY, mark, scenario.version, expires_at)
        return Minted(text_of(self.seal.seal(code)), datetime.fromtimestamp(expires_at, UTC))

    async def agreed(
        self, resident_id: UUID, scenario_id: str, now: datetime
    ) -> tuple[Scenario, UUID]:
        """An open scenario and the consent to it. Raises what says which of them is missing."""
        scenario = self.live.current.require(scenario_id)
        notice = notice_of(scenario)
        consent = await to_scenario.standing(resident_id, notice, now)
        if consent is None:
            raise ScenarioConsentNeeded(scenario_id, notice.notice_version, notice.discloses)
        return scenario, consent.id


@transactional
async def _numbered(scenario_id: str, sealed: bytes, now: datetime, expires_at: datetime) -> str:
    """Give the code six digits that no other code of the scenario has now."""
    await SpokenCode.filter(scenario_id=scenario_id, expires_at__lte=now).delete()
    for _ in range(_ATTEMPTS):
        number = f"{secrets.randbelow(1_000_000):06d}"
        row = {
            "scenario_id": scenario_id,
            "number": number,
            "sealed": sealed,
            "expires_at": expires_at,
        }
        if await write_all([Insert(SpokenCode, [row], unless="spoken_code_once")]) == [1]:
            return number
    raise Busy


async def spoken(scenario_id: str, number: str, now: datetime) -> bytes | None:
    """The code behind a number; None where there is none that is still good."""
    row = await SpokenCode.get_or_none(scenario_id=scenario_id, number=number, expires_at__gt=now)
    return row.sealed if row else None
