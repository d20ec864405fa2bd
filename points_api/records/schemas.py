"""Wire shapes of a resident's own records."""

from datetime import date

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RecordOut(Wire):
    """One record, with who delivered it, by which law, and until when it counts."""

    record_id: str
    item: str
    title: str
    agency: str
    nature: str
    level: str | None
    quantity: str | None
    occurred_on: date
    ended_on: date | None
    valid_until: date | None
    document_no: str
    legal_basis: str
    status: str
    status_text: str
    counts: bool
    note: str
    counts_until: date | None
    days_left: int | None
    repairable: bool


class RecordsOut(Wire):
    as_of: date
    total: int
    items: list[RecordOut]
    next: str | None
