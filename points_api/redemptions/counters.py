"""Counters of quotas and budgets: taking of them, giving back, and which of them is full.

The table's own check keeps each within its limit, so what would go over fails with everything that
goes with it. They are taken and given back in one order, the shared ones last (`scenarios.quotas`),
and after all else of their statement, so that the ones for which many wait are held shortest.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final, get_args
from uuid import UUID

from tortoise.expressions import Q

from points_api.db.transaction import transactional
from points_api.db.writes import Insert, Update, Write
from points_api.ids import new_id
from points_api.redemptions.models import QuotaCounter
from points_api.redemptions.problems import QuotaUsedUp
from scenarios.benefits import Period
from scenarios.quotas import Counter, Limit, is_over, kind_of, period_of

ORDER: Final[tuple[Limit, ...]] = get_args(Limit)
"""The kinds of counters in the order of taking."""
WITHIN: Final = "quota_counter_used"
CLEARED_AT_ONCE: Final = 500


def taking(scenario_id: str, counters: Sequence[Counter]) -> list[Write]:
    """The writes that take all of these."""
    rows = [
        {
            "id": new_id(), "scenario_id": scenario_id, "name": one.name, "used": one.amount,
            "most": one.limit,
        }
        for one in counters
    ]  # fmt: skip
    # The limit is today's: a new version of a scenario may have another.
    taken = Insert(
        QuotaCounter, rows, unless="quota_counter_once", replace=("most",), add=("used",)
    )
    return [taken] if rows else []


def giving_back(scenario_id: str, taken: Mapping[str, int]) -> list[Write]:
    """The writes that give so much of each back, one by one in the order of taking."""
    return [
        Update(
            QuotaCounter,
            ("scenario_id", "name"),
            [{"scenario_id": scenario_id, "name": name, "used": -amount}],
            add=("used",),
        )
        for name, amount in sorted(taken.items(), key=lambda item: ORDER.index(kind_of(item[0])))
        if amount
    ]


async def clear(before: date) -> int:
    """Delete what counts a period over before a day, or nothing that is out; return how many.

    Redeeming takes of the period of its own day, and a reversal may come `REVERSIBLE` later: until
    then the counter has to be there. What is left over holds neither, and statements are of the
    ledger. Where somebody takes of one at that moment, the taking comes first or makes it anew.
    """
    cleared, last = 0, UUID(int=0)
    while page := await QuotaCounter.filter(id__gt=last).order_by("id").limit(CLEARED_AT_ONCE):
        last = page[-1].id
        over = [one.id for one in page if is_over(one.name, before)]
        empty = [one.id for one in page if kind_of(one.name) == "out" and not one.used]
        cleared += await _delete(Q(id__in=over) | Q(id__in=empty, used=0)) if over or empty else 0
    return cleared


@transactional
async def _delete(chosen: Q) -> int:
    return await QuotaCounter.filter(chosen).delete()


def less(taken: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """What is taken beyond `after`."""
    rests = {name: amount - after.get(name, 0) for name, amount in taken.items()}
    return {name: rest for name, rest in rests.items() if rest}


async def used_of(counters: Mapping[str, Sequence[Counter]]) -> Mapping[str, Mapping[str, int]]:
    """How much of these counters is used now, by scenario and name; of one not named, nothing."""
    names = {one.name for each in counters.values() for one in each}
    rows = await QuotaCounter.filter(scenario_id__in=list(counters), name__in=sorted(names))
    found: dict[str, dict[str, int]] = {scenario_id: {} for scenario_id in counters}
    for row in rows:
        found[row.scenario_id][row.name] = row.used
    return found


def first_full(counters: Sequence[Counter], used: Mapping[str, int]) -> Counter | None:
    """The first counter on which there is no room."""
    full = (one for one in counters if used.get(one.name, 0) + one.amount > one.limit)
    return next(full, None)


def used_up(counter: Counter, period: Period, day: date) -> QuotaUsedUp:
    """The refusal that says which limit it is, and from which day on there is room again."""
    return QuotaUsedUp(counter.kind, free_on(counter.kind, period, day))


def free_on(limit: Limit, period: Period, day: date) -> date | None:
    """The day on which there is room again by itself; None where time alone gives none."""
    if limit == "day":
        return day + timedelta(days=1)
    return next_period(period, day) if limit == "person" else None


def next_period(period: Period, day: date) -> date | None:
    """The first day of the period after that of a day; None if there is none.

    >>> next_period("month", date(2026, 12, 31)).isoformat()
    '2027-01-01'
    """
    if period == "ever":
        return None
    this, after = period_of(period, day), day
    while period_of(period, after) == this:
        after += timedelta(days=1)
    return after
