"""The keys of each type of benefit. Money is in fen."""

from typing import Annotated, Literal, Self

from pydantic import (
    Field,
    model_validator,
)

from scenarios.benefits import (
    AmountOff,
    DepositWaive,
    DiscountRate,
    Extend,
    FixedPrice,
    FreeQuota,
    Gift,
    PayLater,
    Period,
    Priority,
    RateCut,
    SimplifiedPapers,
    Unit,
)
from scenarios.shape import Count, FilePart, Percent, Text, ensure
from scenarios.words import Words


class FileDepositWaive(FilePart):
    """`{ type = "deposit_waive", cap_fen = 10000 }`"""

    type: Literal["deposit_waive"]
    cap_fen: Count

    def made(self) -> DepositWaive:
        """The benefit that this is."""
        return DepositWaive(self.cap_fen)


class FileDiscountRate(FilePart):
    """`{ type = "discount_rate", percent_off = 15 }`, with `cap_fen` where limited."""

    type: Literal["discount_rate"]
    percent_off: Percent
    cap_fen: Count | None = None

    def made(self) -> DiscountRate:
        """The benefit that this is."""
        return DiscountRate(self.percent_off, self.cap_fen)


class FileFixedPrice(FilePart):
    """`{ type = "fixed_price", price_fen = 2000, ordinary_fen = 3500 }`"""

    type: Literal["fixed_price"]
    price_fen: Annotated[int, Field(ge=0, le=10**11)]
    ordinary_fen: Count

    @model_validator(mode="after")
    def _is_cheaper(self) -> Self:
        return ensure(
            self,
            self.price_fen < self.ordinary_fen,
            "优惠价须低于原价 (price_fen must be below ordinary_fen)",
        )

    def made(self) -> FixedPrice:
        """The benefit that this is."""
        return FixedPrice(self.price_fen, self.ordinary_fen)


class FileAmountOff(FilePart):
    """`{ type = "amount_off", off_fen = 500, min_spend_fen = 5000 }`"""

    type: Literal["amount_off"]
    off_fen: Count
    min_spend_fen: Count

    @model_validator(mode="after")
    def _leaves_something(self) -> Self:
        return ensure(
            self,
            self.off_fen <= self.min_spend_fen,
            "减免不得超过门槛 (off_fen must not exceed min_spend_fen)",
        )

    def made(self) -> AmountOff:
        """The benefit that this is."""
        return AmountOff(self.off_fen, self.min_spend_fen)


class FileFreeQuota(FilePart):
    """`{ type = "free_quota", count = 3, unit = "hours", per = "day", what, what_en }`"""

    type: Literal["free_quota"]
    count: Count
    unit: Unit
    per: Period
    what: Text
    what_en: Text

    def made(self) -> FreeQuota:
        """The benefit that this is."""
        return FreeQuota(self.count, self.unit, self.per, Words(self.what, self.what_en))


class FileExtend(FilePart):
    """`{ type = "extend", ordinary = 2, extended = 4, unit = "books", what, what_en }`"""

    type: Literal["extend"]
    ordinary: Annotated[int, Field(ge=0, le=10**11)]
    extended: Count
    unit: Unit
    what: Text
    what_en: Text

    @model_validator(mode="after")
    def _is_more(self) -> Self:
        return ensure(
            self,
            self.extended > self.ordinary,
            "须多于所有人都有的 (extended must exceed ordinary)",
        )

    def made(self) -> Extend:
        """The benefit that this is."""
        return Extend(self.ordinary, self.extended, self.unit, Words(self.what, self.what_en))


class FilePayLater(FilePart):
    """`{ type = "pay_later", limit_fen = 100000, days = 10 }`"""

    type: Literal["pay_later"]
    limit_fen: Count
    days: Count

    def made(self) -> PayLater:
        """The benefit that this is."""
        return PayLater(self.limit_fen, self.days)


class FilePriority(FilePart):
    """`{ type = "priority", what, what_en }`"""

    type: Literal["priority"]
    what: Text
    what_en: Text

    def made(self) -> Priority:
        """The benefit that this is."""
        return Priority(Words(self.what, self.what_en))


class FileGift(FilePart):
    """`{ type = "gift", worth_fen = 2000, what, what_en }`"""

    type: Literal["gift"]
    worth_fen: Count
    what: Text
    what_en: Text

    def made(self) -> Gift:
        """The benefit that this is."""
        return Gift(Words(self.what, self.what_en), self.worth_fen)


class FileRateCut(FilePart):
    """`{ type = "rate_cut", basis_points = 30, what, what_en }`"""

    type: Literal["rate_cut"]
    basis_points: Count
    what: Text
    what_en: Text

    def made(self) -> RateCut:
        """The benefit that this is."""
        return RateCut(self.basis_points, Words(self.what, self.what_en))


class FileSimplifiedPapers(FilePart):
    """`{ type = "simplified_papers", what, what_en }`"""

    type: Literal["simplified_papers"]
    what: Text
    what_en: Text

    def made(self) -> SimplifiedPapers:
        """The benefit that this is."""
        return SimplifiedPapers(Words(self.what, self.what_en))


FileBenefit = Annotated[
    FileDepositWaive
    | FileDiscountRate
    | FileFixedPrice
    | FileAmountOff
    | FileFreeQuota
    | FileExtend
    | FilePayLater
    | FilePriority
    | FileGift
    | FileRateCut
    | FileSimplifiedPapers,
    Field(discriminator="type"),
]
