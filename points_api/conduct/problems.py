"""Refusals of reports of conduct."""

from typing import Literal

from points_api.problem import Problem

Reason = Literal["nothing_out", "not_due", "no_due_day", "reported", "dismissed"]


class NotOverdue(Problem):
    slug, status, errcode = "not-overdue", 409, 40958
    title = ("不能登记为逾期", "It cannot be reported as overdue")

    def __init__(self, reason: Reason) -> None:
        super().__init__(*_REASONS[reason], reason=reason)


class ConductWrongState(Problem):
    slug, status, errcode = "conduct-wrong-state", 409, 40959
    title = ("这项登记当前不能这样处理", "Not possible in the report's present state")

    def __init__(self, state: str) -> None:
        super().__init__("答复期已过，或已有结果", "The term is over or it is settled", state=state)


_REASONS: dict[Reason, tuple[str, str]] = {
    "nothing_out": ("没有借出或缓付的", "Nothing was lent or deferred, or all has come back"),
    "not_due": ("还没有到期", "It is not past its day yet"),
    "no_due_day": ("没有约定归还日", "No day of return was agreed on"),
    "reported": ("已经登记过", "It has been reported already"),
    "dismissed": ("已被信用办驳回，不能再登记", "The credit office has dismissed it for good"),
}
