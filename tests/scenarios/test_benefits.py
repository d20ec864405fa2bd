"""What each benefit is worth and how it says itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.benefits import (
    AmountNeeded,
    AmountOff,
    AmountTooSmall,
    Benefit,
    DepositWaive,
    DiscountRate,
    Extend,
    FixedPrice,
    FreeQuota,
    Gift,
    PayLater,
    Priority,
    RateCut,
    SimplifiedPapers,
)
from scenarios.words import Words

W = Words("物品", "things")
amounts = st.integers(0, 10**9)
PAID = [
    DepositWaive(10_000),
    DiscountRate(15),
    DiscountRate(40, cap_fen=5_000),
    AmountOff(500, 5_000),
    PayLater(100_000, 10),
]
FREE = [
    FreeQuota(3, "hours", "day", W),
    Extend(2, 4, "books", W),
    Priority(W),
    RateCut(30, W),
    SimplifiedPapers(W),
]


@pytest.mark.parametrize("benefit", PAID)
@given(amount=amounts)
def test_a_benefit_is_never_negative_and_never_more_than_the_amount(benefit, amount):
    if isinstance(benefit, AmountOff) and amount < benefit.min_spend_fen:
        with pytest.raises(AmountTooSmall) as refusal:
            benefit.of(amount)
        assert refusal.value.least_fen == benefit.min_spend_fen
    else:
        worth = benefit.of(amount)
        assert isinstance(worth, int)
        assert 0 <= worth <= amount


@pytest.mark.parametrize("benefit", PAID)
@given(low=amounts, more=amounts)
def test_a_larger_amount_never_makes_the_benefit_smaller(benefit, low, more):
    least = benefit.min_spend_fen if isinstance(benefit, AmountOff) else 0
    low += least
    assert benefit.of(low) <= benefit.of(low + more)


@pytest.mark.parametrize("benefit", PAID)
def test_what_depends_on_an_amount_asks_for_it(benefit):
    with pytest.raises(AmountNeeded):
        benefit.of(None)


@pytest.mark.parametrize("benefit", FREE)
def test_what_is_not_money_is_worth_nothing_whatever_the_amount(benefit):
    assert benefit.of(None) == benefit.of(10**6) == 0
    assert not benefit.comes_back


def test_only_what_is_lent_or_deferred_comes_back():
    back = {kind.tag for kind in Benefit.__args__ if kind.comes_back}
    assert back == {"deposit_waive", "pay_later"}


def test_there_are_eleven_types_each_with_its_own_tag():
    assert len({kind.tag for kind in Benefit.__args__}) == len(Benefit.__args__) == 11


@pytest.mark.parametrize(
    ("benefit", "zh", "en"),
    [
        (DepositWaive(10_000), "免押金，最高 100 元", "No deposit, up to 100 yuan"),
        (DiscountRate(15), "8.5 折", "15% off"),
        (DiscountRate(20), "8 折", "20% off"),
        (DiscountRate(5), "9.5 折", "5% off"),
        (FixedPrice(2_000, 3_550), "20 元（原价 35.50 元）", "20 yuan instead of 35.50"),
        (FixedPrice(0, 3_000), "免费（原价 30 元）", "Free instead of 30 yuan"),
        (AmountOff(500, 5_000), "满 50 元减 5 元", "5 yuan off from 50 yuan"),
        (FreeQuota(3, "hours", "day", W), "物品每天免费 3 小时", "things: 3 hours free a day"),
        (FreeQuota(1, "times", "month", W), "物品每月免费 1 次", "things: 1 time free a month"),
        (Extend(2, 4, "books", W), "物品由 2 册增至 4 册", "things: 4 books instead of 2"),
        (
            PayLater(100_000, 10),
            "先用后付，最高 1000 元，10 天内免息",
            "Pay within 10 days, up to 1000 yuan, no interest",
        ),
        (Gift(W, 2_000), "赠：物品", "A gift: things"),
        (
            RateCut(30, W),
            "物品年利率降低 0.30 个百分点",
            "things: yearly rate lower by 0.30 points",
        ),
    ],
)
def test_a_benefit_says_itself_as_a_shop_would(benefit, zh, en):
    assert benefit.says() == Words(zh, en)
