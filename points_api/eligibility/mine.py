"""The scenarios as one resident finds them: what is open, why, and to whom they have agreed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from points_api import clock
from points_api.city import City
from points_api.consents.models import Consent
from points_api.eligibility import missing
from points_api.eligibility.missing import Adviser, Ways
from points_api.eligibility.standing import Standing
from points_api.language import Language, Text
from points_api.scenarios.live import Published
from scenarios.eligibility import Decision

PURPOSE: Final = "scenario"
HOW_TO_JOIN: Final = {
    "not_joined": Text(
        "您还没有加入，照常享受普通服务。加入与否由您决定；读完告知书、同意加入后可享受更多优惠",
        "You have not joined and get the ordinary service as ever. Joining is up to you: read the "
        "notice and agree to it, and more is open to you",
    ),
    "paused": Text(
        "您的积分已暂停，照常享受普通服务。要恢复，请取消暂停，或重新同意告知书",
        "Your points are paused and you get the ordinary service as ever. To go on, end the pause "
        "or agree to the notice anew",
    ),
}


@dataclass(frozen=True, slots=True)
class Mine:
    """One resident's decisions on all scenarios of one moment, and the scenarios agreed to."""

    standing: Standing
    decisions: Mapping[str, Decision]
    consented: frozenset[str]

    def open_ids(self, *, eligible: bool = True) -> set[str]:
        """The scenarios open to them, or the others."""
        return {name for name, one in self.decisions.items() if one.eligible == eligible}

    def how_to_join(self, language: Language) -> str | None:
        """What to do to have a score; None for who has one."""
        said = HOW_TO_JOIN.get(self.standing.why)
        return said.say(language) if said else None

    def can_show_code(self, scenario_id: str) -> bool:
        """Whether a code can be made now: it needs the resident's consent to the scenario."""
        return (
            self.standing.why == "joined"
            and scenario_id in self.consented
            and "code" in self.decisions[scenario_id].scenario.verification
        )


async def decide(
    published: Published, standing: Standing, resident_id: UUID, now: datetime
) -> Mine:
    """Decide all scenarios for a resident whose standing this is."""
    decisions = {one.scenario.id: one for one in published.index.decide(standing.facts)}
    agreed = await Consent.filter(
        resident_id=resident_id, purpose=PURPOSE, withdrawn_at=None, expires_at__gt=now
    ).only("recipient")
    return Mine(standing, decisions, frozenset(one.recipient for one in agreed))


def adviser(
    city: City, standing: Standing, shown: Sequence[Decision], now: datetime, language: Language
) -> Ways:
    """Who tells the ways to what is lacking, from the very records that were decided by."""
    ground = standing.ground
    if ground is None or not any(missing.goals(one) for one in shown):
        return missing.nobody_asked
    return Adviser(city, ground.person_id, ground.records, clock.day_of(now), language).ways
