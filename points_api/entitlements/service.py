"""A resident's number on a list, and what a merchant reads: its changes, and the file of a day."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from points_api import clock
from points_api.audit import service as audit
from points_api.consents import service as consents
from points_api.consents.models import Consent
from points_api.crypto.keyring import Keyring
from points_api.db.transaction import transactional
from points_api.db.writes import write_all
from points_api.entitlements import members, renewing
from points_api.entitlements.models import Entitlement, EntitlementChange
from points_api.entitlements.problems import DayNotOver, ListConsentNeeded, NotAList
from points_api.paging import Pages
from points_api.scenarios.live import LiveScenarios

_PAGE: Final = 5000
HEADINGS: Final = ("scenario_id", "subject", "member_hash", "since")


@dataclass(frozen=True, slots=True)
class Feed:
    """Changes after a place, and the place after them."""

    changes: list[EntitlementChange]
    cursor: str
    more: bool


@dataclass(frozen=True, slots=True)
class DayFile:
    """Everybody who was entitled at the end of a day and still is; `digest` is of the bytes."""

    merchant_id: UUID
    day: date
    rows: int
    last_change: int
    content: bytes

    @property
    def digest(self) -> str:
        return f"sha256:{sha256(self.content).hexdigest()}"

    @property
    def manifest(self) -> Mapping[str, object]:
        """What to check the file by, and from which change on to go on with the feed."""
        return {
            "merchant_id": str(self.merchant_id), "day": self.day.isoformat(), "rows": self.rows,
            "last_change": self.last_change, "digest": self.digest, "columns": list(HEADINGS),
        }  # fmt: skip


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

    Raises `NotFound`, `NotAList`, `ListConsentNeeded`, `MemberRefused`.
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


async def day_file(merchant_id: UUID, day: date) -> DayFile:
    """The list as it stood at the end of a day, without those revoked since. Raises `DayNotOver`.

    So the file of a day gets shorter, and never tells again of somebody who has withdrawn.
    """
    if day >= clock.today():
        raise DayNotOver("请写过去的一天", "Name a day that is over")
    end = datetime.combine(day + timedelta(days=1), time.min, clock.LEGAL_ZONE)
    entitled: dict[tuple[str, str], EntitlementChange] = {}
    last, counted = 0, 0
    while True:
        found = EntitlementChange.filter(merchant_id=merchant_id, number__gt=last)
        page = await found.order_by("number").limit(_PAGE)
        if not page:
            break
        last = page[-1].number
        for one in page:
            if one.kind == "revoked":
                entitled.pop((one.scenario_id, one.subject), None)
            elif one.at < end:
                entitled[one.scenario_id, one.subject] = one
            counted = one.number if one.at < end else counted
    return DayFile(merchant_id, day, len(entitled), counted, _csv(entitled))


def _csv(entitled: Mapping[tuple[str, str], EntitlementChange]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")  # RFC 4180
    writer.writerow(HEADINGS)
    for _, one in sorted(entitled.items()):
        since = clock.day_of(one.at).isoformat()
        writer.writerow([one.scenario_id, one.subject, one.member_hash or "", since])
    return text.getvalue().encode()
