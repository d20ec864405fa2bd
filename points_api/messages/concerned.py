"""Whom the end of a scenario concerns: who has agreed to it, and for whom something is reserved."""

from datetime import datetime
from typing import Final
from uuid import UUID

from points_api.consents.models import Consent
from points_api.consents.scenario_notice import PURPOSE
from points_api.messages.kinds import Kind
from points_api.redemptions.models import Redemption
from points_api.scenarios.models import ScenarioVersion

_KINDS: Final[dict[str, Kind]] = {"suspended": "scenario_suspended", "retired": "scenario_retired"}


async def end_of(scenario_id: str, version: int, state: str) -> Kind | None:
    """What is to be told of a version that is now in a state; None where nobody misses it.

    Of drafts nobody knows, and where a later version took its place the scenario goes on.
    """
    if state not in _KINDS:
        return None
    versions = ScenarioVersion.filter(scenario_id=scenario_id)
    if not await versions.filter(version=version, approved_by__isnull=False).exists():
        return None
    return None if await versions.filter(state="published").exists() else _KINDS[state]


async def residents(scenario_id: str, now: datetime) -> list[UUID]:
    """Whom to tell, each once."""
    agreed = Consent.filter(
        purpose=PURPOSE, recipient=scenario_id, withdrawn_at=None, expires_at__gt=now
    )
    reserved = Redemption.filter(scenario_id=scenario_id, state="reserved", expires_at__gt=now)
    found: set[UUID] = set()
    for rows in (agreed, reserved):
        found |= {UUID(str(one)) for one in await rows.values_list("resident_id", flat=True)}
    return sorted(found)
