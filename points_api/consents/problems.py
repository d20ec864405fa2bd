"""Refusals of consents."""

from points_api.problem import Problem


class NoticeOutdated(Problem):
    slug, status, errcode = "notice-outdated", 409, 40941
    title = ("告知书已更新", "The notice has changed")

    def __init__(self, current: str) -> None:
        super().__init__(
            "请再读一遍 GET /v1/notices/current，按新的版本选择",
            "Read GET /v1/notices/current again and choose by the new version",
            notice_version=current,
        )


class ChoicesIncomplete(Problem):
    slug, status, errcode = "choices-incomplete", 409, 40942
    title = ("还有项目没有选择", "A purpose was left without a choice")

    def __init__(self, purposes: list[str]) -> None:
        super().__init__(
            "告知书里的每个目的都要由您自己选择同意或不同意",
            "Every purpose of the notice needs your own yes or no",
            purposes=purposes,
        )


class ConsentNeeded(Problem):
    slug, status, errcode = "consent-needed", 409, 40943
    title = ("没有同意就不能加入", "Joining needs this consent")

    def __init__(self, purposes: list[str]) -> None:
        super().__init__(
            "不同意计算积分就无法加入；不加入不影响您办任何事",
            "Without it the points cannot be computed; not joining affects nothing else",
            purposes=purposes,
        )


class UnknownPurpose(Problem):
    slug, status, errcode = "unknown-purpose", 409, 40944
    title = ("告知书里没有这个目的", "The notice has no such purpose")

    def __init__(self, known: list[str]) -> None:
        super().__init__("请从 purposes 里选择", "Choose one of purposes", purposes=known)


class NoConsent(Problem):
    slug, status, errcode = "no-consent", 404, 40441
    title = ("没有这项授权", "There is no such consent")

    def __init__(self) -> None:
        super().__init__("它可能已经撤回", "It may have been withdrawn before")


class JoinFirst(Problem):
    slug, status, errcode = "join-first", 409, 40945
    title = ("请先加入", "Please join first")

    def __init__(self) -> None:
        super().__init__(
            "同意是加入时给出的：POST /v1/me/enrollment",
            "Consent is given on joining: POST /v1/me/enrollment",
        )


class ScenarioNotOpen(Problem):
    slug, status, errcode = "scenario-not-open", 404, 40442
    title = ("没有这个场景，或者它没有开放", "There is no such scenario, or it is not open")

    def __init__(self) -> None:
        super().__init__(
            "现在开放的场景：GET /v1/scenarios", "Scenarios open now: GET /v1/scenarios"
        )


class CityNotOpen(Problem):
    slug, status, errcode = "city-not-open", 404, 40446
    title = ("没有与这个城市互认", "Nothing is agreed on with this city")

    def __init__(self) -> None:
        super().__init__(
            "可以去的城市：GET /v1/me/visits/hosts", "Cities to go to: GET /v1/me/visits/hosts"
        )


class PhoneNeeded(Problem):
    slug, status, errcode = "phone-needed", 409, 40946
    title = ("还没有手机号", "There is no phone number yet")

    def __init__(self) -> None:
        super().__init__(
            "请填写手机号，填写即同意：PUT /v1/me/enrollment/phone",
            "Give the number, which is agreeing: PUT /v1/me/enrollment/phone",
        )
