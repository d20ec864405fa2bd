"""One person's records changed one at a time: accepted, repaired, withdrawn, disputed, restored.

A change closes the current version of the record and inserts the next, and rescores the person if
they have joined. One statement writes it with score, history, audit entry and outbox row, provided
that nobody changed the person since they were read (`db.guarded`). Whole files go through
`deliveries`, by the same rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from points_api import clock
from points_api.audit import service as audit
from points_api.audit.models import AuditEntry
from points_api.db import guarded, outbox
from points_api.db.guarded import Decision
from points_api.db.models import OutboxEvent
from points_api.db.writes import Insert, Update, Write
from points_api.ids import new_id
from points_api.problem import Problem
from points_api.records.facts import fact
from points_api.records.models import RecordRow
from points_api.records.rescoring import Rescoring, Seen
from scoring.records import Status

T = TypeVar("T")

# A repaired or withdrawn record never returns by being delivered again.
FINAL: frozenset[Status] = frozenset({"repaired", "withdrawn"})
_LAST = {AuditEntry: 1, OutboxEvent: 2}
_KEPT = (
    "item", "level", "quantity", "act_key", "occurred_on", "ended_on", "valid_until", "document_no",
    "unit", "agency", "delivery_id", "row_no", "content", "decided_on",
)  # fmt: skip


class NoSuchRecord(Problem):
    slug, status, errcode = "no-such-record", 404, 40460
    title = ("没有这条记录", "There is no such record")


class StatusRefused(Problem):
    slug, status, errcode = "status-refused", 409, 40938
    title = ("记录的状态不允许这样改", "The record's status does not allow this")


@dataclass(frozen=True, slots=True)
class Incoming:
    """A record as an agency delivered it, already checked; `content` is its digest."""

    item: str
    agency: str
    unit: str
    document_no: str
    occurred_on: date
    ended_on: date | None
    content: str
    level: str | None = None
    quantity: int | None = None
    act_key: str = ""
    valid_until: date | None = None
    decided_on: date | None = None


_DELIVERED = tuple(field.name for field in fields(Incoming))


async def accept(rescoring: Rescoring, person_id: UUID, incoming: Incoming, actor: str) -> str:
    """Take one record in. Returns accepted, duplicate, corrected, or refused (it was ended)."""

    async def decide(hold: bool) -> Decision[str]:
        seen = await rescoring.see(person_id, hold=hold)
        same = next((row for row in seen.records if _is_same(row, incoming)), None)
        status: Status = "active"
        if same is not None:
            if same["status"] in FINAL:
                return Decision("refused")
            if same["content"] == incoming.content:
                return Decision("duplicate")
            status = same["status"]  # an open objection stays open through a correction
        new = {name: getattr(incoming, name) for name in _DELIVERED}
        new |= {"person_id": person_id, "status": status}
        outcome = "accepted" if same is None else "corrected"
        change = _Change(seen, same, new, f"record.{outcome}", actor)
        return _decided(outcome, rescoring, change)

    return await guarded.change(decide)


async def change_status(
    rescoring: Rescoring, person_id: UUID, key: str, status: Status, actor: str
) -> None:
    """Repair, withdraw, dispute or restore a record. `NoSuchRecord`, `StatusRefused`."""

    async def decide(hold: bool) -> Decision[None]:
        seen = await rescoring.see(person_id, hold=hold)
        old = next((row for row in seen.records if fact(row).key == key), None)
        if old is None:
            raise NoSuchRecord
        if old["status"] == status:
            return Decision(None)
        if old["status"] in FINAL:
            raise StatusRefused(
                "已修复或已撤销的记录不能再变更", "A repaired or withdrawn record stays as it is"
            )
        new = {name: old[name] for name in _KEPT} | {"person_id": person_id, "status": status}
        return _decided(None, rescoring, _Change(seen, old, new, f"record.{status}", actor))

    await guarded.change(decide)


@dataclass(frozen=True, slots=True)
class _Change:
    """The version `new` in place of `old`, if there is one."""

    seen: Seen
    old: Mapping[str, Any] | None
    new: dict[str, Any]
    action: str
    actor: str


def _decided(answer: T, rescoring: Rescoring, change: _Change) -> Decision[T]:
    """All that a change writes. The time is that after reading: later than all that was read."""
    now, record_id, seen, old, new = clock.now(), new_id(), change.seen, change.old, change.new
    version = {"id": record_id, **new, "known_from": now}
    closed = [Update(RecordRow, ("id",), [{"id": old["id"], "known_to": now}])] if old else []
    facts = [fact(row) for row in seen.records if row is not old] + [fact(version)]
    subject = f"record:{record_id}"
    said = {"item": new["item"], "agency": new["agency"]}
    following = rescoring.follow(seen.score, facts, "records", now)
    writes: list[Write] = [
        *closed,
        Insert(RecordRow, [version]),
        audit.entry(change.actor, change.action, subject, said),
        outbox.event(change.action, subject, said),
        *following.writes(),
    ]
    # Inserts of one table side by side become one part of the statement.
    writes.sort(key=lambda write: _LAST.get(write.model, 0))
    return Decision(answer, writes, seen.guard, following.then)


def _is_same(row: Mapping[str, Any], incoming: Incoming) -> bool:
    names = ("item", "unit", "document_no")
    return all(row[name] == getattr(incoming, name) for name in names)
