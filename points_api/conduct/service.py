"""A merchant's word that something is overdue, and what has to happen before it counts.

    reported -> told -> (replied) -> standing -> settled | dismissed

Only what was lent or deferred and is past its day can be reported. The relay tells the resident,
who may reply within five working days. Not before that term is over does the report stand, and then
it counts in its own scenario alone. It ends at once when all has come back, or when an officer
dismisses it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from tortoise.expressions import Q

from points_api import clock
from points_api.audit import service as audit
from points_api.auth.merchants import CallingMerchant
from points_api.conduct.models import ConductReport
from points_api.conduct.problems import ConductWrongState, NotOverdue
from points_api.crypto.keyring import Keyring
from points_api.db import idempotency, outbox
from points_api.db.idempotency import Answer
from points_api.db.transaction import transactional
from points_api.db.writes import Insert, Update, Write, write_all
from points_api.identifiers.workdays import add_workdays
from points_api.ids import new_id
from points_api.problem import NotFound
from points_api.redemptions import moving
from points_api.redemptions.view import View
from points_api.residents import persons
from points_api.residents.models import Enrollment

REPLY_WORKDAYS: Final = 5
REPLY: Final = "conduct.reply"
SYSTEM: Final = "system:conduct"
BATCH: Final = 100
_OPEN: Final = ("reported", "told", "replied", "standing")
_WAITING: Final = ("told", "replied")


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it is written on."""

    id: UUID
    redemption_id: UUID
    merchant_id: UUID
    resident_id: UUID
    scenario_id: str
    state: str
    reply_until: datetime | None

    @classmethod
    def of(cls, row: ConductReport) -> "Report":
        return cls(
            row.id, row.redemption_id, row.merchant_id, row.resident_id, row.scenario_id,
            row.state, row.reply_until,
        )  # fmt: skip


def reply_term(told_at: datetime) -> datetime:
    """Until when a resident told at this instant may reply: the end of the fifth working day."""
    last = add_workdays(clock.day_of(told_at), REPLY_WORKDAYS)
    midnight = datetime.combine(last + timedelta(days=1), time.min, clock.LEGAL_ZONE)
    return midnight.astimezone(UTC)


@transactional
async def report_overdue(caller: CallingMerchant, request: moving.Request) -> tuple[Answer, bool]:
    """Report a redemption as overdue. Raises `NotOverdue`, `NotFound`."""
    if (known := await moving.given(caller, request)) is not None:
        return known, True
    view, now = await moving.held(caller, request.redemption_id)
    await _require_overdue(view, now)
    report = Report(
        new_id(), view.id, view.merchant_id, view.resident_id, view.scenario_id, "reported", None
    )
    row = {
        "id": report.id, "redemption_id": view.id, "merchant_id": view.merchant_id,
        "resident_id": view.resident_id, "scenario_id": view.scenario_id, "state": "reported",
        "reported_at": now,
    }  # fmt: skip
    answer = _answer(view, report)
    kept = moving.answered(caller, request, answer)
    await write_all([kept, Insert(ConductReport, [row]), *_said(report, "reported", caller.actor)])
    return answer, False


async def report_returned(caller: CallingMerchant, request: moving.Request) -> tuple[Answer, bool]:
    """Note that all has come back, which settles a report at once. Raises `NothingToReturn`."""

    async def step(view: View, now: datetime) -> moving.Moved:
        return await moving.returned(view, view.outstanding_fen, caller.actor, now, settle)

    return await moving.carry_out(caller, request, "return", step, partial(_answer, report=None))


async def settle(redemption_id: UUID, actor: str, now: datetime) -> list[Write]:
    """The writes that settle a redemption's report, where one is open; all has come back."""
    row = await _open_of(redemption_id)
    return [] if row is None else await _closed(Report.of(row), "settled", actor, now)


@transactional
async def tell(report_id: UUID) -> bool:
    """Note that the resident is told now, from which the term to reply runs; once."""
    row = await ConductReport.filter(id=report_id, state="reported").select_for_update().first()
    if row is None:
        return False
    now = clock.now()
    told = {"told_at": now, "reply_until": reply_term(now)}
    await write_all(_moved(Report.of(row), "told", SYSTEM, told))
    return True


