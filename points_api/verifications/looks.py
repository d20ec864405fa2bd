"""Merchants' looks in a resident's access log: each is a verification, which is a row anyway."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from points_api import clock
from points_api.access_log.seen import Seen
from points_api.consents.scenario_notice import ScenarioNotices
from points_api.language import Text
from points_api.verifications import listing
from points_api.verifications.listing import Decision

_TOLD: Final = {
    True: Text("“符合条件”和优惠内容", "That you qualify, and the benefit"),
    False: Text("“不符合条件”，没有原因", "That you do not qualify, without a reason"),
}


@dataclass(frozen=True, slots=True)
class MerchantLooks:
    """A `Source` of the access log."""

    notices: ScenarioNotices

    async def __call__(self, resident_id: UUID, before: UUID | None, most: int) -> list[Seen]:
        """The newest looks of those before an id."""
        found = await listing.before(self.notices, resident_id, before, most)
        return [_seen(one) for one in found]


def _seen(decision: Decision) -> Seen:
    entry = decision.entry
    return Seen(
        id=entry.id,
        day=clock.day_of(entry.created_at),
        actor_kind="merchant",
        actor=str(entry.merchant_id),
        actor_name=decision.merchant,
        purpose=entry.scenario_id,
        purpose_name=decision.scenario,
        what="eligibility",
        given=_TOLD[entry.eligible],
        times=1,
        first_at=entry.created_at,
        last_at=entry.created_at,
    )
