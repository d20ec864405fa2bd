"""Consents whose recipient is a scenario: each by itself, none without having joined."""

from datetime import datetime
from uuid import UUID

from points_api.consents.models import Consent
from points_api.consents.notice import MOST_MONTHS
from points_api.consents.scenario_notice import PURPOSE, ScenarioNotice
from points_api.consents.service import (
    Effects,
    Receipt,
    Terms,
    give,
    hold,
    plus_months,
    receipt_of,
)
from points_api.db.transaction import transactional


@transactional
async def agree(
    effects: Effects, resident_id: UUID, notice: ScenarioNotice, channel: str, now: datetime
) -> Receipt:
    """Let a scenario learn what its notice says, until its sunset and for 24 months at most."""
    await hold(resident_id)
    await effects.granted_to_scenario(resident_id)
    until = min(notice.ends_at, plus_months(now, MOST_MONTHS))
    kinds, version = list(notice.discloses), notice.notice_version
    terms = Terms(PURPOSE, notice.scenario_id, kinds, version, until)
    (receipt,) = await give(resident_id, [terms], channel, now)
    return receipt


async def standing(resident_id: UUID, notice: ScenarioNotice, now: datetime) -> Receipt | None:
    """The consent under which a scenario may be told what its notice says, if there is one.

    One given on an earlier version serves for as long as no further kind of data has come.
    """
    found = Consent.filter(
        resident_id=resident_id, withdrawn_at=None, purpose=PURPOSE,
        recipient=notice.scenario_id, expires_at__gt=now,
    )  # fmt: skip
    row = await found.order_by("-id").first()
    if row is None or not set(notice.discloses) <= set(row.data_kinds):
        return None
    return receipt_of(row, now)
