"""Entitlement lists on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from points_api.entitlements.models import EntitlementChange


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NumberIn(Wire):
    """A library card, a plate: the number by which the list knows me, and no ID number."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"number": "鄂B·12345"}]}
    )

    number: Annotated[str, Field(min_length=2, max_length=64)]


class NumberOut(Wire):
    scenario_id: str
    number: str
    """With all but the end masked."""


class ChangeOut(Wire):
    number: int
    scenario_id: str
    subject: str
    member_hash: str | None
    kind: Literal["granted", "changed", "revoked"]
    at: datetime

    @classmethod
    def of(cls, change: EntitlementChange) -> "ChangeOut":
        return cls.model_validate({name: getattr(change, name) for name in cls.model_fields})


class ChangesOut(Wire):
    """`cursor` is for the next `since`, also where there is nothing more for now."""

    items: list[ChangeOut]
    cursor: str
    more: bool


class KeyOut(Wire):
    """The key of `member_hash`: HMAC-SHA256 over the number without blanks, in capitals."""

    key: str
    algorithm: Literal["HMAC-SHA256"] = "HMAC-SHA256"
    number: str = "NFKC, capitals, without blanks, dots and hyphens, UTF-8"
