"""What all tables of a scenario file share: unknown keys are refused, values are strict."""

from decimal import Decimal
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=300)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Division = Annotated[str, StringConstraints(pattern=r"^\d{4}(\d{2})?$")]
Count = Annotated[int, Field(gt=0, le=10**11)]
"""Of fen, uses, days: more than any city needs, and less than any column holds."""
Points = Annotated[Decimal, Field(ge=-10_000, le=10_000, max_digits=8, strict=False)]
Percent = Annotated[int, Field(ge=1, le=100)]


T = TypeVar("T")


class FilePart(BaseModel):
    """A table of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def ensure(value: T, holds: bool, otherwise: str) -> T:
    """Return the value where something holds; raise ValueError, which says how to mend it."""
    if not holds:
        raise ValueError(otherwise)
    return value
