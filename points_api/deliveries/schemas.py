"""Wire shapes of a delivery: what became of it, which rows were refused, and its quality."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from points_api.deliveries.models import Delivery


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DeliveryOut(Wire):
    """A delivery: what became of its rows."""

    delivery_id: UUID
    item: str = Field(examples=["volunteer.hours"])
    layout: str
    file_name: str
    state: Literal["received", "done", "refused"]
    received_at: datetime
    done_at: datetime | None
    total: int
    accepted: int
    corrected: int
    duplicates: int
    rejected: int

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryOut":
        return cls(delivery_id=delivery.id, **cls.columns(delivery))

    @staticmethod
    def columns(delivery: Delivery) -> dict[str, Any]:
        names = set(DeliveryOut.model_fields) - {"delivery_id"}
        return {name: getattr(delivery, name) for name in names}


class TakenInOut(DeliveryOut):
    """The same; `repeated`: this very file had been taken in before, and nothing was done now."""

    repeated: bool

    @classmethod
    def after(cls, delivery: Delivery, repeated: bool) -> "TakenInOut":
        return cls(delivery_id=delivery.id, repeated=repeated, **cls.columns(delivery))


class QualityOut(Wire):
    """The ratios of the work plan, each with numerator and denominator, and what was refused."""

    delivery_id: UUID
    report: dict[str, Any]
