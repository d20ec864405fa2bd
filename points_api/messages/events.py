"""Which events become which notices. Payloads hold ids only, and so do notices."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID, uuid5

from points_api import clock
from points_api.crypto.keyring import Keyring
from points_api.db.outbox import Event
from points_api.messages import concerned, service
from points_api.messages.kinds import Kind
from points_api.messages.pushing import Subscribers

_MOVES: Final[Mapping[str, Kind]] = {
    "confirm": "benefit_used", "reverse": "benefit_back", "cancel": "benefit_back",
}  # fmt: skip
_CONDUCT: Final[Mapping[str, Kind]] = {
    "told": "conduct_reported", "settled": "conduct_settled", "dismissed": "conduct_settled",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Messages:
    """Makes notices of events, and sends those that are due."""

    keyring: Keyring
    subscribers: Subscribers

    async def told(self, event: Event) -> None:
        """Make the notices of an event, if there are any; again is once."""
        handlers: Mapping[str, Callable[[Event], Awaitable[None]]] = {
            "redemption.moved": self._redemption,
            "conduct.moved": self._conduct,
            "consent.withdrawn": self._consent,
            "scenario.moved": self._scenario,
        }
        if handler := handlers.get(event.topic):
            await handler(event)

    async def push_due(self) -> int:
        return await service.push_due(self.keyring, self.subscribers, clock.now())

    async def _redemption(self, event: Event) -> None:
        await self._tell(event, _MOVES.get(event.payload["move"]))

    async def _conduct(self, event: Event) -> None:
        until = event.payload.get("reply_until")
        more = {"until": until} if until else {}
        await self._tell(event, _CONDUCT.get(event.payload["state"]), more)

    async def _consent(self, event: Event) -> None:
        resident_id = UUID(event.subject.removeprefix("resident:"))
        for consent in event.payload["consents"]:
            if consent["purpose"] == "scenario":
                params = {"scenario": consent["recipient"]}
                each = replace(event, id=uuid5(event.id, consent["recipient"]))
                await service.notify(resident_id, each, "consent_withdrawn", params, clock.now())

    async def _scenario(self, event: Event) -> None:
        said, now = event.payload, clock.now()
        kind = await concerned.end_of(said["scenario_id"], said["version"], said["state"])
        if kind is not None:
            residents = await concerned.residents(said["scenario_id"], now)
            params = {"scenario": said["scenario_id"]}
            await service.notify_all(residents, event, kind, params, now)

    async def _tell(
        self, event: Event, kind: Kind | None, more: Mapping[str, Any] | None = None
    ) -> None:
        if kind is not None:
            resident_id = UUID(event.payload["resident_id"])
            params = {"scenario": event.payload["scenario_id"], **(more or {})}
            await service.notify(resident_id, event, kind, params, clock.now())
