"""Finding who is meant by a merchant's pseudonym, and under which consent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from points_api.consents.models import Consent
from points_api.consents.scenario_notice import PURPOSE
from points_api.scenarios.models import ScenarioVersion


@dataclass(frozen=True, slots=True)
class Found:
    """Nobody where no consent covers what the scenario discloses."""

    resident_id: UUID | None = None
    consent_id: UUID | None = None


async def consenting(
    candidates: Sequence[UUID], scenario_id: str, discloses: Sequence[str], now: datetime
) -> Found:
    """The one of these who agreed to the scenario being told this."""
    row = await Consent.filter(
        resident_id__in=list(candidates), purpose=PURPOSE, recipient=scenario_id,
        withdrawn_at=None, expires_at__gt=now,
    ).order_by("-id").first()  # fmt: skip
    if row is None or not set(discloses) <= set(row.data_kinds):
        return Found()
    return Found(row.resident_id, row.id)


async def version_of(scenario_id: str) -> int:
    """The newest version of a scenario that is not published now."""
    row = await ScenarioVersion.filter(scenario_id=scenario_id).order_by("-version").first()
    return row.version if row else 0