@transactional
async def reply(keyring: Keyring, resident_id: UUID, report_id: UUID, text: str) -> None:
    """Take the resident's reply, once and within the term. Raises `ConductWrongState`."""
    now = clock.now()
    found = ConductReport.filter(id=report_id, resident_id=resident_id)
    row = await found.select_for_update().first()
    if row is None:
        raise NotFound.of("登记", "report")
    if row.state != "told" or row.reply_until is None or row.reply_until <= now:
        raise ConductWrongState(row.state)
    said = {"reply": keyring.encrypt(text, REPLY), "replied_at": now}
    await write_all(_moved(Report.of(row), "replied", f"resident:{resident_id}", said))


async def stand(now: datetime) -> int:
    """Let the reports stand whose term to reply is over; return how many."""
    done = 0
    due = ConductReport.filter(state__in=_WAITING, reply_until__lte=now).order_by("reply_until")
    while rows := await due.limit(BATCH):
        stood = sum([await _stand_one(row.id, now) for row in rows])
        if not stood:
            break  # others are at them
        done += stood
    return done


@transactional
async def _stand_one(report_id: UUID, now: datetime) -> bool:
    waiting = ConductReport.filter(id=report_id, state__in=_WAITING, reply_until__lte=now)
    row = await waiting.select_for_update(skip_locked=True).first()
    if row is None:
        return False
    report = Report.of(row)
    await write_all([*_moved(report, "standing", SYSTEM, {}), *await _counting(report)])
    return True


@transactional
async def dismiss(report_id: UUID, actor: str, reason: str) -> None:
    """Dismiss a report for good. `reason` is a code. Raises `ConductWrongState`."""
    row = await ConductReport.filter(id=report_id).select_for_update().first()
    if row is None:
        raise NotFound.of("登记", "report")
    if row.state not in _OPEN:
        raise ConductWrongState(row.state)
    await write_all(await _closed(Report.of(row), "dismissed", actor, clock.now(), reason))


async def _require_overdue(view: View, now: datetime) -> None:
    if not view.outstanding_fen:
        raise NotOverdue("nothing_out")
    if view.due_on is None:
        raise NotOverdue("no_due_day")
    if clock.day_of(now) <= view.due_on:
        raise NotOverdue("not_due")
    barring = Q(closed_at=None) | Q(state="dismissed")
    before = await ConductReport.filter(barring, redemption_id=view.id).first()
    if before is not None:
        raise NotOverdue("dismissed" if before.state == "dismissed" else "reported")


async def _open_of(redemption_id: UUID) -> ConductReport | None:
    found = ConductReport.filter(redemption_id=redemption_id, closed_at=None)
    return await found.select_for_update().first()


async def _closed(
    report: Report, state: str, actor: str, now: datetime, reason: str = ""
) -> list[Write]:
    """The writes that end a report; what it no longer counts for is counted as a change."""
    counted = await _counting(report) if report.state == "standing" else []
    return [*_moved(report, state, actor, {"closed_at": now}, reason), *counted]


async def _counting(report: Report) -> list[Write]:
    """Whoever decides by this resident's standing must read it anew."""
    joined = await Enrollment.filter(resident_id=report.resident_id, left_at=None)
    return [persons.changed([one.person_id for one in joined])]


def _moved(
    report: Report, state: str, actor: str, values: Mapping[str, Any], reason: str = ""
) -> list[Write]:
    stored = Update(ConductReport, ("id",), [{"id": report.id, "state": state, **values}])
    until = values.get("reply_until", report.reply_until)
    return [stored, *_said(report, state, actor, reason, until)]


def _said(
    report: Report, state: str, actor: str, reason: str = "", until: datetime | None = None
) -> list[Write]:
    said = {"scenario": report.scenario_id, **({"reason": reason} if reason else {})}
    event = {
        "report_id": str(report.id), "scenario_id": report.scenario_id,
        "merchant_id": str(report.merchant_id), "resident_id": str(report.resident_id),
        "state": state, "reply_until": clock.day_of(until).isoformat() if until else None,
    }  # fmt: skip
    return [
        audit.entry(actor, f"conduct.{state}", f"conduct:{report.id}", said),
        outbox.event("conduct.moved", f"resident:{report.resident_id}", event),
    ]


def _answer(view: View, report: Report | None) -> Answer:
    members = {
        "redemption_id": str(view.id),
        "report_id": str(report.id) if report else None,
        "state": report.state if report else "settled",
        "outstanding_fen": view.outstanding_fen,
    }
    return Answer(201, {"text": idempotency.text_of(members)})
