"""Push: entitlements and proofs renewed, events fanned out into messages, messages sent (again).

Loops side by side, so a long night of renewals keeps no withdrawal waiting. Residents get their
notices of the same events. Any number of processes may run it.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from points_api import clock, log
from points_api.composition import Parts
from points_api.conduct import service as conduct
from points_api.db import outbox
from points_api.entitlements import renewing
from points_api.entitlements.renewing import DUE, Entitlements
from points_api.jobs.handling import Handling
from points_api.jobs.rounds import again_and_again
from points_api.messages.events import Messages
from points_api.proofs import lists as proofs
from points_api.webhooks import fan_out, replays
from points_api.webhooks.addresses import Addresses
from points_api.webhooks.fan_out import FanOut
from points_api.webhooks.sending import Pace, Sender, http_client

REPORTED: Final = "conduct.moved"
RENEWING: Final = frozenset(
    {
        DUE, "consent.granted", REPORTED, "scenario.moved", "member.paused",
        "member.resumed",
    }
)  # fmt: skip
TOPICS: Final = RENEWING | fan_out.TOPICS | {replays.TOPIC}
"""Of the events of these topics nobody else takes care."""
BATCH: Final = 100
REPLAYS: Final = Handling({replays.TOPIC: replays.carry_on})
IDLE_SECONDS: Final = 0.5
_log = log.get("push")


@dataclass(frozen=True, slots=True)
class Push:
    """The works; each round of one is a method, for tests."""

    entitlements: Entitlements
    fan_out: FanOut
    sender: Sender
    messages: Messages

    async def run(self) -> None:
        """Work until canceled; a failure is logged and tried again."""
        async with asyncio.TaskGroup() as works:
            for work in (self.renew, self.fan_out.once, self.messages.push_due):
                works.create_task(again_and_again("push", IDLE_SECONDS, work))
            works.create_task(REPLAYS.run())
            works.create_task(self.sender.run())

    async def renew(self) -> int:
        """Carry out what asks for renewals; return how many events that were."""
        events = await outbox.claim(BATCH, topics=RENEWING)
        if not events:
            return 0
        # An event must not be decided by what was published before it.
        await self.entitlements.scenarios.refresh()
        done = []
        for event in events:
            try:
                await self._renew(event)
                done.append(event.id)
            except Exception:  # noqa: BLE001 - one event must not hold up the others
                _log.exception("push.renewal_failed", topic=event.topic)
                await outbox.retry(event)
        await outbox.done(done)
        return len(events)

    async def everything(self) -> None:
        """Go on until nothing is due, for tests and commands."""
        while await self.renew() + await self.fan_out.once() + await REPLAYS.once():
            pass
        await self.sender.once()

    async def _renew(self, event: outbox.Event) -> None:
        if event.topic == "scenario.moved":
            await renewing.due_for_scenario(str(event.payload["scenario_id"]))
            await self.messages.told(event)
            return
        if event.topic == REPORTED and event.payload["state"] == "reported":
            await conduct.tell(UUID(event.payload["report_id"]))
        resident_id, its = _resident_of(event.subject, event.payload), self.entitlements
        await its.renew(resident_id, clock.now())
        await proofs.revoke(its.scenarios, its.standings, resident_id, clock.now())
        await self.messages.told(event)


@asynccontextmanager
async def pushing(parts: Parts, pace: Pace | None = None) -> AsyncIterator[Push]:
    """Push, with the HTTP client that it needs."""
    addresses = Addresses(loopback=parts.settings.webhook_loopback)
    await parts.scenarios.refresh()
    messages = Messages(parts.keyring, parts.subscribers)
    async with http_client() as client:
        yield Push(
            Entitlements(parts.keyring, parts.scenarios, parts.standings),
            FanOut(parts.keyring, parts.scenarios, messages.told),
            Sender(parts.keyring, addresses, client, pace),
            messages,
        )


async def run_push(parts: Parts) -> None:
    """Push until canceled."""
    async with pushing(parts) as push:
        await push.run()


def _resident_of(subject: str, payload: Mapping[str, object]) -> UUID:
    named = payload.get("resident_id")
    return UUID(str(named) if named else subject.removeprefix("resident:"))
