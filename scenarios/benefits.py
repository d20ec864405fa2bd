"""What a scenario gives: the eleven types of benefit, a closed set with stable tags.

Every number in a benefit can only make it larger than nothing, so none of them can take something
away. `of` tells what the benefit is worth for an amount, in fen; what the person still pays is the
amount less that. Types without money are worth nothing in fen and ignore the amount. What
`comes_back` is lent or deferred: it counts against the person's limit until it is returned or paid.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from scenarios.words import Words, yuan

Unit = Literal["hours", "minutes", "days", "months", "books", "times"]
Period = Literal["day", "week", "month", "year", "ever"]

_UNITS: dict[Unit, Words] = {
    "hours": Words("小时", "hours"),
    "minutes": Words("分钟", "minutes"),
    "days": Words("天", "days"),
    "months": Words("个月", "months"),
    "books": Words("册", "books"),
    "times": Words("次", "times"),
}
PERIODS: dict[Period, Words] = {
    "day": Words("每天", "a day"),
    "week": Words("每周", "a week"),
    "month": Words("每月", "a month"),
    "year": Words("每年", "a year"),
    "ever": Words("共", "in all"),
}


class AmountNeeded(ValueError):
    """The benefit depends on an amount of money and none was given."""


class AmountTooSmall(ValueError):
    """The benefit begins at a higher amount; `least_fen` says at which."""

    def __init__(self, least_fen: int) -> None:
        super().__init__(f"at least {least_fen} fen")
        self.least_fen = least_fen


class _NotMoney:
    """What is counted or done and not paid, so it is worth nothing in fen."""

    __slots__ = ()
    comes_back: ClassVar[bool] = False

    def of(self, _: int | None) -> int:
        """Nothing, whatever the amount."""
        return 0


@dataclass(frozen=True, slots=True)
class DepositWaive:
    """A deposit up to `cap_fen` need not be paid; what lies above is paid as by everybody."""

    tag: ClassVar[str] = "deposit_waive"
    comes_back: ClassVar[bool] = True
    cap_fen: int

    def of(self, amount_fen: int | None) -> int:
        """The waived part of a deposit. Raises `AmountNeeded`.

        >>> DepositWaive(10_000).of(12_000)
        10000
        """
        return min(_needed(amount_fen), self.cap_fen)

    def says(self) -> Words:
        """The benefit in the resident's words."""
        cap = yuan(self.cap_fen)
        return Words(f"免押金，最高 {cap} 元", f"No deposit, up to {cap} yuan")


@dataclass(frozen=True, slots=True)
class DiscountRate:
    """`percent_off` hundredths of the price less, at most `cap_fen` each time."""

    tag: ClassVar[str] = "discount_rate"
    comes_back: ClassVar[bool] = False
    percent_off: int
    cap_fen: int | None = None

    def of(self, amount_fen: int | None) -> int:
        """The reduction, rounded toward zero to a fen. Raises `AmountNeeded`.

        >>> DiscountRate(15).of(1_999), DiscountRate(40, cap_fen=5_000).of(20_000)
        (299, 5000)
        """
        off = _needed(amount_fen) * self.percent_off // 100
        return off if self.cap_fen is None else min(off, self.cap_fen)

    def says(self) -> Words:
        """The benefit in the resident's words; 8.5 折 is how a Chinese shop says 15 % off."""
        tenths, rest = divmod(100 - self.percent_off, 10)
        rate = f"{tenths}.{rest}" if rest else str(tenths)
        zh, en = f"{rate} 折", f"{self.percent_off}% off"
        if self.cap_fen is None:
            return Words(zh, en)
        cap = yuan(self.cap_fen)
        return Words(f"{zh}，每次最多优惠 {cap} 元", f"{en}, up to {cap} yuan each time")


@dataclass(frozen=True, slots=True)
class FixedPrice:
    """`price_fen` instead of the ordinary price, which is always higher."""

    tag: ClassVar[str] = "fixed_price"
    comes_back: ClassVar[bool] = False
    price_fen: int
    ordinary_fen: int

    def of(self, amount_fen: int | None) -> int:
        """The difference to the ordinary price; the amount, where given, must be that price.

        >>> FixedPrice(2_000, 3_500).of(None)
        1500
        """
        return max((self.ordinary_fen if amount_fen is None else amount_fen) - self.price_fen, 0)

    def says(self) -> Words:
        """The benefit in the resident's words."""
        price, ordinary = yuan(self.price_fen), yuan(self.ordinary_fen)
        if not self.price_fen:
            return Words(f"免费（原价 {ordinary} 元）", f"Free instead of {ordinary} yuan")
        return Words(f"{price} 元（原价 {ordinary} 元）", f"{price} yuan instead of {ordinary}")


