"""How partners do, as the office sees it."""

from datetime import datetime

from interop.cities import UNCONFIRMED
from points_api.language import Language
from points_api.partners.breaker import BUDGET, Breaker, State
from points_api.partners.problems import explained
from points_api.partners.schemas import Wire, say
from points_api.partners.service import PartnerStatus


class BudgetOut(Wire):
    """Of the last questions to a partner, a thousand at most, ten may fail; `left` of these."""

    asked: int
    failed: int
    allowed: int
    left: int

    @classmethod
    def of(cls, breaker: Breaker) -> "BudgetOut":
        asked, failed = breaker.lately
        return cls(asked=asked, failed=failed, allowed=BUDGET, left=max(BUDGET - failed, 0))


class TablesOut(Wire):
    """Versions of mapping tables in force, the one that decides first.

    `visitors`: from their scale to ours; `residents`: from ours to theirs; `told`: those that they
    said they hold when they refused ours, null where they never did.
    """

    visitors: list[str]
    residents: list[str]
    told: list[str] | None


class PartnerOut(Wire):
    """A member as this process has met it since it started."""

    city: str
    name: str
    address: str
    confirmed: bool
    state: State
    answered: int
    failed: int
    last_ok_at: datetime | None
    last_failure_at: datetime | None
    last_reason: str | None
    last_reason_text: str | None
    error_budget: BudgetOut
    tables: TablesOut

    @classmethod
    def of(cls, one: PartnerStatus, language: Language) -> "PartnerOut":
        member, breaker = one.member, one.breaker
        mark = "" if one.confirmed else say(UNCONFIRMED, language)
        return cls(
            city=member.city,
            name=(member.name_en if language == "en" else member.name) + mark,
            address=member.address,
            confirmed=one.confirmed,
            state=breaker.state,
            answered=breaker.answered,
            failed=breaker.failed,
            last_ok_at=breaker.last_ok_at,
            last_failure_at=breaker.last_failure_at,
            last_reason=breaker.last_reason,
            last_reason_text=(
                explained(breaker.last_reason).say(language) if breaker.last_reason else None
            ),
            error_budget=BudgetOut.of(breaker),
            tables=TablesOut(
                visitors=[*one.visitors],
                residents=[*one.residents],
                told=None if breaker.holds is None else [*breaker.holds],
            ),
        )


class PartnersOut(Wire):
    """`directory_fault`: why the newest edition that came was not followed."""

    directory_version: int
    directory_stale: bool
    directory_fault: str | None
    items: list[PartnerOut]
    next: None = None
