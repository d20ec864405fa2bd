"""What merchants send and are told of redemptions and statements, and residents of benefits."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from points_api.consents.scenario_notice import ScenarioNotice, title_in
from points_api.language import Language
from points_api.redemptions.models import Statement
from points_api.redemptions.view import State, View

Fen = Annotated[int, Field(ge=1, le=200_000_00, strict=True, description="分 · fen")]
"""One use: up to 200,000 yuan, four times the largest deposit that a hospital takes."""


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RedeemIn(Wire):
    """A verification to redeem at once, or to hold for a moment (`reserve`)."""

    verification_id: UUID
    amount_fen: Fen | None = Field(None, description="金额，分 · what is bought or deposited")
    reserve: Annotated[bool, Field(strict=True)] = False
    due_on: date | None = Field(None, description="约定归还日 · of a deposit: the day agreed on")


class ConfirmIn(Wire):
    """The amount, where it became less than what was reserved."""

    amount_fen: Fen | None = None


class ReturnIn(Wire):
    """What of a deposit or deferred payment has come back."""

    amount_fen: Annotated[int, Field(gt=0, le=1_000_000_000_00, strict=True)]


class RedemptionOut(Wire):
    """A redemption. Amounts are fen; what was canceled, has expired or was reversed counts nothing.

    `benefit_fen` is what it is worth, 0 for what is in kind. `benefit_fen` less `returned_fen` of
    all that are not reserved adds up to the statements.
    """

    redemption_id: UUID
    verification_id: UUID
    scenario_id: str
    scenario_version: int
    state: State
    day: date
    amount_fen: int | None
    benefit_fen: int
    to_pay_fen: int | None
    owed_fen: int = Field(description="市里应结给商户 · what the city owes the merchant for it")
    returned_fen: int
    undone_fen: int = Field(
        description="撤销前占用或给出的 · what was held or given before it was undone"
    )
    outstanding_fen: int = Field(description="还未归还或付清的 · what of it is still to come back")
    reserved_at: datetime
    expires_at: datetime | None
    changed_at: datetime
    due_on: date | None


class RedemptionsOut(Wire):
    items: list[RedemptionOut]
    next: str | None


class BenefitOut(Wire):
    """A benefit that I was given or that is held for me; what was undone counts nothing."""

    redemption_id: UUID
    scenario_id: str
    title: str
    provider: str
    state: State
    day: date
    amount_fen: int | None
    benefit_fen: int
    undone_fen: int = Field(description="撤销前值多少 · what it was worth before it was undone")
    outstanding_fen: int = Field(
        description="我还要归还或付清的 · what I have still to return or pay"
    )
    due_on: date | None = Field(description="到哪一天 · by when")
    overdue: bool

    @classmethod
    def of(
        cls, view: View, named: Mapping[str, ScenarioNotice], today: date, language: Language
    ) -> "BenefitOut":
        known = named.get(view.scenario_id)
        late = view.outstanding_fen > 0 and view.due_on is not None and view.due_on < today
        return cls(
            redemption_id=view.id,
            scenario_id=view.scenario_id,
            title=title_in(named, view.scenario_id).say(language),
            provider=known.provider.say(language) if known else "",
            state=view.state,
            day=view.day,
            amount_fen=view.amount_fen,
            benefit_fen=view.counted().benefit_fen,
            undone_fen=view.undone_fen,
            outstanding_fen=view.outstanding_fen,
            due_on=view.due_on,
            overdue=late,
        )


class BenefitsOut(Wire):
    items: list[BenefitOut]
    next: str | None


class StatementOut(Wire):
    """A closed day. `digest` is over `previous`, the sums and every entry."""

    day: date
    number: int
    entries: int
    benefit_fen: int
    owed_fen: int
    previous: str
    digest: str
    closed_at: datetime

    @classmethod
    def of(cls, row: Statement) -> "StatementOut":
        return cls(**{name: getattr(row, name) for name in StatementOut.model_fields})


class StatementsOut(Wire):
    items: list[StatementOut]
    next: str | None


class EntryOut(Wire):
    """A move of the ledger; amounts are negative where given back."""

    id: UUID
    redemption_id: UUID
    scenario_id: str
    move: Literal["reserve", "confirm", "cancel", "expire", "reverse", "return"]
    benefit_fen: int
    owed_fen: int
    at: str


class StatementDayOut(Wire):
    """A day with all its entries. Until it is closed it may grow, and has no number or digest."""

    day: date
    closed: bool
    number: int | None
    entries: int
    benefit_fen: int
    owed_fen: int
    previous: str | None
    digest: str | None
    closed_at: datetime | None
    ledger: list[EntryOut]
