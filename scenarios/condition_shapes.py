"""The keys of each kind of condition. Points are decimals, as people write them."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import (
    Field,
    model_validator,
)

from scenarios.conditions import (
    AgeRange,
    DimensionFloor,
    Holds,
    InDivision,
    Joined,
    NothingOverdue,
    ScoreFloor,
)
from scenarios.facts import Band
from scenarios.shape import Division, FilePart, Points, Text, ensure
from scenarios.words import Words


class FileJoined(FilePart):
    """`{ type = "joined" }`"""

    type: Literal["joined"]

    def made(self, _: Mapping[str, Band]) -> Joined:
        """The condition that this is, on a scale with these bands."""
        return Joined()


class FileScore(FilePart):
    """`{ type = "score", at_least = 80.0 }` or, by the band's id, `{ type = "score", band = … }`"""

    type: Literal["score"]
    at_least: Annotated[Points, Field(ge=0)] | None = None
    band: str | None = None

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        return ensure(
            self,
            (self.at_least is None) != (self.band is None),
            "at_least 与 band 选填一个 (either at_least or band)",
        )

    def made(self, bands: Mapping[str, Band]) -> ScoreFloor:
        """The condition that this is, on a scale with these bands."""
        if self.band is None:
            return ScoreFloor(int((self.at_least or 0) * 1000))
        if (found := bands.get(self.band)) is None:
            known = "、".join(bands)
            raise ValueError(f"conditions.score: 等级应为 {known} 之一 (band is one of these)")
        return ScoreFloor(found.floor, Words(found.name, found.name_en))


class FileDimension(FilePart):
    """`{ type = "dimension", dimension = "public_good", at_least = 5.0, title, title_en }`"""

    type: Literal["dimension"]
    dimension: str
    at_least: Annotated[Points, Field(gt=0)]
    title: Text
    title_en: Text

    def made(self, _: Mapping[str, Band]) -> DimensionFloor:
        """The condition that this is, on a scale with these bands."""
        title = Words(self.title, self.title_en)
        return DimensionFloor(self.dimension, title, int(self.at_least * 1000))


class FileAge(FilePart):
    """`{ type = "age", from = 60 }`, with `to` where there is a highest age."""

    type: Literal["age"]
    lowest: Annotated[int, Field(ge=18, alias="from")] = 18
    highest: Annotated[int, Field(le=150, alias="to")] = 150

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        return ensure(self, self.lowest <= self.highest, "from 不得大于 to (from exceeds to)")

    def made(self, _: Mapping[str, Band]) -> AgeRange:
        """The condition that this is, on a scale with these bands."""
        return AgeRange(self.lowest, self.highest)


class FileDivision(FilePart):
    """`{ type = "division", in = ["420281"], names, names_en }`"""

    type: Literal["division"]
    codes: Annotated[list[Division], Field(min_length=1, alias="in")]
    names: Text
    names_en: Text

    def made(self, _: Mapping[str, Band]) -> InDivision:
        """The condition that this is, on a scale with these bands."""
        return InDivision(tuple(self.codes), Words(self.names, self.names_en))


class FileMembership(FilePart):
    """`{ type = "membership", items = ["…"], title, title_en }`: codes of catalog items."""

    type: Literal["membership"]
    items: Annotated[list[str], Field(min_length=1)]
    title: Text
    title_en: Text

    def made(self, _: Mapping[str, Band]) -> Holds:
        """The condition that this is, on a scale with these bands."""
        return Holds(frozenset(self.items), Words(self.title, self.title_en))


class FileNothingOverdue(FilePart):
    """`{ type = "nothing_overdue" }`: for what is lent or deferred in this scenario."""

    type: Literal["nothing_overdue"]

    def made(self, _: Mapping[str, Band]) -> NothingOverdue:
        """The condition that this is, on a scale with these bands."""
        return NothingOverdue()


FileCondition = Annotated[
    FileJoined
    | FileScore
    | FileDimension
    | FileAge
    | FileDivision
    | FileMembership
    | FileNothingOverdue,
    Field(discriminator="type"),
]
