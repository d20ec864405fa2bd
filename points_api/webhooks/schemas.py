"""Webhook endpoints and their deliveries on the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from points_api.webhooks.kinds import Kind
from points_api.webhooks.service import Delivery, Endpoint
from points_api.webhooks.signing import id_of

Url = Annotated[str, Field(min_length=8, max_length=500)]
Kinds = Annotated[list[Kind], Field(min_length=1, max_length=16)]


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EndpointIn(Wire):
    """Where to push, and what; `consent.withdrawn` comes always, for then you have to stop."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "url": "https://library.example/hooks/points",
                    "kinds": ["entitlement.granted", "entitlement.revoked"],
                }
            ]
        },
    )

    url: Url
    kinds: Kinds


class EndpointPatch(Wire):
    """What is left out stays."""

    url: Url | None = None
    kinds: Kinds | None = None
    state: Literal["active", "disabled"] | None = None


class EndpointOut(Wire):
    id: UUID
    url: str
    kinds: list[str]
    state: Literal["active", "disabled"]
    reason: str
    """Why it is disabled: `gone` (it answered 410) or `merchant`."""
    created_at: datetime
    changed_at: datetime
    previous_secret_until: datetime | None
    """Until then both secrets sign."""

    @classmethod
    def of(cls, endpoint: Endpoint) -> "EndpointOut":
        return cls.model_validate(
            {name: getattr(endpoint, name) for name in EndpointOut.model_fields}
        )


class NewEndpointOut(EndpointOut):
    secret: str
    """Shown this once."""

    @classmethod
    def made(cls, endpoint: Endpoint, secret: str) -> "NewEndpointOut":
        return cls(**EndpointOut.of(endpoint).model_dump(), secret=secret)


class EndpointsOut(Wire):
    items: list[EndpointOut]


class AttemptOut(Wire):
    at: datetime
    status: int | None
    took_ms: int
    error: str


class DeliveryOut(Wire):
    id: UUID
    webhook_id: str
    """As in the header `webhook-id`."""
    kind: str
    state: Literal["waiting", "delivered", "dead", "dropped"]
    created_at: datetime
    ended_at: datetime | None
    next_try_at: datetime | None
    body: str
    attempts: list[AttemptOut]

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryOut":
        row = delivery.message
        tries = [
            AttemptOut(at=one.at, status=one.status, took_ms=one.took_ms, error=one.error)
            for one in delivery.attempts
        ]
        return cls.model_validate(
            {
                "id": row.id, "webhook_id": id_of(row.id), "kind": row.kind,
                "state": row.outcome or "waiting", "created_at": row.created_at,
                "ended_at": row.ended_at, "body": row.body, "attempts": tries,
                "next_try_at": None if row.ended_at else row.next_try_at,
            }
        )  # fmt: skip


class DeliveriesOut(Wire):
    items: list[DeliveryOut]
    next: str | None


class ReplayIn(Wire):
    """Everything written since then that was not delivered; with `delivered`, that too."""

    since: AwareDatetime
    delivered: bool = False


class ReplayedOut(Wire):
    messages: int
    """How many that is; those that a withdrawal has stopped stay out of what is sent."""


class QueuedOut(Wire):
    """A message that is on its way."""

    id: UUID
    webhook_id: str
