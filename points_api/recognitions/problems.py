"""Refusals around visits: to the resident at home, to the partner that asks, to the host's till."""

from points_api.problem import Problem


class CityConsentNeeded(Problem):
    slug, status, errcode = "city-consent-needed", 409, 40972
    title = ("需要您先同意让这个城市知道您的等级", "This city needs your consent first")

    def __init__(self, city: str, notice_version: str) -> None:
        super().__init__(
            '同意：POST /v1/me/consents {"city": …, "notice_version": …}；分值另行勾选 with_score',
            'To agree: POST /v1/me/consents {"city": …, "notice_version": …}; the score itself '
            "only by with_score",
            city=city,
            notice_version=notice_version,
        )


class CountyResidentsOnly(Problem):
    slug, status, errcode = "county-residents-only", 409, 40979
    title = (
        "这一项互认只面向本市一个县市的居民",
        "Only residents of one county are recognized there",
    )

    def __init__(self, residents_of: str) -> None:
        super().__init__(
            "residents_of 是该县市的区划代码，按身份证号码开头的区划认定；您在那里享受普通服务",
            "residents_of is the county; it is told by the division that an ID number begins with. "
            "You get the ordinary service there",
            residents_of=residents_of,
        )


class NothingAgreed(Problem):
    slug, status, errcode = "nothing-agreed", 403, 40347
    title = ("两地没有约定这一项", "Nothing of this kind is agreed on")

    def __init__(self) -> None:
        super().__init__(
            "现行协议见 GET /interop/v1/profile",
            "The agreements in force are in GET /interop/v1/profile",
        )


class BatchGone(Problem):
    slug, status, errcode = "batch-gone", 410, 41040
    title = ("这一批的答复不再保存", "The answers of this batch are no longer kept")

    def __init__(self) -> None:
        super().__init__(
            "答复保存一小时；请换新的批号和访客码重新询问",
            "They are kept for an hour; ask again by a new batch and new codes",
        )


class VisitorsNotRecognized(Problem):
    slug, status, errcode = "visitors-not-recognized", 409, 40973
    title = ("这个场景不认可该城市的访客", "The scenario is not open to visitors from this city")

    def __init__(self) -> None:
        super().__init__(
            "场景未向访客开放，或与该城市的协议不包括它；请按普通服务办理",
            "It is not open to visitors, or no agreement with that city includes it; give the "
            "ordinary service",
        )
