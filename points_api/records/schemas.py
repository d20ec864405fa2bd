"""Wire shapes of a resident's own records."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Counts = Annotated[
    bool,
    Field(
        description="这条记录是否计入当日分数；已结束、淡出、有异议或由另一条代表的为 false。"
        "封顶和保底另列。 / Whether the record goes into the day's score: false once it has ended "
        "or faded out, while it is under objection, and where another one counts instead. "
        "What a cap or floor holds back is told apart."
    ),
]


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
    counts: Counts
    note: str
    counts_until: date | None
    days_left: int | None
    repairable: bool


class RecordsOut(Wire):
    as_of: date
    total: int
    items: list[RecordOut]
    next: str | None
