"""What a use of a scenario is worth, which counters it takes, and when what is lent is due."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from points_api.redemptions.problems import AmountBelowLeast, AmountMissing, DueDayUnfit
from scenarios.benefits import AmountNeeded, AmountTooSmall, DepositWaive, PayLater
from scenarios.quotas import Counter, counters
from scenarios.scenario import Scenario

_LONGEST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Terms:
    """Amounts in fen; the counters in the order in which they are taken."""

    benefit_fen: int
    owed_fen: int
    due_on: date | None
    counters: tuple[Counter, ...]

    @property
    def taken(self) -> dict[str, int]:
        """What it takes of each counter."""
        return {one.name: one.amount for one in self.counters}


def terms_of(
    scenario: Scenario,
    resident_id: UUID,
    day: date,
    amount_fen: int | None,
    due_on: date | None = None,
    apart: str = "",
) -> Terms:
    """The terms of one use on a day; `apart` as in `scenarios.quotas.counters`.

    Raises `AmountMissing`, `AmountBelowLeast`, `DueDayUnfit`.
    """
    try:
        benefit_fen = scenario.benefit.of(amount_fen)
    except AmountNeeded:
        raise AmountMissing from None
    except AmountTooSmall as small:
        raise AmountBelowLeast(small.least_fen) from None
    return Terms(
        benefit_fen,
        scenario.settlement.owed_fen(benefit_fen),
        _due(scenario, day, due_on),
        tuple(counters(scenario, str(resident_id), day, benefit_fen, apart)),
    )


def _due(scenario: Scenario, day: date, agreed: date | None) -> date | None:
    """A deferred payment has its term; of a deposit merchant and resident agree on a day."""
    benefit = scenario.benefit
    if agreed is not None and not (
        isinstance(benefit, DepositWaive) and day <= agreed <= day + _LONGEST
    ):
        raise DueDayUnfit
    return day + timedelta(days=benefit.days) if isinstance(benefit, PayLater) else agreed
