"""Drafts, reviews, publishing, the emergency stop: one transaction each, under one lock.

A move is made only by who may make it, from the state that they have read (`If-Match`), and leaves
its row, an audit entry and an event. The row is what every process looks for each second.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from tortoise.expressions import Q

from points_api import clock
from points_api.auth.merchants import CallingMerchant
from points_api.auth.officers import CallingOfficer
from points_api.conditional import require_match
from points_api.db.transaction import advisory_lock, after_commit, transactional
from points_api.db.writes import write_all
from points_api.lifecycle.documents import check, keepable, text_of
from points_api.lifecycle.problems import (
    AuthorOnly,
    DraftOpen,
    MoveNotAllowed,
    SandboxStays,
    ScenarioFaulty,
    ScenarioTaken,
    SecondOfficerNeeded,
    TooManyDrafts,
)
from points_api.lifecycle.versions import Version, version_of
from points_api.merchants.models import MerchantScenario
from points_api.merchants.problems import ManagerNeeded
from points_api.problem import Forbidden, NotFound
from points_api.scenarios.importing import numbered
from points_api.scenarios.live import LiveScenarios
from points_api.scenarios.models import ScenarioMove, ScenarioVersion
from points_api.scenarios.moving import REGISTRY, Moved, noted, told, traces
from scenarios.files import digest_of
from scenarios.lifecycle import STEPS, Move, MoveRefused, State, moved, moves

Caller = CallingMerchant | CallingOfficer
OPEN: Final[tuple[State, State]] = ("draft", "review")
MOST_OPEN: Final = 50
REPLACED: Final = "replaced"


@dataclass(frozen=True, slots=True)
class Which:
    """Names a version: by the row's id as merchants do, or by scenario and number."""

    id: UUID | None = None
    scenario_id: str = ""
    version: int = 0

    @property
    def where(self) -> Q:
        if self.id is not None:
            return Q(id=self.id)
        return Q(scenario_id=self.scenario_id, version=self.version)


@transactional
async def draft(caller: Caller, document: Mapping[str, Any], now: datetime) -> Version:
    """Begin a version. It may still be faulty; only what is sound can be submitted."""
    name = keepable(document)
    await advisory_lock(REGISTRY)
    known = await ScenarioVersion.filter(scenario_id=name).order_by("version")
    await _require_own(caller, name, known)
    if any(row.state in OPEN for row in known):
        raise DraftOpen
    merchant_id = caller.merchant_id if isinstance(caller, CallingMerchant) else None
    if merchant_id is not None:
        mine = ScenarioVersion.filter(merchant_id=merchant_id, state__in=OPEN)
        if await mine.count() >= MOST_OPEN:
            raise TooManyDrafts
    version = known[-1].version + 1 if known else 1
    row = ScenarioVersion(
        scenario_id=name, version=version, state="draft", merchant_id=merchant_id,
        author=caller.actor, created_at=now,
    )  # fmt: skip
    _write(row, document, caller, now)
    await row.save(force_create=True)
    await write_all(
        [noted("scenario.draft", name, version, caller.actor), told(name, version, "draft")]
    )
    return version_of(row)


@transactional
async def amend(
    caller: Caller, which: Which, document: Mapping[str, Any], if_match: str | None, now: datetime
) -> Version:
    """Replace the document of one's own draft."""
    name = keepable(document)
    await advisory_lock(REGISTRY)
    row = await _held(caller, which)
    require_match(if_match, version_of(row).etag)
    if row.state != "draft":
        raise MoveNotAllowed(cast(State, row.state), moves(cast(State, row.state)))
    _require_author(caller, row)
    if name != row.scenario_id:
        raise ScenarioTaken
    _write(row, document, caller, now)
    await row.save()
    version = row.version
    await write_all(
        [noted("scenario.amend", name, version, caller.actor), told(name, version, "draft")]
    )
    return version_of(row)


@transactional
async def make(
    caller: Caller,
    which: Which,
    move: Move,
    reason: str,
    if_match: str | None,
    live: LiveScenarios,
) -> Version:
    """Make a move of a version's life."""
    await advisory_lock(REGISTRY)
    now = clock.now()  # after the wait for the lock
    row = await _held(caller, which)
    require_match(if_match, version_of(row).etag)
    before = cast(State, row.state)
    try:
        after = moved(before, move)
    except MoveRefused as refusal:
        raise MoveNotAllowed(refusal.state, refusal.allowed) from None
    await _require_role(caller, row, move)
    if move in ("submit", "publish"):
        found = check(row.document, live, clock.day_of(now))
        if found.faults:
            raise ScenarioFaulty(found.faults)
    if move == "publish":
        await _replace(caller, row, now)
        row.live_since, row.approved_by = now, caller.actor
        await _let_serve(row, now)
    if move == "retire":
        row.live_since = None
    row.state, row.changed_at = after, now
    await row.save()
    done = Moved(row.scenario_id, row.version, move, after)
    await write_all(traces([done], caller.actor, reason, now))
    after_commit(live.refresh)  # the other processes see it within a second
    return version_of(row)


