"""Redeeming a verification, once, in two trips: read and decide, then write by one statement.

That statement holds redemption, ledger, audit and outbox entry, the idempotency key with its answer
and, last, the counters. What it depends on is checked in it again: the scenario is still published,
nobody else is at it under the same key, the verification has no other redemption, and no counter
goes over its limit. Where one of these fails nothing is written, and it is decided anew.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from tortoise.exceptions import IntegrityError

from points_api import clock
from points_api.auth.merchants import CallingMerchant
from points_api.db import idempotency, time
from points_api.db.constraints import breaks
from points_api.db.idempotency import Answer
from points_api.db.models import IdempotencyKey
from points_api.db.postgres import CONFLICTS
from points_api.db.reads import select
from points_api.db.sqlite import is_locked
from points_api.db.transaction import dialect, one_connection
from points_api.db.writes import Holds, Insert, Overtaken, Write, write_all
from points_api.ids import new_id
from points_api.problem import Busy, NotFound
from points_api.redemptions import counters
from points_api.redemptions.expiry import expire_lapsed
from points_api.redemptions.models import QuotaCounter, Redemption
from points_api.redemptions.moves import answer_of, moved
from points_api.redemptions.problems import AlreadyRedeemed, ScenarioClosed, VerificationUnusable
from points_api.redemptions.terms import Terms, terms_of
from points_api.redemptions.view import View
from points_api.scenarios.live import LiveScenarios, scenario_of
from points_api.verifications.models import Verification
from scenarios.scenario import Scenario

HELD: Final = timedelta(minutes=15)
ATTEMPTS: Final = 6
FREED_AT_ONCE: Final = 20
_PUBLISHED: Final = "scenario_id = {} AND state = 'published'"
_READ: Final = f"""
SELECT {{time}}, {{free}} AS free, k.fingerprint, k.status, k.body, v.id, v.scenario_id,
    v.scenario_version, v.resident_id, v.visitor, v.eligible, v.expires_at, r.id AS redeemed,
    (SELECT 1 FROM scenario_version WHERE {_PUBLISHED.format("v.scenario_id")}) AS published
