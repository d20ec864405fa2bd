"""How often a resident may still use scenarios, by the very counters that redeeming takes."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from points_api.eligibility.uses import Uses
from points_api.redemptions import counters as stored
from scenarios.benefits import AmountNeeded, AmountTooSmall, Benefit
from scenarios.quotas import Counter, counters
from scenarios.scenario import Scenario


async def uses_of(
    resident_id: UUID, scenarios: Sequence[Scenario], day: date
) -> Mapping[str, Uses]:
    """What is left for one resident on a day, by scenario, in one query.

    A reservation whose time is over still counts until it is cleared away, within the minute.
    """
    wanted = {
        one.id: counters(one, str(resident_id), day, _least(one.benefit)) for one in scenarios
    }
    used = await stored.used_of(wanted)
    return {one.id: _uses(one, wanted[one.id], used[one.id], day) for one in scenarios}


def _uses(
    scenario: Scenario, wanted: Sequence[Counter], used: Mapping[str, int], day: date
) -> Uses:
    period = scenario.quota.period
    left = next((one.limit - used.get(one.name, 0) for one in wanted if one.kind == "person"), None)
    full = stored.first_full(wanted, used)
    return Uses(
        period=period,
        left=None if left is None else max(left, 0),
        used_up=full.kind if full else None,
        free_on=stored.free_on(full.kind, period, day) if full else None,
    )


def _least(benefit: Benefit) -> int:
    """What the smallest use would take of a budget: where it depends on an amount, one fen."""
    try:
        return max(benefit.of(None), 1)
    except (AmountNeeded, AmountTooSmall):
        return 1
