"""What the answer to a question is, unless something has changed since its resident was known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from points_api.credit_codes.service import CreditCodes
from points_api.eligibility.standing import Standing
from points_api.verifications.statement import NO_PERSON, Ask, Cause, Expected
from scenarios.facts import Facts

_NOBODY: Final = UUID(int=0)
_NOTHING_KNOWN: Final = Facts(score=0, age=0, division="")


@dataclass(frozen=True, slots=True)
class Expectations:
    """From Redis for many at once, from the database for one.

    For nobody the same steps are gone through, so that the time does not tell.
    """

    codes: CreditCodes

    async def remembered(self, asks: Sequence[Ask], now: datetime) -> list[Expected | None]:
        """The answers by what Redis knows, in one trip; None where it does not."""
        residents = [ask.resident_id or _NOBODY for ask in asks]
        found = await self.codes.remembered.known(residents, now)
        return [
            None if standing is None else self._of(ask, standing)
            for ask, standing in zip(asks, found, strict=True)
        ]

    async def fresh(self, ask: Ask, now: datetime) -> Expected:
        """The answer by what the database says."""
        standing = await self.codes.remembered.fresh(ask.resident_id or _NOBODY, now)
        return self._of(ask, standing)

    def _of(self, ask: Ask, standing: Standing) -> Expected:
        revision = standing.revision if ask.resident_id else None
        cause = self._cause(ask, standing)
        return Expected(cause, NO_PERSON if revision is None else revision)

    def _cause(self, ask: Ask, standing: Standing) -> Cause:
        published = self.codes.live.current
        if published.open(ask.scenario_id) is None:
            return "closed"
        if ask.resident_id is None:
            return "unknown"
        # Asked for somebody without facts, too, or the time would tell who has none.
        is_open = published.index.is_open(standing.facts or _NOTHING_KNOWN, ask.scenario_id)
        if standing.why != "joined":
            return standing.why
        return "eligible" if is_open else "below"
