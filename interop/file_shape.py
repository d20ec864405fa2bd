"""What all tables of the data files share: unknown keys are refused, values are strict."""

from abc import ABC, abstractmethod
from datetime import date
from decimal import Decimal
from typing import Annotated, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from interop.cities import Basis
from interop.words import Words

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=64)]
Division = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
Points = Annotated[Decimal, Field(strict=False, allow_inf_nan=False)]
"""Points as written, a whole number of thousandths."""
Thing = TypeVar("Thing")


class FilePart(BaseModel):
    """A table of a file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FileMakes(FilePart, ABC, Generic[Thing]):
    """A whole file with an id, which makes what it describes."""

    id: Id

    @abstractmethod
    def made(self) -> Thing:
        """The described thing. Raises ValueError, which says how to mend the file."""


class FileNamed(FilePart):
    """A table with a name in both languages."""

    name: Text
    name_en: Text

    def words(self) -> Words:
        """The name."""
        return Words(self.name, self.name_en)


class FileTerm(FilePart):
    """`{ from = 2026-01-01, until = 2026-12-31 }`, both days included."""

    since: date = Field(alias="from")
    until: date
    basis: Basis = "assumption"

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since > self.until:
            raise ValueError("until 不得早于 from (until is before from)")
        return self


def thousandths(points: Decimal) -> int:
    """Points as integers. Raises ValueError for finer ones than a thousandth."""
    whole = points * 1000
    if whole != int(whole):
        raise ValueError(f"{points} 比千分之一还细 (is finer than a thousandth)")
    return int(whole)
