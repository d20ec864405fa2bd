"""Proposals and versions as merchants and officers see them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from points_api.scenarios.schemas import BenefitOut, DisclosedOut
from scenarios.lifecycle import Move, State

Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=2, max_length=200, pattern=r"^[^\x00]*$"),
    Field(examples=["场馆装修，暂停两周"]),
]


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DocumentIn(Wire):
    """The JSON of a scenario with the keys of the files, and its `category`."""

    document: Annotated[
        dict[str, Any],
        Field(
            examples=[
                {
                    "category": "library", "id": "bookshop-members-day", "title": "会员日",
                    "division": "420202", "benefit": {"type": "discount_rate", "percent_off": 10},
                }
            ]
        ),
    ]  # fmt: skip


class ReasonIn(Wire):
    reason: Reason


class FaultOut(Wire):
    where: str
    message: str


class ReceivedOut(Wire):
    """The very fields that the merchant's program would receive, with made-up values."""

    yes: dict[str, Any]
    no: dict[str, Any]


class PreviewOut(Wire):
    """What the merchant would be told of a resident; `excess` is asked for and not needed."""

    benefit: BenefitOut
    tells: list[DisclosedOut]
    excess: list[DisclosedOut]
    never: str
    received: ReceivedOut


class MoveOut(Wire):
    """`by` is the kind of who did it; officers see who."""

    move: Move
    state: State
    by: str
    reason: str
    at: datetime


class VersionLineOut(Wire):
    """A version as a list shows it; `etag` goes into the `If-Match` of a move."""

    id: UUID
    scenario_id: str
    version: int
    state: State
    title: str
    category: str
    division: str
    merchant_id: UUID | None
    changed_at: datetime
    etag: str


class VersionOut(VersionLineOut):
    document: dict[str, Any]
    digest: str
    author: str
    approved: bool
    live_since: datetime | None
    created_at: datetime
    allowed: list[Move]
    faults: list[FaultOut]
    preview: PreviewOut | None
    moves: list[MoveOut]


class VersionLinesOut(Wire):
    items: list[VersionLineOut]
    next: str | None


class VersionsOut(Wire):
    items: list[VersionOut]
