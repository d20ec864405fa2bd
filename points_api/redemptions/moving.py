"""What becomes of a redemption: confirmed, canceled, reversed, returned; each once.

A move holds the redemption, so of two one comes first and the other finds what it left. The
counters are given back last. A reservation whose time is over expires here, and that stands
although the move itself is refused.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from points_api import clock
from points_api.auth.merchants import CallingMerchant
from points_api.db import idempotency, time
from points_api.db.idempotency import Answer
from points_api.db.reads import select
from points_api.db.transaction import transactional
from points_api.db.writes import Insert, Write, write_all
from points_api.problem import NotFound, Problem
from points_api.redemptions import counters
from points_api.redemptions.expiry import expire
from points_api.redemptions.models import Redemption
from points_api.redemptions.moves import Move, answer_of, changed, moved
from points_api.redemptions.problems import (
    AmountAboveReserved,
    NothingToReturn,
    ScenarioClosed,
    TooLateToReverse,
    WrongState,
)
from points_api.redemptions.terms import terms_of
from points_api.redemptions.view import State, View
from points_api.scenarios.live import LiveScenarios, scenario_of
from scenarios.quotas import kind_of

REVERSIBLE: Final = timedelta(days=30)
_HELD: Final = "SELECT {time}, r.* FROM redemption r WHERE id = $1 AND merchant_id = $2 FOR UPDATE"


@dataclass(frozen=True, slots=True)
class Request:
    """Which redemption, under which key."""

    key: str | None
    fingerprint: str
    redemption_id: UUID


@dataclass(frozen=True, slots=True)
class Moved:
    """A redemption after a move, and what the move adds to the ledger."""

    view: View
    benefit_fen: int = 0
    owed_fen: int = 0
    also: tuple[Write, ...] = ()


Step = Callable[[View, datetime], Awaitable[Moved]]
Settle = Callable[[UUID, str, datetime], Awaitable[list[Write]]]
"""What follows where nothing is out any more: given the redemption, the actor and the time."""
Answering = Callable[[View], Answer]


async def confirm(
    live: LiveScenarios, caller: CallingMerchant, request: Request, amount_fen: int | None
) -> tuple[Answer, bool]:
    """Confirm a reservation, for no more than was reserved; what is left over is given back."""

    async def step(view: View, _: datetime) -> Moved:
        _require(view, "reserved")
        scenario = await scenario_of(live, view.scenario_id, view.scenario_version, view.day)
        if scenario is None:
            raise ScenarioClosed
        amount = view.amount_fen if amount_fen is None else amount_fen
        terms = terms_of(scenario, view.resident_id, view.day, amount, apart=caller.apart)
        above = view.amount_fen is not None and amount is not None and amount > view.amount_fen
        if above or terms.benefit_fen > view.benefit_fen:
            raise AmountAboveReserved(view.amount_fen)
        after = replace(
            view, state="confirmed", amount_fen=amount, benefit_fen=terms.benefit_fen,
            owed_fen=terms.owed_fen, taken=terms.taken, due_on=view.due_on or terms.due_on,
        )  # fmt: skip
        return Moved(after, terms.benefit_fen, terms.owed_fen)

    return await carry_out(caller, request, "confirm", step)


async def cancel(caller: CallingMerchant, request: Request) -> tuple[Answer, bool]:
    """Give up a reservation; everything it held is given back."""

    async def step(view: View, _: datetime) -> Moved:
        _require(view, "reserved")
        return Moved(replace(view, state="canceled", taken={}))

    return await carry_out(caller, request, "cancel", step)


async def reverse(caller: CallingMerchant, request: Request, settle: Settle) -> tuple[Answer, bool]:
    """Undo a confirmed redemption, within `REVERSIBLE`; quota, budget and account get it back.

    Nothing is out any more, so what was reported of it is settled, too.
    """

    async def step(view: View, now: datetime) -> Moved:
        _require(view, "confirmed")
        until = clock.day_of(view.reserved_at + REVERSIBLE)
        if clock.day_of(now) > until:
            raise TooLateToReverse(until)
        rest = view.benefit_fen - view.returned_fen  # what has come back is in the ledger already
        also = await settle(view.id, caller.actor, now)
        after = replace(view, state="reversed", taken={})
        return Moved(after, -rest, -view.owed_fen, tuple(also))

    return await carry_out(caller, request, "reverse", step)


async def return_(
    caller: CallingMerchant, request: Request, amount_fen: int, settle: Settle
) -> tuple[Answer, bool]:
    """Note what of a deposit or deferred payment has come back; the person's limit is freed."""

    async def step(view: View, now: datetime) -> Moved:
        _require(view, "confirmed")
        return await returned(view, amount_fen, caller.actor, now, settle)

    return await carry_out(caller, request, "return", step)


