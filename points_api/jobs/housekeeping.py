"""What the night clears away: consents whose time is over, and rows that have outlived their term.

Each step stands by itself: one that fails is logged and the others go on; what it left is met
again the next night. Two processes at it at once only share the work.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from points_api import clock, log
from points_api.access_log import service as access_log
from points_api.auth import service as auth
from points_api.consents import service as consents
from points_api.consents.service import Effects, plus_months
from points_api.db import idempotency, outbox
from points_api.messages import service as messages
from points_api.officers import service as officers
from points_api.proofs import lists as proofs
from points_api.recognitions import batches
from points_api.records.models import RecordRow
from points_api.redemptions import counters, statements
from points_api.redemptions.moving import REVERSIBLE
from points_api.residents import retention
from points_api.webhooks import service as webhooks

MESSAGES_KEPT: Final = timedelta(days=180)
EVENTS_KEPT: Final = timedelta(days=30)  # to look into; the proof is in the audit log
ANSWERS_KEPT: Final = timedelta(days=3)  # clients try again within a day; this spans a weekend
_log = log.get("jobs")


async def tidy(effects: Effects, now: datetime) -> Mapping[str, int]:
    """Do every step; return by name how many residents or rows each met, without what failed."""
    steps: Mapping[str, Callable[[], Awaitable[int]]] = {
        "consents": partial(_expire, effects, now),
        "sessions": partial(auth.purge, now),
        "officer_sessions": partial(officers.purge, now),
        # A look is a record of processing, with the term that residents are told (PIPL 56).
        "looks": partial(access_log.purge, clock.day_of(plus_months(now, -retention.KEPT_MONTHS))),
        "enrollments": partial(retention.purge, now, _has_records),
        "proofs": partial(proofs.purge, now),
        "statements": partial(statements.close_all, now),
        "counters": partial(counters.clear, clock.day_of(now - REVERSIBLE)),
        "messages": partial(messages.purge, now - MESSAGES_KEPT),
        "events": partial(outbox.purge, now - EVENTS_KEPT),
        "webhooks": partial(webhooks.purge, now - EVENTS_KEPT),
        "answers": partial(idempotency.purge, now - ANSWERS_KEPT),
        "batches": partial(batches.forget, now),
    }
    counts = {}
    for name, work in steps.items():
        try:
            counts[name] = await work()
        except Exception:  # noqa: BLE001 - one step must not hold up the others
            _log.exception("housekeeping.failed", task=name)
        else:
            _log.info("housekeeping.done", task=name, count=counts[name])
    return counts


async def _expire(effects: Effects, now: datetime) -> int:
    residents = 0
    while met := await consents.expire(effects, now):
        residents += met
    return residents


async def _has_records(person_id: UUID) -> bool:
    return await RecordRow.filter(person_id=person_id).exists()
