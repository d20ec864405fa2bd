"""Wire shapes of a delivery: what became of it, which rows were refused, and its quality."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from points_api.deliveries.models import Delivery


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DeliveryOut(Wire):
    """A delivery; `repeated` says that the same file had been taken in before."""

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
    repeated: bool

    @classmethod
    def of(cls, delivery: Delivery, *, repeated: bool = False) -> "DeliveryOut":
        names = set(cls.model_fields) - {"delivery_id", "repeated"}
        values = {name: getattr(delivery, name) for name in names}
        return cls(delivery_id=delivery.id, repeated=repeated, **values)


class QualityOut(Wire):
    """The ratios of the work plan, each with numerator and denominator, and what was refused."""

    delivery_id: UUID
    report: dict[str, Any]