FROM (SELECT 1) AS one
LEFT JOIN idempotency_key k ON k.caller = $1 AND k.key = $2
LEFT JOIN verification v ON v.id = $3 AND v.merchant_id = $4
LEFT JOIN redemption r ON r.verification_id = v.id
"""  # noqa: S608 - constants
_STILL: Final = f"EXISTS (SELECT 1 FROM scenario_version WHERE {_PUBLISHED.format('$1')})"  # noqa: S608
_ONCE: Final = (
    (IdempotencyKey, "idempotency_key_once"),
    (Redemption, "redemption_verification_once"),
)
"""What of these is there already, somebody has written since it was looked for."""
_ALONE: Final = "pg_try_advisory_xact_lock(hashtextextended({}, 0))"


@dataclass(frozen=True, slots=True)
class Order:
    """What a merchant asks for; `key` and `fingerprint` are those of its request."""

    key: str | None
    fingerprint: str
    verification_id: UUID
    amount_fen: int | None = None
    reserve: bool = False
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class _Decision:
    scenario: Scenario
    terms: Terms
    view: View
    answer: Answer
    writes: list[Write]


async def redeem(live: LiveScenarios, caller: CallingMerchant, order: Order) -> tuple[Answer, bool]:
    """Redeem or reserve; the answer, and whether it was given before under the same key."""
    key = idempotency.needed(order.key)
    over = False
    for _ in range(ATTEMPTS):
        async with one_connection():
            found = await _look(caller, order, key)
            if found["fingerprint"] is not None:
                kept = idempotency.repeated(
                    found["fingerprint"], found["status"], found["body"], order.fingerprint
                )
                return kept, True
            decision = await _decide(live, caller, order, key, found)
            if over:
                await _refuse_if_full(decision)
            hindrance = await _hindrance(caller, key, decision)
        if hindrance is None:
            return decision.answer, False
        over = hindrance == "over"
    raise Busy


async def _look(caller: CallingMerchant, order: Order, key: str) -> dict[str, Any]:
    """All that a decision rests on, of one snapshot."""
    values = [caller.actor, key, str(order.verification_id), str(caller.merchant_id)]
    free = "1"
    if dialect() == "postgres":
        free = _ALONE.format("$5")
        values.append(idempotency.lock_of(caller.actor, key))
    sql = _READ.format(time=time.column(), free=free)
    [found] = await select((IdempotencyKey, Verification), sql, *values)
    if found["fingerprint"] is None and not found["free"]:
        raise idempotency.in_flight()
    return dict(found)


async def _decide(
    live: LiveScenarios, caller: CallingMerchant, order: Order, key: str, found: dict[str, Any]
) -> _Decision:
    now = time.told(found) + caller.ahead
    _refuse_unusable(found, now)
    day = clock.day_of(now)
    scenario = await scenario_of(live, found["scenario_id"], found["scenario_version"], day)
    if scenario is None or not found["published"] or not scenario.open_on(day):
        raise ScenarioClosed
    terms = terms_of(
        scenario, found["resident_id"], day, order.amount_fen, order.due_on, caller.apart
    )
    view = _made(caller, order, found, terms, now)
    answer = answer_of(view, 201)
    given = {} if order.reserve else {"benefit_fen": terms.benefit_fen, "owed_fen": terms.owed_fen}
    row = {name: getattr(view, name) for name in view.__slots__}
    writes = [
        idempotency.answered(caller.actor, key, order.fingerprint, answer),
        Insert(Redemption, [row]),
        *moved(view, "reserve" if order.reserve else "confirm", caller.actor, now, **given),
    ]
    return _Decision(scenario, terms, view, answer, writes)


def _refuse_unusable(found: dict[str, Any], now: datetime) -> None:
    if found["id"] is None:
        raise NotFound.of("核验", "verification")
    if not found["eligible"] or found["resident_id"] is None:
        raise VerificationUnusable("not_eligible")
    if found["redeemed"] is not None:
        raise AlreadyRedeemed
    if found["expires_at"] <= now:
        raise VerificationUnusable("expired")


def _made(
    caller: CallingMerchant, order: Order, found: dict[str, Any], terms: Terms, now: datetime
) -> View:
    return View(
        id=new_id(),
        verification_id=found["id"],
        merchant_id=caller.merchant_id,
        resident_id=found["resident_id"],
        scenario_id=found["scenario_id"],
        scenario_version=found["scenario_version"],
        state="reserved" if order.reserve else "confirmed",
        day=clock.day_of(now),
        amount_fen=order.amount_fen,
        benefit_fen=terms.benefit_fen,
        owed_fen=terms.owed_fen,
        returned_fen=0,
        reserved_at=now,
        expires_at=now + HELD if order.reserve else None,
        changed_at=now,
        due_on=terms.due_on,
        taken=terms.taken,
        visitor=found["visitor"],
    )


async def _hindrance(
    caller: CallingMerchant, key: str, decision: _Decision
) -> Literal["over", "overtaken"] | None:
    """Write; tell whether a counter would have gone over, or somebody came first."""
    try:
        await _write(caller, key, decision)
    except IntegrityError as error:
        if breaks(error, QuotaCounter, counters.WITHIN):
            return "over"
        if not any(breaks(error, *once) for once in _ONCE):
            raise
        return "overtaken"
    except (Overtaken, *CONFLICTS):
        return "overtaken"
    except Exception as error:
        if not is_locked(error):
            raise
        return "overtaken"
    return None


async def _write(caller: CallingMerchant, key: str, decision: _Decision) -> None:
    scenario_id = decision.scenario.id
    if dialect() == "postgres":
        lock = idempotency.lock_of(caller.actor, key)
        guard = Holds(f"{_STILL} AND {_ALONE.format('$2')}", (scenario_id, lock))
    else:
        guard = Holds(_STILL, (scenario_id,))
    taking = counters.taking(scenario_id, decision.terms.counters)
    await write_all(decision.writes, guard, last=taking)


async def _refuse_if_full(decision: _Decision) -> None:
    """Refuse by the counter that is full, unless reservations that have lapsed give room."""
    scenario_id, wanted = decision.scenario.id, decision.terms.counters
    used = await counters.used_of({scenario_id: wanted})
    full = counters.first_full(wanted, used[scenario_id])
    if full is None or await expire_lapsed(FREED_AT_ONCE, scenario_id):
        return
    raise counters.used_up(full, decision.scenario.quota.period, decision.view.day)
