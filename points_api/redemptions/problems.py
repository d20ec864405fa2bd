"""Refusals of redemptions, each with what the merchant can do next."""

from datetime import date
from typing import Literal

from points_api.language import Text
from points_api.problem import Problem
from points_api.redemptions.view import State
from scenarios.quotas import Limit


class AlreadyRedeemed(Problem):
    slug, status, errcode = "already-redeemed", 409, 40950
    title = ("这次核验已经兑现或预留过", "The verification has been redeemed or reserved already")

    def __init__(self) -> None:
        super().__init__("再次享受请重新核验", "Verify anew for another use")


class QuotaUsedUp(Problem):
    slug, status, errcode = "quota-used-up", 409, 40951
    title = ("名额或额度已用完", "A limit is used up")

    def __init__(self, limit: Limit, free_on: date | None) -> None:
        zh, en = _LIMITS[limit]
        if free_on is not None:
            zh, en = f"{zh}，{free_on} 起恢复", f"{en}; free again on {free_on}"
        free = {"free_on": free_on.isoformat()} if free_on else {}
        super().__init__(zh, en, limit=limit, **free)


class VerificationUnusable(Problem):
    slug, status, errcode = "verification-unusable", 409, 40952
    title = ("这次核验不能兑现", "The verification cannot be redeemed")

    def __init__(self, reason: Literal["not_eligible", "expired"]) -> None:
        texts = {
            "not_eligible": ("核验结果是不符合条件", "Its answer was: not eligible"),
            "expired": ("核验已过期，请重新核验", "It has expired; verify anew"),
        }
        super().__init__(*texts[reason], reason=reason)


class ScenarioClosed(Problem):
    slug, status, errcode = "scenario-closed", 409, 40953
    title = ("场景现在没有开放", "The scenario is not open now")

    def __init__(self) -> None:
        super().__init__(
            "已暂停或结束，请按普通服务办理", "Suspended or ended; give the ordinary service"
        )


class WrongState(Problem):
    slug, status, errcode = "redemption-wrong-state", 409, 40954
    title = ("当前状态不能这样操作", "Not possible in the present state")

    def __init__(self, state: State) -> None:
        now = _STATES[state]
        super().__init__(f"它现在的状态是：{now.zh}", f"It is {now.en} now", state=state)


class AmountAboveReserved(Problem):
    slug, status, errcode = "amount-above-reserved", 409, 40955
    title = ("金额超过预留", "The amount is above what was reserved")

    def __init__(self, reserved_fen: int | None) -> None:
        super().__init__(
            "请取消后重新预留", "Cancel it and reserve anew", reserved_fen=reserved_fen
        )


class TooLateToReverse(Problem):
    slug, status, errcode = "too-late-to-reverse", 409, 40956
    title = ("已过可撤销的期限", "Too late to reverse")

    def __init__(self, until: date) -> None:
        super().__init__(
            f"{until} 之后不能撤销", f"It could be reversed until {until}", until=until.isoformat()
        )


class NothingToReturn(Problem):
    slug, status, errcode = "nothing-to-return", 409, 40957
    title = ("超过应归还的金额", "More than is to be returned")

    def __init__(self, outstanding_fen: int) -> None:
        zh, en = "按 outstanding_fen 以内的金额登记", "Report an amount within outstanding_fen"
        if not outstanding_fen:
            zh, en = "没有借出或缓付的，或已全部归还", "Nothing is out, or all has come back"
        super().__init__(zh, en, outstanding_fen=outstanding_fen)


class AmountMissing(Problem):
    slug, status, errcode = "amount-missing", 422, 42256
    about = ("body", "#/amount_fen")
    title = ("这项优惠按金额计算，请给出金额", "The benefit depends on an amount")

    def __init__(self) -> None:
        super().__init__("请填写 amount_fen，单位分", "Give amount_fen, in fen")


class AmountBelowLeast(Problem):
    slug, status, errcode = "amount-below-least", 422, 42257
    about = ("body", "#/amount_fen")
    title = ("金额没有达到起点", "The amount is below the least")

    def __init__(self, least_fen: int) -> None:
        super().__init__(
            "达到 least_fen 才有优惠", "The benefit begins at least_fen", least_fen=least_fen
        )


class DueDayUnfit(Problem):
    slug, status, errcode = "due-day-unfit", 422, 42258
    about = ("body", "#/due_on")
    title = ("归还日期不合适", "The day of return does not fit")

    def __init__(self) -> None:
        super().__init__(
            "只有押金可以约定归还日，且在今天之后一年以内",
            "Only what is lent without a term of its own has one, within a year from today",
        )


_STATES: dict[State, Text] = {
    "reserved": Text("已预留", "reserved"),
    "confirmed": Text("已兑现", "redeemed"),
    "canceled": Text("已取消", "canceled"),
    "expired": Text("预留已过期", "a reservation that has expired"),
    "reversed": Text("已撤销", "reversed"),
}
_LIMITS: dict[Limit, tuple[str, str]] = {
    "person": ("本人的次数已用完", "This person's uses are used up"),
    "out": (
        "本人尚未归还的已到上限，归还后恢复",
        "What this person still has out is at its limit; returning frees it",
    ),
    "day": ("今天的名额已用完", "Today's places are used up"),
    "total": ("名额已用完", "All places are used up"),
    "budget": ("预算已用完", "The budget is used up"),
}
