"""Refusals of entitlement lists."""

from points_api.problem import Problem


class ListConsentNeeded(Problem):
    slug, status, errcode = "list-consent-needed", 409, 40962
    title = ("需要先同意这个场景", "Consent to the scenario is needed first")

    def __init__(self) -> None:
        super().__init__(
            "请先同意这个场景，再填写号码", "Agree to the scenario first, then give the number"
        )


class NotAList(Problem):
    slug, status, errcode = "scenario-without-list", 409, 40963
    title = ("这个场景不用名单", "The scenario keeps no list")


class MemberRefused(Problem):
    slug, status, errcode = "member-number-refused", 422, 42267
    about = ("body", "#/number")
    title = ("号码不能使用", "The number cannot be used")


class DayNotOver(Problem):
    slug, status, errcode = "day-not-over", 409, 40965
    title = ("这一天还没有结束", "The day is not over")