def _write(
    row: ScenarioVersion, document: Mapping[str, Any], caller: Caller, now: datetime
) -> None:
    row.document = numbered(document, row.version)
    row.digest = digest_of(row.document)
    row.category = text_of(document, "category", 64)
    row.division = text_of(document, "division", 6)
    row.changed_at = now
    if isinstance(caller, CallingOfficer) and not caller.oversees(row.division):
        raise Forbidden("只能起草本区划的场景", "Only scenarios of your own division")


async def _held(caller: Caller, which: Which) -> ScenarioVersion:
    """The version, if it is the caller's to see; else it is not there."""
    row = await ScenarioVersion.filter(which.where).select_for_update().first()
    if row is None:
        raise NotFound.of("场景版本", "version of a scenario")
    if isinstance(caller, CallingMerchant):
        if row.merchant_id != caller.merchant_id:
            raise NotFound.of("场景版本", "version of a scenario")
        _require_manager(caller)
    elif not await oversees(caller, row):
        raise NotFound.of("场景版本", "version of a scenario")
    return row


async def oversees(caller: CallingOfficer, row: ScenarioVersion) -> bool:
    """Whether a version is an officer's to act on: its division, and that of what it replaces."""
    if not caller.oversees(row.division):
        return False
    live = await ScenarioVersion.filter(
        scenario_id=row.scenario_id, live_since__not_isnull=True
    ).only("id", "division")  # fmt: skip
    return all(caller.oversees(one.division) for one in live)


async def _require_own(caller: Caller, name: str, known: Sequence[ScenarioVersion]) -> None:
    """A scenario that there is already is drafted anew only by whose it is."""
    if isinstance(caller, CallingOfficer):
        if not all(caller.oversees(row.division) for row in known):
            raise ScenarioTaken
        return
    _require_manager(caller)
    if not known or known[-1].merchant_id == caller.merchant_id:
        return
    serves = MerchantScenario.filter(merchant_id=caller.merchant_id, scenario_id=name, until=None)
    if not await serves.exists():
        raise ScenarioTaken


async def _require_role(caller: Caller, row: ScenarioVersion, move: Move) -> None:
    by = STEPS[move].by
    if by == "author":
        _require_author(caller, row)
        if isinstance(caller, CallingMerchant) and caller.sandbox:
            raise SandboxStays
        return
    if isinstance(caller, CallingMerchant):
        raise Forbidden
    if by == "second_officer" and caller.actor in await _first_hands(row, move):
        raise SecondOfficerNeeded


def _require_author(caller: Caller, row: ScenarioVersion) -> None:
    """The merchant whose proposal it is, or the officer who wrote it and nobody else."""
    own = (
        row.merchant_id == caller.merchant_id
        if isinstance(caller, CallingMerchant)
        else row.author == caller.actor
    )
    if not own:
        raise AuthorOnly


def _require_manager(caller: CallingMerchant) -> None:
    if caller.role != "manager":
        raise ManagerNeeded


async def _first_hands(row: ScenarioVersion, move: Move) -> set[str]:
    """Who may not give the second signature: author and submitter, or who stopped it.

    A version that would replace a stopped one also needs another hand than the one that stopped it.
    """
    of = ScenarioMove.filter(scenario_id=row.scenario_id).order_by("-at", "-id")
    stop = await of.filter(move="suspend").first()
    if move == "resume":
        return {stop.actor} if stop else set()
    hands = {row.author}
    submitted = await of.filter(move="submit", version=row.version).first()
    hands |= {submitted.actor} if submitted else set()
    stopped = ScenarioVersion.filter(scenario_id=row.scenario_id, state="suspended")
    return hands | ({stop.actor} if stop and await stopped.exists() else set())


async def _replace(caller: Caller, row: ScenarioVersion, now: datetime) -> None:
    """Retire the version that was live."""
    live = await ScenarioVersion.filter(
        scenario_id=row.scenario_id, live_since__not_isnull=True
    ).first()  # fmt: skip
    if live is None:
        return
    await ScenarioVersion.filter(id=live.id).update(
        state="retired", live_since=None, changed_at=now
    )
    retired = Moved(live.scenario_id, live.version, "retire", "retired")
    await write_all(traces([retired], caller.actor, REPLACED, now))


async def _let_serve(row: ScenarioVersion, now: datetime) -> None:
    """Give the merchant who proposed it the scenario, unless they serve it already."""
    if row.merchant_id is None:
        return
    mine = MerchantScenario.filter(merchant_id=row.merchant_id, scenario_id=row.scenario_id)
    if not await mine.filter(until=None).exists():
        await MerchantScenario.create(
            merchant_id=row.merchant_id, scenario_id=row.scenario_id, since=now
        )
