"""What merchants, residents and officers send and are told of reports of conduct."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

State = Literal["reported", "told", "replied", "standing", "settled", "dismissed"]


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ConductIn(Wire):
    """`overdue`: past its day and not back. `returned`: all has come back."""

    kind: Literal["overdue", "returned"]


class ConductOut(Wire):
    """What became of it. A report counts only after the resident was told and could reply."""

    redemption_id: UUID
    report_id: UUID | None
    state: State
    outstanding_fen: int


class MyReportOut(Wire):
    """What a merchant says of me. It stands only if I do not return it before `reply_until`."""

    report_id: UUID
    redemption_id: UUID
    scenario_id: str
    title: str
    state: State
    outstanding_fen: int
    due_on: date | None
    reported_at: datetime
    told_at: datetime | None
    reply_until: datetime | None
    reply: str | None
    closed_at: datetime | None


class MyReportsOut(Wire):
    items: list[MyReportOut]


class ReplyIn(Wire):
    """What I say to it; the credit office reads it, the merchant does not."""

    text: Annotated[str, Field(min_length=1, max_length=500)]


class ReportOut(Wire):
    """A report as the credit office sees it; of the resident no more than the reply."""

    report_id: UUID
    redemption_id: UUID
    merchant_id: UUID
    scenario_id: str
    state: State
    reported_at: datetime
    reply_until: datetime | None
    reply: str | None


class ReportsOut(Wire):
    items: list[ReportOut]
    next: str | None


class DismissIn(Wire):
    """Why it must not count."""

    reason: Literal["mistaken", "returned", "not_agreed", "other"]
