"""What anyone may read of a scenario."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from points_api.scenarios.finding import BenefitType
from scenarios.scenario import Basis, Disclosed, Verification

ConditionType = Literal[
    "joined", "score", "dimension", "age", "division", "membership", "nothing_overdue"
]


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CategoryOut(Wire):
    id: str
    name: str


class ProviderOut(Wire):
    name: str
    kind: str
    basis: Basis


class DivisionOut(Wire):
    code: str
    name: str


class BenefitOut(Wire):
    """`text` says it all; `name` is the type's, for a filter."""

    type: BenefitType
    name: str
    text: str


class ConditionOut(Wire):
    type: ConditionType
    text: str


class VerificationOut(Wire):
    mode: Verification
    text: str


class DisclosedOut(Wire):
    field: Disclosed
    text: str


class AgreementOut(Wire):
    legal_basis: str
    document: str
    owner: str
    basis: Basis


class ScenarioOut(Wire):
    """A scenario as a list shows it."""

    id: str
    version: int
    title: str
    category: CategoryOut
    provider: ProviderOut
    division: DivisionOut
    distance_meters: int | None
    ordinary: str
    benefit: BenefitOut
    conditions: list[ConditionOut]
    verification: list[VerificationOut]
    visitors: bool
    valid_until: date
    basis: Basis


class ScenarioFullOut(ScenarioOut):
    """Everything a resident should know."""

    about: str
    latitude: float
    longitude: float
    quota: list[str]
    settlement: str
    discloses: list[DisclosedOut]
    never_disclosed: str
    valid_from: date
    agreement: AgreementOut
    basis_text: str
    note: str
    digest: str


class ScenariosOut(Wire):
    as_of: date
    total: int
    items: list[ScenarioOut]
    next: str | None