@dataclass(frozen=True, slots=True)
class AmountOff:
    """`off_fen` less from `min_spend_fen` on."""

    tag: ClassVar[str] = "amount_off"
    comes_back: ClassVar[bool] = False
    off_fen: int
    min_spend_fen: int

    def of(self, amount_fen: int | None) -> int:
        """The reduction. Raises `AmountNeeded`, `AmountTooSmall`."""
        if _needed(amount_fen) < self.min_spend_fen:
            raise AmountTooSmall(self.min_spend_fen)
        return self.off_fen

    def says(self) -> Words:
        """The benefit in the resident's words."""
        least, off = yuan(self.min_spend_fen), yuan(self.off_fen)
        return Words(f"满 {least} 元减 {off} 元", f"{off} yuan off from {least} yuan")


@dataclass(frozen=True, slots=True)
class FreeQuota(_NotMoney):
    """`count` units free of charge in each period, such as three hours of a power bank a day."""

    tag: ClassVar[str] = "free_quota"
    count: int
    unit: Unit
    per: Period
    what: Words

    def says(self) -> Words:
        """The benefit in the resident's words."""
        unit, period = _units(self.unit, self.count), PERIODS[self.per]
        return Words(
            f"{self.what.zh}{period.zh}免费 {self.count} {unit.zh}",
            f"{self.what.en}: {self.count} {unit.en} free {period.en}",
        )


@dataclass(frozen=True, slots=True)
class Extend(_NotMoney):
    """More of something that everybody has: `extended` instead of `ordinary` units."""

    tag: ClassVar[str] = "extend"
    ordinary: int
    extended: int
    unit: Unit
    what: Words

    def says(self) -> Words:
        """The benefit in the resident's words."""
        unit = _units(self.unit, self.extended)
        return Words(
            f"{self.what.zh}由 {self.ordinary} {unit.zh}增至 {self.extended} {unit.zh}",
            f"{self.what.en}: {self.extended} {unit.en} instead of {self.ordinary}",
        )


@dataclass(frozen=True, slots=True)
class PayLater:
    """Up to `limit_fen` may be paid `days` days later, without interest."""

    tag: ClassVar[str] = "pay_later"
    comes_back: ClassVar[bool] = True
    limit_fen: int
    days: int

    def of(self, amount_fen: int | None) -> int:
        """The part that may wait. Raises `AmountNeeded`."""
        return min(_needed(amount_fen), self.limit_fen)

    def says(self) -> Words:
        """The benefit in the resident's words."""
        limit = yuan(self.limit_fen)
        return Words(
            f"先用后付，最高 {limit} 元，{self.days} 天内免息",
            f"Pay within {self.days} days, up to {limit} yuan, no interest",
        )


@dataclass(frozen=True, slots=True)
class Priority(_NotMoney):
    """A turn of one's own, where the ordinary queue goes on as before."""

    tag: ClassVar[str] = "priority"
    what: Words

    def says(self) -> Words:
        """The benefit in the resident's words."""
        return self.what


@dataclass(frozen=True, slots=True)
class Gift:
    """Something to take home, worth `worth_fen` to whoever settles it."""

    tag: ClassVar[str] = "gift"
    comes_back: ClassVar[bool] = False
    what: Words
    worth_fen: int

    def of(self, _: int | None) -> int:
        """What the gift is worth."""
        return self.worth_fen

    def says(self) -> Words:
        """The benefit in the resident's words."""
        return Words(f"赠：{self.what.zh}", f"A gift: {self.what.en}")


@dataclass(frozen=True, slots=True)
class RateCut(_NotMoney):
    """A yearly interest rate lower by `basis_points` hundredths of a percent."""

    tag: ClassVar[str] = "rate_cut"
    basis_points: int
    what: Words

    def says(self) -> Words:
        """The benefit in the resident's words."""
        percent = f"{self.basis_points // 100}.{self.basis_points % 100:02}"
        return Words(
            f"{self.what.zh}年利率降低 {percent} 个百分点",
            f"{self.what.en}: yearly rate lower by {percent} points",
        )


@dataclass(frozen=True, slots=True)
class SimplifiedPapers(_NotMoney):
    """Some papers may follow later, or a written promise stands for them."""

    tag: ClassVar[str] = "simplified_papers"
    what: Words

    def says(self) -> Words:
        """The benefit in the resident's words."""
        return self.what


Benefit = (
    DepositWaive
    | DiscountRate
    | FixedPrice
    | AmountOff
    | FreeQuota
    | Extend
    | PayLater
    | Priority
    | Gift
    | RateCut
    | SimplifiedPapers
)


def _needed(amount_fen: int | None) -> int:
    if amount_fen is None:
        raise AmountNeeded
    return amount_fen


def _units(unit: Unit, count: int) -> Words:
    """The unit's name; in English one of them has no s."""
    name = _UNITS[unit]
    return Words(name.zh, name.en.removesuffix("s")) if count == 1 else name
