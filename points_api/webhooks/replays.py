"""Messages sent again: one at once, or all that was written since an instant, batch by batch.

Asking for all only leaves an event; the push carries it out. A batch is one transaction that puts
messages back in the order of their ids and leaves the event for those after them. It puts back only
what had ended when it was asked, so a batch that is carried out twice sends nothing twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tortoise.queryset import QuerySet

from points_api.db import idempotency, outbox
from points_api.db.idempotency import Answer
from points_api.db.outbox import Event
from points_api.db.transaction import transactional
from points_api.db.writes import Insert, write_all
from points_api.problem import NotFound
from points_api.webhooks import service, withdrawals
from points_api.webhooks.models import WebhookEndpoint, WebhookMessage
from points_api.webhooks.problems import StillWaiting

TOPIC: Final = "webhook.replay"
BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Request:
    """Which messages of a merchant's endpoint, by whom, under which key."""

    merchant_id: UUID
    endpoint_id: UUID
    since: datetime
    delivered: bool
    actor: str
    key: str | None
    fingerprint: str


@transactional
async def replay(request: Request, now: datetime) -> tuple[Answer, bool]:
    """Have sent again what had ended by now, under its ids; tell how many, and whether told before.

    What a withdrawal has stopped, or came before, is not sent again. Raises `NotFound`,
    `EndpointDisabled`, and what `idempotency` raises of its key.
    """
    actor, key = request.actor, idempotency.needed(request.key)
    if (known := await idempotency.given(actor, key, request.fingerprint)) is not None:
        return known, True
    await service.active(request.merchant_id, request.endpoint_id)
    said = {
        "since": request.since.isoformat(), "until": now.isoformat(),
        "outcomes": ["dead", "delivered"] if request.delivered else ["dead"],
    }  # fmt: skip
    count = await _meant(request.endpoint_id, said).count()
    answer = Answer(202, {"text": idempotency.text_of({"messages": count})})
    await write_all([
        idempotency.answered(actor, key, request.fingerprint, answer),
        _event(request.endpoint_id, said),
        *service.recorded("replay", request.endpoint_id, actor, {"messages": count}),
    ])  # fmt: skip
    return answer, False


@transactional
async def carry_on(event: Event, most: int = BATCH) -> None:
    """Put the next messages of a replay back; once the endpoint is not active any more, none."""
    endpoint_id = UUID(event.subject.removeprefix("webhook:"))
    endpoint = WebhookEndpoint.filter(id=endpoint_id, state="active")
    if await endpoint.select_for_update().first() is None:
        return
    meant = _meant(endpoint_id, event.payload)
    if (after := event.payload.get("after")) is not None:
        meant = meant.filter(id__gt=UUID(after))
    found = await meant.order_by("id").limit(most)
    if not found:
        return
    await _put_back(found, datetime.fromisoformat(event.payload["until"]))
    await write_all([_event(endpoint_id, {**event.payload, "after": str(found[-1].id)})])


@transactional
async def replay_one(
    merchant_id: UUID, endpoint_id: UUID, message_id: UUID, actor: str, now: datetime
) -> UUID:
    """Send one message again. Raises `NotFound`, `EndpointDisabled`, `StillWaiting`."""
    row = await service.active(merchant_id, endpoint_id)
    found = await WebhookMessage.get_or_none(id=message_id, endpoint_id=row.id)
    gone = NotFound(
        "没有这条消息，或因居民撤回授权不再推送",
        "There is no such message, or a withdrawal has stopped it for good",
    )
    if found is None or found.outcome == "dropped":
        raise gone
    if found.ended_at is None:
        raise StillWaiting
    if not await _put_back([found], now):
        raise gone
    await write_all(service.recorded("replay", row.id, actor, {"messages": 1}))
    return message_id


async def _put_back(found: Sequence[WebhookMessage], now: datetime) -> int:
    """Let those wait again that no withdrawal has overtaken; return how many."""
    stopped = await withdrawals.overtaken(found)
    again = WebhookMessage.filter(id__in=[one.id for one in found if one.id not in stopped])
    return await again.update(outcome="", ended_at=None, attempts=0, next_try_at=now)


def _meant(endpoint_id: UUID, said: Mapping[str, Any]) -> QuerySet[WebhookMessage]:
    """The messages that a replay is about and that have not been put back yet."""
    return WebhookMessage.filter(
        endpoint_id=endpoint_id, outcome__in=said["outcomes"],
        created_at__gte=datetime.fromisoformat(said["since"]),
        ended_at__lte=datetime.fromisoformat(said["until"]),
    )  # fmt: skip


def _event(endpoint_id: UUID, said: Mapping[str, Any]) -> Insert:
    return outbox.event(TOPIC, f"webhook:{endpoint_id}", said)
