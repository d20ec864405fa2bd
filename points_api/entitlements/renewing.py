"""Keeping entitlements right: what a resident is entitled to, against what each merchant was told.

A renewal starts from the state and not from the event that asked for it: it reads consent, standing
and scenarios as they are, and tells each merchant the difference to what it was told last. So it
may be asked for twice, late or in another order, and ends the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from tortoise.queryset import QuerySet

from points_api.consents import service as consents
from points_api.consents.models import Consent
from points_api.crypto.keyring import Keyring
from points_api.db import outbox
from points_api.db.transaction import transactional
from points_api.db.writes import Insert, write_all
from points_api.eligibility.standing import Standings
from points_api.entitlements import members
from points_api.entitlements.models import Entitlement
from points_api.entitlements.telling import State, Telling
from points_api.scenarios.live import LiveScenarios
from scenarios.scenario import Scenario

DUE: Final = "entitlement.due"
PURPOSE: Final = "scenario"
_PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class Entitlements:
    """Renews entitlements; what it needs besides the database."""

    keyring: Keyring
    scenarios: LiveScenarios
    standings: Standings

    @transactional
    async def renew(self, resident_id: UUID, now: datetime) -> int:
        """Bring a resident's entitlements up to date; return how many changes that were."""
        await consents.hold(resident_id)
        listed = await self._listed(resident_id, now)
        rows = {row.scenario_id: row for row in await Entitlement.filter(resident_id=resident_id)}
        if not listed and not rows:
            return 0
        open_to = await self._open_to(resident_id, now) if listed else frozenset()
        states = {}
        for scenario_id in listed.keys() | rows.keys():
            scenario, row = listed.get(scenario_id), rows.get(scenario_id)
            granted = scenario_id in open_to
            moved = await _store(row, resident_id, scenario_id, scenario, granted=granted, now=now)
            number = _plain(self.keyring, row.member) if row is not None else None
            states[scenario_id] = State(granted, moved, number)
        return await Telling(self.keyring, resident_id, now).tell(states)

    async def _listed(self, resident_id: UUID, now: datetime) -> Mapping[str, Scenario | None]:
        """The scenarios with a list that the resident agreed to; None: it is not published now."""
        agreed = await Consent.filter(
            resident_id=resident_id, purpose=PURPOSE, withdrawn_at=None, expires_at__gt=now
        ).values_list("recipient", flat=True)
        by_id = self.scenarios.current.by_id
        found = {str(one): by_id.get(str(one)) for one in agreed}
        return {one: s for one, s in found.items() if s is None or "list" in s.verification}

    async def _open_to(self, resident_id: UUID, now: datetime) -> frozenset[str]:
        standing = await self.standings.of(resident_id, now)
        open_to = self.scenarios.current.index.open_to(standing.facts)
        return frozenset(one.id for one in open_to if "list" in one.verification)


@transactional
async def withdraw(keyring: Keyring, resident_id: UUID, scenario_id: str, now: datetime) -> None:
    """End an entitlement whose consent has ended; the number on the list goes with it.

    Where the resident has agreed anew meanwhile, a renewal follows.
    """
    await Entitlement.filter(resident_id=resident_id, scenario_id=scenario_id).delete()
    await Telling(keyring, resident_id, now).tell({scenario_id: State(granted=False)})
    again = Consent.filter(
        resident_id=resident_id, purpose=PURPOSE, recipient=scenario_id, withdrawn_at=None
    )
    if await again.exists():
        await write_all([due(resident_id)])


def due(resident_id: UUID) -> Insert:
    """The event that asks for a renewal, as a write."""
    return outbox.event(DUE, f"resident:{resident_id}", {})


async def due_for_scenario(scenario_id: str) -> int:
    """Ask for a renewal of everybody who agreed to a scenario that moved.

    Of some there is no entitlement yet: they agreed while it was not published.
    """
    return await _ask_for_all(Consent.filter(recipient=scenario_id))


async def due_for_all() -> int:
    """Ask for a renewal of everybody who agreed to a scenario: for what a new day changes."""
    return await _ask_for_all(Consent.all())


async def is_concerned(resident_id: UUID) -> bool:
    """Whether a resident has agreed to any scenario, so that a change of score may matter."""
    return await Consent.exists(resident_id=resident_id, purpose=PURPOSE, withdrawn_at=None)


async def _ask_for_all(given: QuerySet[Consent]) -> int:
    """Ask page by page, each a transaction: asked twice, a renewal is none the worse for it."""
    agreed = given.filter(purpose=PURPOSE, withdrawn_at=None).order_by("id")
    last, asked = None, 0
    while True:
        page = await (agreed.filter(id__gt=last) if last else agreed).limit(_PAGE)
        if not page:
            return asked
        asked += await _ask_for({row.resident_id for row in page})
        last = page[-1].id


@transactional
async def _ask_for(residents: Iterable[UUID]) -> int:
    events = [due(resident_id) for resident_id in sorted(residents)]
    await write_all(events)
    return len(events)


async def _store(
    row: Entitlement | None,
    resident_id: UUID,
    scenario_id: str,
    scenario: Scenario | None,
    *,
    granted: bool,
    now: datetime,
) -> bool:
    """Write what the resident is entitled to; True where another version of it now counts."""
    if row is None:
        if scenario is not None:
            await Entitlement.create(
                resident_id=resident_id, scenario_id=scenario_id, granted=granted,
                scenario_version=scenario.version, changed_at=now,
            )  # fmt: skip
        return False
    version = scenario.version if scenario is not None else row.scenario_version
    moved = version != row.scenario_version
    if moved or granted != row.granted:
        await Entitlement.filter(id=row.id).update(
            granted=granted, scenario_version=version, changed_at=now
        )
    return moved


def _plain(keyring: Keyring, member: bytes | None) -> str | None:
    return keyring.decrypt_text(bytes(member), members.SEALED_AS) if member is not None else None