async def returned(view: View, amount_fen: int, actor: str, now: datetime, settle: Settle) -> Moved:
    """A redemption of which so much more has come back."""
    outstanding = view.outstanding_fen
    if not 0 < amount_fen <= outstanding:
        raise NothingToReturn(outstanding)
    out = next(name for name in view.taken if kind_of(name) == "out")
    taken = {**view.taken, out: view.taken[out] - amount_fen}
    after = replace(view, returned_fen=view.returned_fen + amount_fen, taken=taken)
    also = await settle(view.id, actor, now) if amount_fen == outstanding else []
    return Moved(after, -amount_fen, also=tuple(also))


def _require(view: View, state: State) -> None:
    if view.state != state:
        raise WrongState(view.state)


async def carry_out(
    caller: CallingMerchant,
    request: Request,
    move: Move,
    step: Step,
    answer: Answering = answer_of,
) -> tuple[Answer, bool]:
    """Make a move once under its key; the answer, and whether it was given before."""
    outcome = await _move(caller, request, move, step, answer)
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


async def given(caller: CallingMerchant, request: Request) -> Answer | None:
    """Hold the key of a request to the commit; the answer given before under it, or None."""
    return await idempotency.given(caller.actor, request.key, request.fingerprint)


def answered(caller: CallingMerchant, request: Request, answer: Answer) -> Insert:
    """The key with its answer, as a write to go with the effect."""
    key = idempotency.needed(request.key)
    return idempotency.answered(caller.actor, key, request.fingerprint, answer)


@transactional
async def _move(
    caller: CallingMerchant, request: Request, move: Move, step: Step, answer: Answering
) -> tuple[Answer, bool] | Problem:
    """Carry a step out. A refusal that leaves something behind is returned, not raised."""
    if (known := await given(caller, request)) is not None:
        return known, True
    view, now = await held(caller, request.redemption_id)
    if view.at(now).state != view.state:
        return WrongState((await expire(view, now)).state)
    done = await step(view, now)
    after = replace(done.view, changed_at=now, expires_at=None)
    said = answer(after)
    await write_all(
        [answered(caller, request, said), *_writes(after, done, move, caller.actor, now)],
        last=counters.giving_back(view.scenario_id, counters.less(view.taken, after.taken)),
    )
    return said, False


def _writes(after: View, done: Moved, move: Move, actor: str, now: datetime) -> list[Write]:
    """The writes of a move, but for the counters."""
    amounts = {"benefit_fen": done.benefit_fen, "owed_fen": done.owed_fen}
    stored = ("amount_fen", "benefit_fen", "owed_fen", "returned_fen", "due_on")
    return [changed(after, stored), *moved(after, move, actor, now, **amounts), *done.also]


async def held(caller: CallingMerchant, redemption_id: UUID) -> tuple[View, datetime]:
    """A merchant's redemption, held to the commit, and their time. Raises `NotFound`."""
    sql = _HELD.format(time=time.column())
    rows = await select(Redemption, sql, str(redemption_id), str(caller.merchant_id))
    if not rows:
        raise NotFound.of("兑现", "redemption")
    return View.of(rows[0]), time.told(rows[0]) + caller.ahead
