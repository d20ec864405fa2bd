"""Verifications as they go over the wire, to merchants and to residents."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)  # fmt: skip

from points_api.language import Language, Text
from points_api.validation import FieldError
from points_api.verifications.listing import Decision, Entry
from points_api.verifications.rendering import benefit_of
from points_api.verifications.service import Answer, OnTheWall
from points_api.verifications.statement import Cause

Mode = Literal["code", "wall", "server", "list", "counter"]
ScenarioId = Annotated[str, Field(max_length=64, examples=["huangshi-library-books-to-the-door"])]
_ONE = Text("code、spoken、pseudonym 填一个", "Give one of code, spoken and pseudonym")


class Wire(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class VerifyIn(Wire):
    """What the resident showed, said, or is called by the merchant."""

    scenario_id: ScenarioId
    code: Annotated[str | None, Field(max_length=400, examples=["0429EL9N…"])] = None
    spoken: Annotated[str | None, Field(pattern=r"^[0-9]{6}$", examples=["048213"])] = None
    pseudonym: Annotated[
        str | None, Field(pattern=r"^[0-9a-f]{32}$", examples=["9f86d081884c7d659a2feaa0c55ad015"])
    ] = None

    @model_validator(mode="wrap")
    @classmethod
    def _names_one(cls, sent: object, checked: ModelWrapValidatorHandler[Self]) -> Self:
        """Told together with what else is wrong: an empty body lacks more than a scenario."""
        ways = ("code", "spoken", "pseudonym")
        if not isinstance(sent, dict) or sum(sent.get(way) is not None for way in ways) == 1:
            return checked(sent)
        one = FieldError("verification.one", _ONE)
        wrong: list[Any] = [{"type": "value_error", "input": None, "ctx": {"error": one}}]
        try:
            checked(sent)
        except ValidationError as refused:
            wrong = [*refused.errors(), *wrong]
        raise ValidationError.from_exception_data(cls.__name__, wrong)


class BenefitOut(Wire):
    """`text` for people; `type` and `terms` for programs, money in fen."""

    type: Annotated[str, Field(examples=["deposit_waive"])]
    text: Annotated[str, Field(examples=["免押金，最高 100 元"])]
    terms: Annotated[dict[str, int | str], Field(examples=[{"cap_fen": 10000}])]


class VerificationOut(Wire):
    """Yes or no, and with a yes the benefit. Until `expires_at` it may be redeemed.

    A no has no reason: below, paused, not joined and unknown are the same answer.
    """

    verification_id: UUID
    eligible: bool
    benefit: BenefitOut | None
    pseudonym: str | None
    expires_at: datetime


class SeenOut(Wire):
    """One verification in a merchant's own list. `confirmation` is what the resident shows too."""

    verification_id: UUID
    scenario_id: str
    mode: Mode
    eligible: bool
    confirmation: Annotated[str, Field(examples=["4821"])]
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, entry: Entry) -> "SeenOut":
        return cls(
            verification_id=entry.id,
            scenario_id=entry.scenario_id,
            mode=entry.mode,
            eligible=entry.eligible,
            confirmation=confirmation_of(entry.id),
            created_at=entry.created_at,
            expires_at=entry.expires_at,
        )


class SeenListOut(Wire):
    items: list[SeenOut]
    next: str | None


class WallCodeOut(Wire):
    """To print and hang up; it stays good."""

    scenario_id: str
    wall_code: str
    qr_svg: str


class Named(Wire):
    id: str
    name: str


class WallScanIn(Wire):
    wall_code: Annotated[str, Field(max_length=400)]


class WallScanOut(Wire):
    """To show to the staff, who see the same `confirmation` in their list."""

    verification_id: UUID
    scenario: Named
    merchant: Named
    eligible: bool
    cause: Cause
    cause_text: str
    benefit: BenefitOut | None
    confirmation: str
    expires_at: datetime

    @classmethod
    def of(cls, scan: OnTheWall, language: Language) -> "WallScanOut":
        answer, title = scan.answer, scan.scenario.title
        return cls(
            verification_id=answer.id,
            scenario=Named(id=scan.scenario.id, name=Text(*title).say(language)),
            merchant=Named(id=str(scan.merchant_id), name=Text(*scan.merchant_name).say(language)),
            eligible=answer.eligible,
            cause=answer.cause,
            cause_text=CAUSES[answer.cause].say(language),
            benefit=_benefit(answer, language),
            confirmation=confirmation_of(answer.id),
            expires_at=answer.expires_at,
        )


class DecisionOut(Wire):
    """A decision that my score took part in: who asked, what for, what they were told, and why.

    The merchant learned `eligible` and, with a yes, the benefit; `cause` is for me alone.
    """

    verification_id: UUID
    at: datetime
    merchant: Named
    scenario: Named
    mode: Mode
    eligible: bool
    cause: Cause
    cause_text: Annotated[str, Field(examples=["符合条件"])]

    @classmethod
    def of(cls, decision: Decision, language: Language) -> "DecisionOut":
        entry = decision.entry
        return cls(
            verification_id=entry.id,
            at=entry.created_at,
            merchant=Named(id=str(entry.merchant_id), name=decision.merchant.say(language)),
            scenario=Named(id=entry.scenario_id, name=decision.scenario.say(language)),
            mode=entry.mode,
            eligible=entry.eligible,
            cause=entry.cause,
            cause_text=CAUSES[entry.cause].say(language),
        )


class DecisionsOut(Wire):
    items: list[DecisionOut]
    next: str | None


CAUSES: dict[Cause, Text] = {
    "eligible": Text("符合条件", "You qualified"),
    "below": Text("当时不符合这个场景的条件", "You did not meet the scenario's conditions then"),
    "paused": Text("您当时已暂停或需要重新同意", "You had paused, or your consent was needed anew"),
    "not_joined": Text("您当时没有加入", "You had not joined then"),
    "no_consent": Text("您已撤回对这个场景的同意", "You had withdrawn your consent to it"),
    "signed_out": Text("出示后您已退出登录", "You had signed out after showing the code"),
    "unknown": Text("商户所用的代号不对应任何人", "The merchant's pseudonym named nobody"),
    "closed": Text("这个场景当时没有开放", "The scenario was not open then"),
}


def confirmation_of(verification_id: UUID) -> str:
    """Four digits for two people to compare; they prove nothing to a program."""
    return f"{verification_id.int % 10_000:04d}"


def _benefit(answer: Answer, language: Language) -> BenefitOut | None:
    if answer.scenario is None:
        return None
    return BenefitOut(**benefit_of(answer.scenario.benefit, language))
