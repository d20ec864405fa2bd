"""From events to messages: one for each endpoint that may and wants to know, in order.

One relay at a time does it, under a lock, in the order of the events' ids. A batch is one
transaction, so an event becomes all its messages and is done, or nothing of it has happened. What a
message says is decided here: under the resident's consent of this moment, by the merchant's own
pseudonym, and only the fields that the scenario discloses.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from points_api import clock, ids, log
from points_api.consents.models import Consent
from points_api.crypto.keyring import Keyring
from points_api.db import outbox
from points_api.db.outbox import Event
from points_api.db.transaction import advisory_lock_if_free, transactional
from points_api.db.writes import Insert, write_all
from points_api.eligibility import pseudonym
from points_api.entitlements import renewing
from points_api.entitlements.models import EntitlementChange
from points_api.ids import new_id
from points_api.merchants.models import Merchant, MerchantScenario
from points_api.scenarios.live import LiveScenarios
from points_api.webhooks import withdrawals
from points_api.webhooks.disclosure import disclosed
from points_api.webhooks.kinds import ALWAYS, OF_CHANGE, OF_MOVE, WITHOUT_CONSENT, Kind
from points_api.webhooks.models import WebhookEndpoint, WebhookMessage

REDEMPTION: Final = "redemption.moved"
ENTITLEMENT: Final = "entitlement.moved"
WITHDRAWN: Final = "consent.withdrawn"
TOPICS: Final = frozenset({REDEMPTION, ENTITLEMENT, WITHDRAWN})
BATCH: Final = 200
_log = log.get("webhooks")


@dataclass(frozen=True, slots=True)
class Told:
    """What a merchant is to be told about a resident, and of which event it is."""

    event_id: UUID
    kind: Kind
    merchant_id: UUID
    resident_id: UUID
    scenario_id: str
    at: datetime
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FanOut:
    """What the fan-out needs besides the database."""

    keyring: Keyring
    scenarios: LiveScenarios
    also: Callable[[Event], Awaitable[None]]
    """What else becomes of each event, in the same transaction: notices to the resident."""

    async def once(self) -> int:
        """Carry out what is due now; return how many events that were."""
        if not await outbox.any_due(TOPICS):
            return 0
        try:
            return await self.batch(BATCH)
        except Exception:  # noqa: BLE001 - one event must not hold up the others
            _log.exception("webhooks.fan_out_failed")
        return await self._one_by_one()

    @transactional
    async def batch(self, most: int) -> int:
        """Carry out up to so many events, all or none."""
        # Another relay is at it, which is as good.
        if not await advisory_lock_if_free("webhooks.fan_out"):
            return 0
        events = await outbox.in_order(TOPICS, most)
        if not events:
            return 0
        last = await WebhookMessage.all().order_by("-id").first()
        if last is not None:  # the clock of the relay that made it may be ahead of ours
            ids.follow(last.id)
        now = clock.now()
        for event in events:
            told = await self._told(event, now)
            rows = [row for one in told for row in await self._messages(one, now)]
            await write_all([Insert(WebhookMessage, rows, unless="webhook_message_once")])
            await self.also(event)
        await outbox.done(event.id for event in events)
        return len(events)

    async def _one_by_one(self) -> int:
        """Carry out events singly, and put back the one that fails."""
        done = 0
        while done < BATCH:
            try:
                if not await self.batch(1):
                    break
            except Exception:  # noqa: BLE001 - its resident's later events wait with it
                first = await outbox.in_order(TOPICS, 1)
                if not first:
                    break
                _log.exception("webhooks.event_failed", topic=first[0].topic)
                await outbox.retry(first[0])
            done += 1
        return done

    async def _told(self, event: Event, now: datetime) -> Sequence[Told]:
        if event.topic == WITHDRAWN:
            return await self._withdrawn(event, now)
        if event.topic == REDEMPTION:
            return await self._redemption(event)
        return await self._entitlement(event)

    async def _redemption(self, event: Event) -> Sequence[Told]:
        said = event.payload
        data = {"redemption_id": said["redemption_id"], "state": said["state"]}
        told = Told(
            event.id, OF_MOVE[said["move"]], UUID(said["merchant_id"]), UUID(said["resident_id"]),
            said["scenario_id"], event.created_at, data,
        )  # fmt: skip
        return [told]

    async def _entitlement(self, event: Event) -> Sequence[Told]:
        change = await EntitlementChange.get(id=UUID(event.payload["change_id"]))
        scenario = self.scenarios.current.open(change.scenario_id)
        data = disclosed(scenario, entitled=change.kind != "revoked", member=change.member_hash)
        told = Told(
            event.id, OF_CHANGE[change.kind], change.merchant_id, _resident_of(event.subject),
            change.scenario_id, change.at, data,
        )  # fmt: skip
        return [told]

    async def _withdrawn(self, event: Event, now: datetime) -> Sequence[Told]:
        """Tell each merchant of each scenario to stop, and stop what is under way to it."""
        resident_id = _resident_of(event.subject)
        ended = [one for one in event.payload["consents"] if one["purpose"] == "scenario"]
        found = []
        for scenario_id in dict.fromkeys(str(one["recipient"]) for one in ended):
            serving = MerchantScenario.filter(scenario_id=scenario_id, merchant__sandbox=False)
            merchants = await serving.distinct().values_list("merchant_id", flat=True)
            for merchant_id in sorted(set(merchants)):
                await self._stop(UUID(str(merchant_id)), resident_id, scenario_id, now)
                # One event may end several consents, and so be several messages.
                event_id = uuid5(event.id, scenario_id)
                found.append(
                    Told(event_id, WITHDRAWN, UUID(str(merchant_id)), resident_id, scenario_id,
                         event.created_at)
                )  # fmt: skip
            await renewing.withdraw(self.keyring, resident_id, scenario_id, now)
        return found

    async def _stop(
        self, merchant_id: UUID, resident_id: UUID, scenario_id: str, now: datetime
    ) -> None:
        endpoints = await WebhookEndpoint.filter(merchant_id=merchant_id).values_list(
            "id", flat=True
        )
        subject = pseudonym.of(self.keyring, merchant_id, resident_id)
        await withdrawals.drop([UUID(str(one)) for one in endpoints], subject, scenario_id, now)

    async def _messages(self, told: Told, now: datetime) -> list[dict[str, Any]]:
        endpoints = await _wanting(told.kind, told.merchant_id)
        if not endpoints or not await _may_be_told(told, now):
            return []
        subject = pseudonym.of(self.keyring, told.merchant_id, told.resident_id)
        data = {"scenario_id": told.scenario_id, "subject": subject, **told.data}
        body = body_of(told.kind, told.at, data)
        return [
            row_of(one.id, told.event_id, told.kind, subject, body, now,
                   active=one.state == "active")
            for one in endpoints
        ]  # fmt: skip


def body_of(kind: Kind, at: datetime, data: Mapping[str, object]) -> str:
    """The bytes of a message, as they are kept, signed and sent."""
    said = {"type": kind, "timestamp": at.isoformat().replace("+00:00", "Z"), "data": data}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def row_of(
    endpoint_id: UUID,
    event_id: UUID,
    kind: Kind,
    subject: str,
    body: str,
    now: datetime,
    *,
    active: bool = True,
) -> dict[str, Any]:
    """A message that is due at once; for an endpoint that is not active, a dead letter."""
    ended = {"outcome": "", "ended_at": None} if active else {"outcome": "dead", "ended_at": now}
    return {
        **ended, "id": new_id(), "endpoint_id": endpoint_id, "event_id": event_id, "kind": kind,
        "subject": subject, "body": body, "created_at": now, "next_try_at": now,
    }  # fmt: skip


async def _wanting(kind: Kind, merchant_id: UUID) -> list[WebhookEndpoint]:
    """The endpoints of a merchant that are told this kind.

    Those that are disabled, and a merchant who is suspended, are told only what has to stop; the
    former once it is replayed.
    """
    states = ["active", "disabled"] if kind in WITHOUT_CONSENT else ["active"]
    found = await WebhookEndpoint.filter(merchant_id=merchant_id, state__in=states).order_by("id")
    if not found:
        return []
    if kind not in WITHOUT_CONSENT and not await Merchant.exists(id=merchant_id, state="active"):
        return []
    return [one for one in found if kind in ALWAYS or kind in one.kinds]


async def _may_be_told(told: Told, now: datetime) -> bool:
    if told.kind in WITHOUT_CONSENT:
        return True
    return await Consent.exists(
        resident_id=told.resident_id, purpose="scenario", recipient=told.scenario_id,
        withdrawn_at=None, expires_at__gt=now,
    )  # fmt: skip


def _resident_of(subject: str) -> UUID:
    return UUID(subject.removeprefix("resident:"))
