"""Telling the merchants of a scenario what differs from what each of them was told last.

Numbers of changes are given under a lock of the merchant that is held to the commit. So they have
no gaps, and whoever has read up to one has missed none before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from points_api import ids
from points_api.access_log.service import record_look
from points_api.crypto.keyring import Keyring
from points_api.db import outbox
from points_api.db.transaction import advisory_lock
from points_api.db.writes import Insert, write_all
from points_api.eligibility import pseudonym
from points_api.entitlements import members
from points_api.entitlements.models import EntitlementChange
from points_api.ids import new_id
from points_api.merchants.models import MerchantScenario

MOVED: Final = "entitlement.moved"


@dataclass(frozen=True, slots=True)
class State:
    """A resident in a scenario: entitled or not, under another version than before, the number."""

    granted: bool
    moved: bool = False
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """Tells about one resident, in the caller's transaction."""

    keyring: Keyring
    resident_id: UUID
    now: datetime

    async def tell(self, states: Mapping[str, State]) -> int:
        """Write what is new to each merchant that serves one of the scenarios; return how many."""
        serving = await MerchantScenario.filter(
            scenario_id__in=list(states), merchant__sandbox=False
        ).select_related("merchant")
        pairs: dict[tuple[UUID, str], bool] = {}
        for row in serving:
            serves = row.until is None and row.merchant.state == "active"
            pair = row.merchant_id, row.scenario_id
            pairs[pair] = pairs.get(pair, False) or serves
        subjects = {one: pseudonym.of(self.keyring, one, self.resident_id) for one, _ in pairs}
        known = await _known(subjects)
        told = 0
        for merchant_id, scenario_id in sorted(pairs):  # in one order, for each merchant is locked
            state = states[scenario_id]
            if not pairs[merchant_id, scenario_id]:
                state = State(granted=False)
            mark = self._mark(merchant_id, state.number)
            if _news(known.get((merchant_id, scenario_id)), state, mark) is not None:
                told += await self._tell(merchant_id, subjects[merchant_id], scenario_id, state)
        return told

    def _mark(self, merchant_id: UUID, number: str | None) -> str | None:
        """The number as this merchant's list has it."""
        if number is None:
            return None
        return members.hashed(members.key_of(self.keyring, merchant_id), number)

    async def _tell(self, merchant_id: UUID, subject: str, scenario_id: str, state: State) -> bool:
        mark = self._mark(merchant_id, state.number)
        number = await _next_number(merchant_id)
        # Once more under the lock, for a withdrawal may have told it meanwhile.
        last = await _last(merchant_id, subject, scenario_id)
        kind = _news(last, state, mark)
        if kind is None:
            return False
        if kind == "revoked" and last is not None:
            mark = last.member_hash  # by which the merchant finds whom to strike off
        change = {
            "id": new_id(), "number": number, "merchant_id": merchant_id,
            "scenario_id": scenario_id, "subject": subject, "member_hash": mark, "kind": kind,
            "at": self.now,
        }  # fmt: skip
        await self._write(change)
        return True

    async def _write(self, change: Mapping[str, object]) -> None:
        merchant, scenario_id = str(change["merchant_id"]), str(change["scenario_id"])
        said = {
            "change_id": str(change["id"]), "merchant_id": merchant, "scenario_id": scenario_id,
        }  # fmt: skip
        event = outbox.event(MOVED, f"resident:{self.resident_id}", said)
        await write_all([Insert(EntitlementChange, [change]), event])
        if change["kind"] != "revoked":
            await record_look(
                self.resident_id, "merchant", merchant, scenario_id, "entitlement", self.now
            )


def _news(last: EntitlementChange | None, state: State, mark: str | None) -> str | None:
    """What to tell a merchant after what it was told last; None: it knows."""
    if last is None or last.kind == "revoked":
        return "granted" if state.granted else None
    if not state.granted:
        return "revoked"
    return "changed" if state.moved or last.member_hash != mark else None


async def _known(subjects: Mapping[UUID, str]) -> dict[tuple[UUID, str], EntitlementChange]:
    """What each merchant was told last of its subject, by scenario: in one query for all."""
    told = EntitlementChange.filter(
        merchant_id__in=list(subjects), subject__in=list(subjects.values())
    )
    return {(row.merchant_id, row.scenario_id): row for row in await told.order_by("number")}


async def _last(merchant_id: UUID, subject: str, scenario_id: str) -> EntitlementChange | None:
    told = EntitlementChange.filter(
        merchant_id=merchant_id, subject=subject, scenario_id=scenario_id
    )
    return await told.order_by("-number").first()


async def _next_number(merchant_id: UUID) -> int:
    """The number of the next change of a merchant, nobody else's until the commit."""
    await advisory_lock(f"entitlement:{merchant_id}")
    last = await EntitlementChange.filter(merchant_id=merchant_id).order_by("-number").first()
    if last is None:
        return 1
    ids.follow(last.id)  # so that events, too, are in the order of commits
    return int(last.number) + 1
