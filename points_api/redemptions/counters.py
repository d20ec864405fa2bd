"""Counters of quotas and budgets: taking of them, giving back, and which of them is full.

The table's own check keeps each within its limit, so what would go over fails with everything that
goes with it. They are taken and given back in one order, the shared ones last (`scenarios.quotas`),
and after all else of their statement, so that the ones for which many wait are held shortest.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final, get_args

from points_api.db.writes import Insert, Update, Write
from points_api.ids import new_id
from points_api.redemptions.models import QuotaCounter
from points_api.redemptions.problems import QuotaUsedUp
from scenarios.benefits import Period
from scenarios.quotas import Counter, Limit, kind_of, period_of

ORDER: Final[tuple[Limit, ...]] = get_args(Limit)
"""The kinds of counters in the order of taking."""
WITHIN: Final = "quota_counter_used"


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
