"""Home: withdrawal, repair and objection spread to every city that got a statement.

An event says of whom and why. From it comes one row for each host that has a statement not yet
recalled, and an event for each row; that one comes back until the host has signed a receipt. Due is
all of it before eight the next morning. What a host does about it is in `ending.py`.
"""

from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from tortoise.expressions import F, Q

from interop.instants import seconds
from interop.notices import Ended
from points_api import clock
from points_api.audit import service as audit
from points_api.consents.service import RECALLED
from points_api.db import outbox
from points_api.db.transaction import transactional
from points_api.db.writes import Insert, write_all
from points_api.ids import new_id
from points_api.partners.client import Exchanged
from points_api.partners.messages import kept_response
from points_api.partners.problems import HomeNotAsked
from points_api.partners.replies import receipt_of
from points_api.partners.service import Exchange
from points_api.problem import Problem
from points_api.recognitions.models import Recall, Recognition

TELL: Final = "recognition.tell"
"""The event that a host has to be told; its subject names the row."""
PATH: Final = "/interop/v1/revocations"
_BEFORE: Final = time(8)


def due_after(now: datetime) -> datetime:
    """Eight in the morning of the next legal day."""
    day = clock.day_of(now) + timedelta(days=1)
    return datetime.combine(day, _BEFORE, clock.LEGAL_ZONE).astimezone(UTC)


@transactional
async def score_changed(resident_id: UUID) -> None:
    """Let those know who rely on how the resident stood; nothing where nobody does."""
    if await Recognition.filter(_open(resident_id)).exists():
        subject = f"resident:{resident_id}"
        said = {"resident_id": str(resident_id), "host": None, "why": "changed"}
        await outbox.append(RECALLED, subject, said)


@transactional
async def begin(resident_id: UUID, host: str | None, why: str, now: datetime) -> int:
    """Write down whom to tell; return how many hosts that are. Again: nothing is left to write."""
    only = {"host": host} if host else {}
    found = await Recognition.filter(_open(resident_id), **only).order_by("host", "id")
    names = {(one.host, str(one.subject)) for one in found}
    if not names:
        return 0
    await Recognition.filter(id__in=[one.id for one in found]).update(recalled_at=now)
    rows = [
        {
            "id": new_id(), "resident_id": resident_id, "host": city, "subject": subject,
            "why": why, "created_at": now, "due_at": due_after(now),
        }
        for city, subject in sorted(names)
    ]  # fmt: skip
    subjects = [f"recall:{row['id']}" for row in rows]
    told = [{"host": str(row["host"]), "why": why} for row in rows]
    await write_all(
        [
            Insert(Recall, rows),
            audit.entries("system:recognitions", "recognition.recall", subjects, told),
            outbox.events(TELL, subjects, told),
        ]
    )
    return len(rows)


async def tell(exchange: Exchange, recall_id: UUID) -> None:
    """Tell a host, once more if need be. Raises what says why it has to be tried again."""
    recall = await Recall.get(id=recall_id)
    if recall.confirmed_at is not None:
        return
    ended = Ended(
        home=exchange.keys.division,
        host=recall.host,
        subject=recall.subject,
        why="withdrawn" if recall.why == "withdrawn" else "changed",
        notice=recall.id.hex,
        until=seconds(recall.created_at),
    )
    try:
        receipt = partial(receipt_of, ended.notice)
        asked = exchange.client.asked(recall.host, "POST", PATH, ended.body(), receipt)
        exchanged, refused = await asked
        if refused is not None:
            raise HomeNotAsked(refused)
    except Problem as problem:
        reason = str(problem.fields.get("reason", problem.slug))[:64]
        await Recall.filter(id=recall.id).update(attempts=F("attempts") + 1, last_reason=reason)
        raise
    await _confirmed(recall, exchanged, clock.now())


@transactional
async def _confirmed(recall: Recall, exchanged: Exchanged, now: datetime) -> None:
    receipt = kept_response(exchanged.response)
    open_ = Recall.filter(id=recall.id, confirmed_at=None)
    done = await open_.update(
        confirmed_at=now, receipt=receipt, attempts=F("attempts") + 1, last_reason=None
    )
    if done:
        said = {"host": recall.host, "why": recall.why}
        subject = f"recall:{recall.id}"
        await audit.append("system:recognitions", "recognition.recalled", subject, said)


async def chase(most: int = 200) -> list[Recall]:
    """What no host has confirmed yet, the longest due first."""
    return await Recall.filter(confirmed_at=None).order_by("due_at", "id").limit(most)


def _open(resident_id: UUID) -> Q:
    """The statements about a resident that no host was told to forget."""
    return Q(resident_id=resident_id, cause="recognized", recalled_at=None)
