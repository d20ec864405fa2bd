"""The keys that a scorecard file may have; points are decimals as written."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from scoring.records import Status
from scoring.scorecard import OnePer, SumOver

Text = Annotated[str, Field(min_length=1)]


class FilePart(BaseModel):
    """A table of the file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class FileHead(FilePart):
    """`[scorecard]`"""

    city: Text
    version: Text
    effective_from: date
    basis: Literal["published", "reference", "assumption"]
    note: Text
    minimum: Decimal
    maximum: Decimal
    base: Decimal


class FileBand(FilePart):
    """`[[band]]`"""

    id: Text
    name: Text
    name_en: Text
    floor: Decimal = Field(alias="from")


class FileDimension(FilePart):
    """`[[dimension]]`"""

    id: Text
    name: Text
    name_en: Text
    floor: Decimal
    ceiling: Decimal


class FilePerUnit(FilePart):
    """`per_unit`: points for every `per` units."""

    points: Decimal
    per: Decimal = Field(gt=0)


class FileStep(FilePart):
    """One of `steps`."""

    at: Decimal = Field(alias="from", ge=0)
    points: Decimal


class FileBracket(FileStep):
    """One of `brackets`."""

    per: Decimal = Field(gt=0)


class FileRepeat(FilePart):
    """`repeat`"""

    within_days: PositiveInt
    percent: tuple[Annotated[int, Field(ge=100)], ...] = Field(min_length=1)


class FileFade(FilePart):
    """`fade`"""

    hold_days: int = Field(ge=0)
    end_days: PositiveInt


class FileCap(FilePart):
    """`cap`: by calendar year and in all."""

    year: Decimal | None = Field(default=None, gt=0)
    total: Decimal | None = Field(default=None, gt=0)


class FileRule(FilePart):
    """`[[rule]]`"""

    id: Text
    dimension: Text
    title: Text
    title_en: Text
    items: tuple[Text, ...] = Field(min_length=1)
    legal_basis: Text
    levels: dict[str, Decimal] | None = Field(default=None, min_length=1)
    per_unit: FilePerUnit | None = None
    steps: tuple[FileStep, ...] | None = Field(default=None, min_length=1)
    brackets: tuple[FileBracket, ...] | None = Field(default=None, min_length=1)
    sum_over: SumOver = "all"
    one_per: OnePer = "record"
    repeat: FileRepeat | None = None
    fade: FileFade | None = None
    cap: FileCap = FileCap()
    advice: str = ""
    advice_en: str = ""


class ExampleRecord(FilePart):
    """A record as a person writes it beside a rule: quantity in the catalog's units."""

    item: Text
    occurred_on: date
    ended_on: date | None = None
    level: str | None = None
    quantity: Decimal | None = None
    act: str = ""
    valid_until: date | None = None
    status: Status = "active"
    document_no: str = ""


class FileExample(FilePart):
    """`[[example]]`: a worked example that binds its rule."""

    rule: Text
    name: Text
    name_en: str = ""
    on: date
    records: tuple[ExampleRecord, ...] = ()
    points: Decimal


class File(FilePart):
    """A whole scorecard file."""

    scorecard: FileHead
    band: tuple[FileBand, ...] = Field(min_length=1)
    dimension: tuple[FileDimension, ...] = Field(min_length=1)
    rule: tuple[FileRule, ...] = Field(min_length=1)
    example: tuple[FileExample, ...] = ()
