"""Versions as they leave the database, one by one and in lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from tortoise.queryset import QuerySet

from points_api.auth.merchants import CallingMerchant
from points_api.auth.officers import CallingOfficer
from points_api.conditional import etag_of
from points_api.crypto.keyring import Keyring
from points_api.paging import Page, Pages
from points_api.problem import NotFound
from points_api.scenarios.models import ScenarioMove, ScenarioVersion
from scenarios.lifecycle import Move, State

MOST_VERSIONS = 50


@dataclass(frozen=True, slots=True)
class Version:
    """A version; `etag` names its state and text."""

    id: UUID
    scenario_id: str
    version: int
    category: str
    division: str
    state: State
    document: dict[str, Any]
    digest: str
    merchant_id: UUID | None
    author: str
    approved_by: str | None
    live_since: datetime | None
    created_at: datetime
    changed_at: datetime

    @property
    def etag(self) -> str:
        marks = (self.id, self.state, self.digest, self.changed_at.timestamp())
        return etag_of(repr(marks).encode())


@dataclass(frozen=True, slots=True)
class Made:
    """A move that was made."""

    move: Move
    state: State
    actor: str
    reason: str
    at: datetime


def version_of(row: ScenarioVersion) -> Version:
    """A row as the value that leaves the service."""
    return Version(
        id=row.id,
        scenario_id=row.scenario_id,
        version=row.version,
        category=row.category,
        division=row.division,
        state=cast(State, row.state),
        document=row.document,
        digest=row.digest,
        merchant_id=row.merchant_id,
        author=row.author,
        approved_by=row.approved_by,
        live_since=row.live_since,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )


async def proposal(caller: CallingMerchant, proposal_id: UUID) -> Version:
    """One of the merchant's own. Raises `NotFound`."""
    row = await ScenarioVersion.get_or_none(id=proposal_id, merchant_id=caller.merchant_id)
    if row is None:
        raise NotFound.of("场景版本", "version of a scenario")
    return version_of(row)


async def proposals(
    keyring: Keyring, caller: CallingMerchant, cursor: str | None, limit: int
) -> Page[Version]:
    """The merchant's own, newest first."""
    pages = Pages(keyring, f"merchant.proposals:{caller.merchant_id}")
    rows = ScenarioVersion.filter(merchant_id=caller.merchant_id)
    return await _page(rows, pages, cursor, limit)


async def overseen(
    keyring: Keyring, caller: CallingOfficer, state: State | None, cursor: str | None, limit: int
) -> Page[Version]:
    """What is an officer's to act on, newest first."""
    pages = Pages(keyring, f"officer.scenarios:{caller.division}:{state}")
    rows = ScenarioVersion.all()
    if caller.division is not None:
        rows = rows.filter(division=caller.division)
    if state is not None:
        rows = rows.filter(state=state)
    return await _page(rows, pages, cursor, limit)


async def of_scenario(caller: CallingOfficer, scenario_id: str) -> list[Version]:
    """The newest versions of a scenario that are the officer's to see. Raises `NotFound`."""
    rows = ScenarioVersion.filter(scenario_id=scenario_id).order_by("-version")
    seen = [version_of(row) for row in await rows.limit(MOST_VERSIONS)]
    seen = [one for one in seen if caller.oversees(one.division)]
    if not seen:
        raise NotFound.of("场景版本", "version of a scenario")
    return seen


async def one_of(caller: CallingOfficer, scenario_id: str, version: int) -> Version:
    """One version. Raises `NotFound`."""
    row = await ScenarioVersion.get_or_none(scenario_id=scenario_id, version=version)
    if row is None or not caller.oversees(row.division):
        raise NotFound.of("场景版本", "version of a scenario")
    return version_of(row)


async def moves_of(one: Version) -> list[Made]:
    """What was done with a version, in order."""
    rows = ScenarioMove.filter(scenario_id=one.scenario_id, version=one.version)
    return [
        Made(cast(Move, row.move), cast(State, row.state), row.actor, row.reason, row.at)
        for row in await rows.order_by("at", "id")
    ]


async def _page(
    rows: QuerySet[ScenarioVersion], pages: Pages, cursor: str | None, limit: int
) -> Page[Version]:
    after: Sequence[Any] = pages.read(cursor)
    if after:
        rows = rows.filter(id__lt=UUID(after[0]))
    found = [version_of(row) for row in await rows.order_by("-id").limit(limit + 1)]
    return pages.page(found, limit, lambda one: (str(one.id),))
