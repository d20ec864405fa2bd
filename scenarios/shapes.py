"""The keys that a scenario file may have. There is none for a punishment, a fee or a refusal.

Money is in fen, points are decimals as written. Every table refuses unknown keys.
"""

from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import (
    Field,
    field_validator,
    model_validator,
)

from scenarios.benefit_shapes import FileBenefit
from scenarios.benefits import (
    Period,
)
from scenarios.condition_shapes import FileCondition
from scenarios.scenario import (
    Agreement,
    Basis,
    Disclosed,
    Provider,
    Quota,
    Settled,
    Settlement,
    Verification,
)
from scenarios.shape import Count, Division, FilePart, Id, Points, Text, ensure
from scenarios.words import Words

LONGEST = timedelta(days=3 * 366)
"""The longest term of a scenario: every one has a sunset, and is agreed on anew after it."""


class FilePerPerson(FilePart):
    """`per_person = { times = 2, per = "month" }`"""

    times: Count
    per: Period


class FileQuota(FilePart):
    """`quota`; what is left out has no limit."""

    per_person: FilePerPerson | None = None
    per_day: Count | None = None
    total: Count | None = None
    budget_fen: Count | None = None

    def made(self) -> Quota:
        """The limits that this sets."""
        person = self.per_person
        return Quota(
            per_person=person.times if person else None,
            period=person.per if person else "ever",
            per_day=self.per_day,
            total=self.total,
            budget_fen=self.budget_fen,
        )


class FileSettlement(FilePart):
    """`settlement = { mode = "by_benefit", percent = 50 }`"""

    mode: Settlement
    fen: Annotated[int, Field(ge=0, le=10**11)] = 0
    percent: Annotated[int, Field(ge=0, le=100)] = 0

    @model_validator(mode="after")
    def _fits_its_mode(self) -> Self:
        wanted = {"none": (False, False), "per_use": (True, False), "by_benefit": (False, True)}
        return ensure(
            self,
            (bool(self.fen), bool(self.percent)) == wanted[self.mode],
            "per_use 配 fen，by_benefit 配 percent (fen or percent, as the mode says)",
        )

    def made(self) -> Settled:
        """The settlement that this is."""
        return Settled(self.mode, self.fen, self.percent)


class FileProvider(FilePart):
    """`provider = { name, name_en, kind = "library", basis = "published" }`"""

    name: Text
    name_en: Text
    kind: Id
    basis: Basis

    def made(self) -> Provider:
        """The provider that this is."""
        return Provider(Words(self.name, self.name_en), self.kind, self.basis)


class FilePoint(FilePart):
    """`at = { latitude = 30.2, longitude = 115.04 }`; left out: the division's seat."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class FileAgreement(FilePart):
    """`agreement = { legal_basis, document, owner, owner_en, basis = "reference" }`"""

    legal_basis: Text
    document: Text
    owner: Text
    owner_en: Text
    basis: Basis

    def made(self) -> Agreement:
        """The agreement that this is."""
        owner = Words(self.owner, self.owner_en)
        return Agreement(self.legal_basis, self.document, self.basis, owner)


class FileExample(FilePart):
    """`[[scenario.example]]`: somebody, and whether the scenario is open to them.

    Without `score` the person has not joined.
    """

    name: Text
    eligible: bool
    score: Points | None = None
    age: int = 40
    division: str = "420202"
    dimensions: dict[str, Points] = Field(default={})
    items: list[str] = Field(default=[])
    overdue: bool = False


class FileScenario(FilePart):
    """`[[scenario]]`"""

    id: Id
    version: Count = 1
    title: Text
    title_en: Text
    provider: FileProvider
    division: Division
    at: FilePoint | None = None
    ordinary: Text
    ordinary_en: Text
    benefit: FileBenefit
    conditions: Annotated[list[FileCondition], Field(min_length=1)]
    verification: Annotated[list[Verification], Field(min_length=1)]
    quota: FileQuota = FileQuota()
    settlement: FileSettlement = FileSettlement(mode="none")
    discloses: Annotated[list[Disclosed], Field(min_length=1)]
    valid_from: date
    valid_until: date
    visitors: bool = False
    agreement: FileAgreement
    basis: Basis
    note: str = ""
    example: Annotated[list[FileExample], Field(min_length=2)]

    @field_validator("conditions")
    @classmethod
    def _differ(cls, conditions: list[FileCondition]) -> list[FileCondition]:
        types = [one.type for one in conditions]
        return ensure(
            conditions,
            len(set(types)) == len(types),
            "每种条件只能有一个 (one condition of each type at most)",
        )

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        ensure(
            self,
            self.valid_from < self.valid_until and self.valid_until - self.valid_from <= LONGEST,
            "valid_until 须晚于开始日且不超过三年 (after valid_from, by three years at most)",
        )
        ensure(
            self,
            "list" not in self.verification or "member_hash" in self.discloses,
            "名单方式须给出 member_hash (verification by list discloses member_hash)",
        )
        benefit = self.benefit.made()
        has_worth = benefit.of(10**9) > 0
        ensure(
            self,
            has_worth or (self.quota.budget_fen is None and self.settlement.mode != "by_benefit"),
            "这种优惠不折算成钱，budget_fen 与 by_benefit 用不上 "
            "(this benefit has no worth in fen: no budget_fen, no by_benefit)",
        )
        ensure(
            self,
            not benefit.comes_back or self.settlement.mode != "by_benefit",
            "会归还的款项不按优惠额结算 (what comes back is not settled by_benefit)",
        )
        return ensure(
            self,
            self.basis != "published" or bool(self.note),
            "published 须在 note 写明出处 (say in note where it is published)",
        )


class FileCategory(FilePart):
    """`[category]`"""

    id: Id
    name: Text
    name_en: Text
    about: Text
    about_en: Text
    basis: Basis


class File(FilePart):
    """A whole file: one category and its scenarios."""

    category: FileCategory
    scenario: Annotated[list[FileScenario], Field(min_length=1)]


class FileSeat(FilePart):
    """`[[seat]]` of `seats.toml`: where a division's government sits, for distances."""

    division: Division
    name: Text
    name_en: Text
    latitude: float
    longitude: float
    basis: Literal["approximate"]


class SeatFile(FilePart):
    """`seats.toml`"""

    seat: Annotated[list[FileSeat], Field(min_length=1)]
