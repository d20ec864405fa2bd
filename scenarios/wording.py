"""What a scenario means in plain words: quotas, ways of verifying, what a merchant is told."""

from collections.abc import Iterator, Mapping
from typing import Final

from scenarios.benefits import PERIODS
from scenarios.scenario import Basis, Disclosed, Quota, Settled, Verification
from scenarios.words import Words, yuan

VERIFICATION: Final[Mapping[Verification, Words]] = {
    "code": Words("您出示一次性信用码，店员扫码", "You show a one-time code; staff scan it"),
    "wall": Words("您扫商户张贴的码", "You scan the code on the merchant's wall"),
    "server": Words(
        "经您同意，由商户的系统在线核验", "With your consent, the merchant's system asks online"
    ),
    "list": Words(
        "经您同意，把您列入商户系统的享受名单，有变化随时更新",
        "With your consent you are on a list that the merchant's system keeps up to date",
    ),
    "counter": Words("在窗口报上您的码，由工作人员核验", "You say your code at the counter"),
}

DISCLOSED: Final[Mapping[Disclosed, Words]] = {
    "eligible": Words("您能不能享受：是或否", "Whether you are eligible: yes or no"),
    "benefit": Words("享受的是哪一项优惠", "Which benefit it is"),
    "valid_until": Words("这次核验到什么时候有效", "Until when this answer holds"),
    "pseudonym": Words(
        "只在这家商户使用的代号，别家对不上您是谁",
        "A name for you that only this merchant has, and that no other can match",
    ),
    "member_hash": Words(
        "您为这份名单提供的号码（借书证、车牌等）的加密摘要",
        "A keyed hash of the number that you gave for this list, such as a card or a plate",
    ),
}

NEVER_DISCLOSED: Final = Words(
    "从不告诉商户：积分和等级、信用记录、姓名、身份证号、手机号、不能享受的原因",
    "Never told to a merchant: score and band, records, name, ID number, phone, or why not",
)

BASIS: Final[Mapping[Basis, Words]] = {
    "published": Words("有公开出处", "Stands in a published source"),
    "reference": Words("参考示例，未经提供方确认", "A reference; not confirmed by the provider"),
}

BENEFITS: Final[Mapping[str, Words]] = {
    "deposit_waive": Words("免押金", "No deposit"),
    "discount_rate": Words("折扣", "Discount"),
    "fixed_price": Words("优惠价", "Fixed price"),
    "amount_off": Words("满减", "Amount off"),
    "free_quota": Words("免费额度", "Free quota"),
    "extend": Words("加量延期", "More or longer"),
    "pay_later": Words("先用后付", "Pay later"),
    "priority": Words("优先办理", "Priority"),
    "gift": Words("赠礼", "Gift"),
    "rate_cut": Words("利率优惠", "Lower rate"),
    "simplified_papers": Words("材料简化", "Fewer papers"),
}


def quota_says(quota: Quota) -> list[Words]:
    """Every limit in a line of its own; one line that says so where there is none.

    >>> [said.zh for said in quota_says(Quota(per_person=2, period="month", budget_fen=100_000))]
    ['每人每月 2 次', '优惠总额 1000 元，用完为止']
    """
    return list(_limits(quota)) or [Words("不限次数", "As often as you like")]


def _limits(quota: Quota) -> Iterator[Words]:
    if quota.per_person is not None:
        n, period = quota.per_person, PERIODS[quota.period]
        yield Words(f"每人{period.zh} {n} 次", f"{_times(n)} {period.en} for each person")
    if quota.per_day is not None:
        yield Words(f"所有人每天 {quota.per_day} 次", f"{_times(quota.per_day)} a day for all")
    if quota.total is not None:
        yield Words(f"总共 {quota.total} 次，用完为止", f"{_times(quota.total)} in all")
    if quota.budget_fen is not None:
        sum_ = yuan(quota.budget_fen)
        yield Words(f"优惠总额 {sum_} 元，用完为止", f"{sum_} yuan of benefit in all")


def settlement_says(settled: Settled) -> Words:
    """What the city pays the provider.

    >>> settlement_says(Settled("by_benefit", percent=50)).zh
    '政府按优惠额的 50% 与提供方结算'
    """
    if settled.mode == "per_use":
        sum_ = yuan(settled.fen)
        return Words(f"政府按每次 {sum_} 元与提供方结算", f"The city pays {sum_} yuan a use")
    if settled.mode == "by_benefit":
        percent = settled.percent
        return Words(
            f"政府按优惠额的 {percent}% 与提供方结算", f"The city pays {percent}% of the benefit"
        )
    return Words("优惠由提供方承担", "The provider bears the benefit")


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
