"""A resident's number on a list, and what a merchant reads: the changes of its list."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from points_api.audit import service as audit
from points_api.consents import service as consents
from points_api.consents.models import Consent
from points_api.crypto.keyring import Keyring
from points_api.db.transaction import transactional
from points_api.db.writes import write_all
from points_api.entitlements import members, renewing
from points_api.entitlements.models import Entitlement, EntitlementChange
from points_api.entitlements.problems import ListConsentNeeded, NotAList
from points_api.paging import Pages
from points_api.scenarios.live import LiveScenarios


@dataclass(frozen=True, slots=True)
class Feed:
    """Changes after a place, and the place after them."""

    changes: list[EntitlementChange]
    cursor: str
    more: bool


@transactional
async def give_number(
    keyring: Keyring,
    scenarios: LiveScenarios,
    resident_id: UUID,
    scenario_id: str,
    number: str,
    now: datetime,
) -> str:
    """Keep the number by which a list knows a resident, and return it normalized.

    Raises `ScenarioNotOpen`, `NotAList`, `ListConsentNeeded`, `MemberRefused`.
    """
    scenario = scenarios.current.require(scenario_id)
    if "list" not in scenario.verification:
        raise NotAList
    plain = members.normalized(number)
    await consents.hold(resident_id)
    agreed = Consent.filter(
        resident_id=resident_id, purpose=renewing.PURPOSE, recipient=scenario_id,
        withdrawn_at=None, expires_at__gt=now,
    )  # fmt: skip
    if not await agreed.exists():
        raise ListConsentNeeded
    sealed = keyring.encrypt(plain, members.SEALED_AS)
    mine = Entitlement.filter(resident_id=resident_id, scenario_id=scenario_id)
    if not await mine.update(member=sealed, changed_at=now):
        await Entitlement.create(
            resident_id=resident_id, scenario_id=scenario_id, scenario_version=scenario.version,
            granted=False, member=sealed, changed_at=now,
        )  # fmt: skip
    subject = f"resident:{resident_id}"
    entry = audit.entry(subject, "entitlement.number", subject, {"scenario": scenario_id})
    await write_all([entry, renewing.due(resident_id)])
    return plain


async def changes(keyring: Keyring, merchant_id: UUID, since: str | None, limit: int) -> Feed:
    """The changes of a merchant after a place, the oldest first. Raises `UnknownCursor`."""
    pages = Pages(keyring, f"merchant.entitlements:{merchant_id}")
    place = pages.read(since)
    after = int(place[0]) if place else 0
    found = EntitlementChange.filter(merchant_id=merchant_id, number__gt=after).order_by("number")
    rows = await found.limit(limit + 1)
    page = list(rows[:limit])
    return Feed(page, pages.write(page[-1].number if page else after), len(rows) > limit)


async def merchants_with_a_list() -> list[UUID]:
    """Every merchant that was ever told of an entitlement."""
    found = await EntitlementChange.filter(number=1).values_list("merchant_id", flat=True)
    return sorted(UUID(str(one)) for one in found)
