"""A merchant's endpoints: made, changed, tested and looked into.

Everything asks for the merchant, so another's endpoint is as one that does not exist.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from points_api.audit import service as audit
from points_api.crypto.keyring import Keyring
from points_api.db import outbox
from points_api.db.transaction import advisory_lock, transactional
from points_api.db.writes import Insert, write_all
from points_api.ids import new_id
from points_api.paging import Page, Pages
from points_api.problem import NotFound
from points_api.webhooks import waiting
from points_api.webhooks.addresses import Addresses
from points_api.webhooks.fan_out import body_of, row_of
from points_api.webhooks.kinds import KINDS
from points_api.webhooks.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from points_api.webhooks.problems import EndpointDisabled, TooManyEndpoints
from points_api.webhooks.signing import SEALED_AS, new_secret

MOST: Final = 10
BOTH_SIGN: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint without its secrets."""

    id: UUID
    url: str
    kinds: tuple[str, ...]
    state: str
    reason: str
    created_at: datetime
    changed_at: datetime
    previous_secret_until: datetime | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message with all its tries, the first first."""

    message: WebhookMessage
    attempts: Sequence[WebhookAttempt]


async def endpoints_of(merchant_id: UUID) -> list[Endpoint]:
    """List the endpoints of a merchant, the oldest first."""
    rows = await _of(merchant_id).order_by("id")
    return [_endpoint(row) for row in rows]


@transactional
async def add(
    keyring: Keyring,
    addresses: Addresses,
    merchant_id: UUID,
    url: str,
    kinds: Sequence[str],
    actor: str,
    now: datetime,
) -> tuple[Endpoint, str]:
    """Make an endpoint; return it with its secret. Raises `UrlRefused`, `TooManyEndpoints`."""
    checked = addresses.check(url)
    await advisory_lock(f"webhooks:{merchant_id}")
    if await _of(merchant_id).count() >= MOST:
        raise TooManyEndpoints(f"最多 {MOST} 个", f"At most {MOST}")
    secret = new_secret()
    row = await WebhookEndpoint.create(
        merchant_id=merchant_id, url=checked, kinds=_in_order(kinds), state="active",
        secret=keyring.encrypt(secret, SEALED_AS), created_at=now, changed_at=now,
    )  # fmt: skip
    await _record("add", row.id, actor, {"merchant": str(merchant_id)})
    return _endpoint(row), secret


@transactional
async def change(
    addresses: Addresses,
    merchant_id: UUID,
    endpoint_id: UUID,
    changes: Mapping[str, Any],
    actor: str,
    now: datetime,
) -> Endpoint:
    """Change `url`, `kinds` or `state`. Raises `NotFound`, `UrlRefused`.

    What waits for one that is disabled becomes dead letters; replay them once it is active again.
    """
    row = await _held(merchant_id, endpoint_id)
    if "url" in changes:
        row.url = addresses.check(changes["url"])
    if "kinds" in changes:
        row.kinds = _in_order(changes["kinds"])
    if changes.get("state", row.state) != row.state:
        row.state = changes["state"]
        row.reason = "merchant" if row.state == "disabled" else ""
        if row.state == "disabled":
            await waiting.end_all(row.id, now)
    row.changed_at = now
    await row.save(update_fields=["url", "kinds", "state", "reason", "changed_at"])
    await _record("change", row.id, actor, {"fields": ",".join(sorted(changes))})
    return _endpoint(row)


@transactional
async def remove(merchant_id: UUID, endpoint_id: UUID, actor: str, now: datetime) -> None:
    """Send nothing there any more, from now on. Raises `NotFound`."""
    row = await _held(merchant_id, endpoint_id)
    row.state, row.changed_at = "deleted", now
    await row.save(update_fields=["state", "changed_at"])
    await waiting.end_all(row.id, now)
    await _record("remove", row.id, actor, {})


@transactional
async def rotate_secret(
    keyring: Keyring, merchant_id: UUID, endpoint_id: UUID, actor: str, now: datetime
) -> tuple[Endpoint, str]:
    """Make a new secret; for a day the one before signs too. Raises `NotFound`."""
    row = await _held(merchant_id, endpoint_id)
    secret = new_secret()
    row.previous_secret, row.previous_until = row.secret, now + BOTH_SIGN
    row.secret, row.changed_at = keyring.encrypt(secret, SEALED_AS), now
    await row.save(update_fields=["secret", "previous_secret", "previous_until", "changed_at"])
    await _record("rotate", row.id, actor, {})
    return _endpoint(row), secret


@transactional
async def ping(merchant_id: UUID, endpoint_id: UUID, actor: str, now: datetime) -> UUID:
    """Send a message about nothing, the usual way. Raises `NotFound`, `EndpointDisabled`."""
    row = await active(merchant_id, endpoint_id)
    event_id = new_id()
    # Nothing waits for a ping, nor a ping for anything.
    message = row_of(
        row.id, event_id, "ping", f"ping:{event_id.hex}", body_of("ping", now, {}), now
    )
    entry = audit.entry(actor, "webhook.ping", f"webhook:{row.id}", {})
    await write_all([Insert(WebhookMessage, [message]), entry])
    found: UUID = message["id"]
    return found


async def deliveries(
    keyring: Keyring, merchant_id: UUID, endpoint_id: UUID, cursor: str | None, limit: int
) -> Page[Delivery]:
    """The messages of an endpoint with their tries, the newest first. Raises `NotFound`."""
    if not await _of(merchant_id).filter(id=endpoint_id).exists():
        raise _no_endpoint()
    pages = Pages(keyring, f"merchant.deliveries:{endpoint_id}")
    place = pages.read(cursor)
    found = WebhookMessage.filter(endpoint_id=endpoint_id).order_by("-id")
    rows = await (found.filter(id__lt=UUID(place[0])) if place else found).limit(limit + 1)
    tries: dict[UUID, list[WebhookAttempt]] = {row.id: [] for row in rows}
    for one in await WebhookAttempt.filter(message_id__in=list(tries)).order_by("at", "id"):
        tries[one.message_id].append(one)
    listed = [Delivery(row, tries[row.id]) for row in rows]
    return pages.page(listed, limit, lambda one: (str(one.message.id),))


@transactional
async def purge(before: datetime) -> int:
    """Delete the messages that ended before an instant, with their tries; return how many."""
    return await WebhookMessage.filter(ended_at__lt=before).delete()


async def active(merchant_id: UUID, endpoint_id: UUID) -> WebhookEndpoint:
    """An endpoint that is pushed to, held to the commit. Raises `NotFound`, `EndpointDisabled`."""
    found = await _held(merchant_id, endpoint_id)
    if found.state != "active":
        raise EndpointDisabled
    return found


def recorded(
    move: str, endpoint_id: UUID, actor: str, details: Mapping[str, str | int]
) -> list[Insert]:
    """The audit entry of a move and its event, as writes."""
    subject = f"webhook:{endpoint_id}"
    entry = audit.entry(actor, f"webhook.{move}", subject, details)
    return [entry, outbox.event("webhook.changed", subject, {"move": move})]


def _of(merchant_id: UUID) -> Any:
    return WebhookEndpoint.filter(merchant_id=merchant_id).exclude(state="deleted")


async def _held(merchant_id: UUID, endpoint_id: UUID) -> WebhookEndpoint:
    found: WebhookEndpoint | None = (
        await _of(merchant_id).filter(id=endpoint_id).select_for_update().first()
    )
    if found is None:
        raise _no_endpoint()
    return found


def _no_endpoint() -> NotFound:
    return NotFound.of("推送地址", "endpoint")


async def _record(
    move: str, endpoint_id: UUID, actor: str, details: Mapping[str, str | int]
) -> None:
    await write_all(recorded(move, endpoint_id, actor, details))


def _in_order(kinds: Sequence[str]) -> list[str]:
    return [kind for kind in KINDS if kind in kinds]


def _endpoint(row: WebhookEndpoint) -> Endpoint:
    return Endpoint(
        id=row.id, url=row.url, kinds=tuple(row.kinds), state=row.state, reason=row.reason,
        created_at=row.created_at, changed_at=row.changed_at,
        previous_secret_until=row.previous_until,
    )  # fmt: skip
