"""One person's records changed one at a time: accepted, repaired, withdrawn, disputed, restored.

A change closes the current version of the record and inserts the next, rescores the person if they
have joined, and is written with score, history, audit entry and outbox row in one round trip. Whole
files go through `deliveries`, by the same rules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from points_api import clock
from points_api.audit import service as audit
from points_api.audit.models import AuditEntry
from points_api.db import outbox
from points_api.db.models import OutboxEvent
from points_api.db.reads import select
from points_api.db.transaction import transactional
from points_api.db.writes import Insert, Update, Write, write_all
from points_api.ids import new_id
from points_api.problem import Problem
from points_api.records.facts import fact
from points_api.records.models import RecordRow
from scoring.records import Record, Status

# A repaired or withdrawn record never returns by being delivered again.
FINAL: frozenset[Status] = frozenset({"repaired", "withdrawn"})
_LAST = {AuditEntry: 1, OutboxEvent: 2}
_KEPT = (
    "person_id", "item", "level", "quantity", "act_key", "occurred_on", "ended_on", "valid_until",
    "document_no", "unit", "agency", "delivery_id", "row_no", "content", "decided_on",
)  # fmt: skip
_MINE = "SELECT * FROM record WHERE person_id = $1 AND known_to IS NULL"


class NoSuchRecord(Problem):
    slug, status, errcode = "no-such-record", 404, 40460
    title = ("没有这条记录", "There is no such record")


class StatusRefused(Problem):
    slug, status, errcode = "status-refused", 409, 40960
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


class Rescoring(Protocol):
    """What a change of records asks of the scores, in the same transaction."""

    async def hold(self, person_id: UUID) -> object:
        """Lock the person; return what `follow` needs to know."""
        ...

    def follow(
        self, held: Any, facts: Sequence[Record], cause: str, now: datetime
    ) -> Sequence[Write]:
        """Return what else is to be written because the records are now these."""
        ...


@transactional
async def accept(rescoring: Rescoring, person_id: UUID, incoming: Incoming, actor: str) -> str:
    """Take one record in. Returns accepted, duplicate, corrected, or refused (it was ended)."""
    held = await rescoring.hold(person_id)
    rows = await select(RecordRow, _MINE, person_id)
    now = clock.now()
    same = next((row for row in rows if _is_same(row, incoming)), None)
    status: Status = "active"
    if same is not None:
        if same["status"] in FINAL:
            return "refused"
        if same["content"] == incoming.content:
            return "duplicate"
        status = same["status"]  # an open objection stays open through a correction
    new = {**asdict(incoming), "person_id": person_id, "status": status}
    outcome = "accepted" if same is None else "corrected"
    await _write(rescoring, held, rows, same, new, f"record.{outcome}", actor, now)
    return outcome


@transactional
async def change_status(
    rescoring: Rescoring, person_id: UUID, key: str, status: Status, actor: str
) -> None:
    """Repair, withdraw, dispute or restore a record. `NoSuchRecord`, `StatusRefused`."""
    held = await rescoring.hold(person_id)
    rows = await select(RecordRow, _MINE, person_id)
    old = next((row for row in rows if fact(row).key == key), None)
    if old is None:
        raise NoSuchRecord
    if old["status"] == status:
        return
    if old["status"] in FINAL:
        raise StatusRefused(
            "已修复或已撤销的记录不能再变更", "A repaired or withdrawn record stays as it is"
        )
    new = {name: old[name] for name in _KEPT} | {"status": status}
    await _write(rescoring, held, rows, old, new, f"record.{status}", actor, clock.now())


async def _write(
    rescoring: Rescoring,
    held: object,
    rows: Sequence[Mapping[str, Any]],
    old: Mapping[str, Any] | None,
    new: dict[str, Any],
    action: str,
    actor: str,
    now: datetime,
) -> None:
    record_id = new_id()
    version = {"id": record_id, **new, "known_from": now}
    closed = [{"id": old["id"], "known_to": now}] if old is not None else []
    facts = [fact(row) for row in rows if row is not old] + [fact(version)]
    subject = f"record:{record_id}"
    said = {"item": new["item"], "agency": new["agency"]}
    writes: list[Write] = [Update(RecordRow, ("id",), closed)] if closed else []
    writes += [
        Insert(RecordRow, [version]),
        audit.entry(actor, action, subject, said),
        outbox.event(action, subject, said),
        *rescoring.follow(held, facts, "records", now),
    ]
    # Inserts of one table side by side become one part of the statement.
    await write_all(sorted(writes, key=lambda write: _LAST.get(write.model, 0)))


def _is_same(row: Mapping[str, Any], incoming: Incoming) -> bool:
    names = ("item", "unit", "document_no")
    return all(row[name] == getattr(incoming, name) for name in names)
