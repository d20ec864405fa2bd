"""Messages that wait to be sent: taken for a time by a relay, tried, and ended or put back.

Relays may be many. Each takes a message for a lease, so one that died meanwhile comes back. Of one
resident and endpoint at most one message is being tried, and it is the earliest that has not ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from tortoise.expressions import F

from points_api import clock
from points_api.audit import service as audit
from points_api.db import outbox
from points_api.db.reads import select
from points_api.db.transaction import transactional
from points_api.webhooks import withdrawals
from points_api.webhooks.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from points_api.webhooks.schedule import Jitter, next_try

Outcome = Literal["delivered", "dead", "dropped"]

_DUE: Final = """m.ended_at IS NULL AND m.next_try_at <= $1
    AND (m.claimed_until IS NULL OR m.claimed_until <= $1)"""
_ENDPOINTS: Final = f"""
SELECT e.id FROM webhook_endpoint AS e WHERE e.state = 'active' AND EXISTS (
    SELECT 1 FROM webhook_message AS m WHERE m.endpoint_id = e.id AND {_DUE})
"""  # noqa: S608 - no value is in it
_NEXT: Final = f"""
SELECT m.id FROM webhook_message AS m WHERE m.endpoint_id = $2 AND {_DUE}
    AND NOT EXISTS (
        SELECT 1 FROM webhook_message AS other
        WHERE other.endpoint_id = m.endpoint_id AND other.subject = m.subject
            AND other.ended_at IS NULL AND (other.id < m.id OR other.claimed_until > $1))
ORDER BY m.id LIMIT $3 FOR UPDATE OF m SKIP LOCKED
"""  # noqa: S608 - likewise


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message to be tried now; `attempts` counts this try too. Secrets are still sealed."""

    id: UUID
    endpoint_id: UUID
    url: str
    secrets: tuple[bytes, ...]
    body: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a try: a status, or why there is none."""

    status: int | None
    took_ms: int
    error: str = ""
    retry_after: timedelta | None = None

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


async def endpoints(now: datetime) -> list[UUID]:
    """The endpoints for which something may be due."""
    return [row["id"] for row in await select(WebhookEndpoint, _ENDPOINTS, now)]


@transactional
async def claim(endpoint_id: UUID, limit: int, lease: timedelta) -> list[Claimed]:
    """Take up to so many messages of an endpoint that are due and have none before them."""
    endpoint = await WebhookEndpoint.get_or_none(id=endpoint_id, state="active")
    if endpoint is None:
        return []
    now = clock.now()
    found = await select(WebhookMessage, _NEXT, now, endpoint_id, limit)
    mine = WebhookMessage.filter(id__in=[row["id"] for row in found])
    if not found:
        return []
    await mine.update(claimed_until=now + lease, attempts=F("attempts") + 1)
    sealed = _secrets(endpoint, now)
    return [
        Claimed(row.id, endpoint_id, endpoint.url, sealed, row.body, row.attempts)
        for row in await mine.order_by("id")
    ]


@transactional
async def finish(claimed: Claimed, tried: Tried, jitter: Jitter) -> Outcome | None:
    """Note a try and end its message, or put it back; None: it is put back, or not ours any more.

    Who has lost the lease notes the try and changes nothing else.
    """
    now = clock.now()
    await WebhookAttempt.create(
        message_id=claimed.id, at=now, status=tried.status, took_ms=tried.took_ms,
        error=tried.error,
    )  # fmt: skip
    mine = WebhookMessage.filter(id=claimed.id, attempts=claimed.attempts, ended_at=None)
    outcome: Outcome | None = None
    again = None
    if tried.delivered:
        outcome = "delivered"
    elif tried.status == 410:
        await _disable(claimed.endpoint_id, "gone", now)
        outcome = "dead"
    else:
        again = next_try(claimed.attempts, now, tried.retry_after, jitter)
        outcome = "dead" if again is None else None
        if await withdrawals.overtaken(await mine):
            outcome = "dropped"
    if outcome is not None:
        ended = await mine.update(ended_at=now, outcome=outcome, claimed_until=None)
        return outcome if ended else None
    await mine.update(next_try_at=again, claimed_until=None)
    return None


async def end_all(endpoint_id: UUID, now: datetime) -> None:
    """Let what waits for an endpoint be dead letters, from which it may be replayed."""
    waiting = WebhookMessage.filter(endpoint_id=endpoint_id, ended_at=None)
    await waiting.update(ended_at=now, outcome="dead", claimed_until=None)


async def _disable(endpoint_id: UUID, reason: str, now: datetime) -> None:
    active = WebhookEndpoint.filter(id=endpoint_id, state="active")
    if not await active.update(state="disabled", reason=reason, changed_at=now):
        return
    await end_all(endpoint_id, now)
    details = {"reason": reason}
    await audit.append("system", "webhook.disable", f"webhook:{endpoint_id}", details)
    await outbox.append("webhook.disabled", f"webhook:{endpoint_id}", details)


def _secrets(endpoint: WebhookEndpoint, now: datetime) -> tuple[bytes, ...]:
    """The secrets that sign now: while one is rotated, two."""
    secrets: Sequence[bytes] = [bytes(endpoint.secret)]
    until = endpoint.previous_until
    if endpoint.previous_secret is not None and until is not None and now < until:
        secrets = [*secrets, bytes(endpoint.previous_secret)]
    return tuple(secrets)
