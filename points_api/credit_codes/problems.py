"""Refusals of making a code. Each tells the resident what to do."""

from collections.abc import Iterable

from points_api.problem import Problem


class ScenarioConsentNeeded(Problem):
    slug, status, errcode = "scenario-consent-needed", 409, 40947
    title = ("需要您先同意这个场景", "This scenario needs your consent first")

    def __init__(self, scenario_id: str, notice_version: str, discloses: Iterable[str]) -> None:
        super().__init__(
            "商户只会知道 discloses 所列的内容；同意：POST /v1/me/consents "
            '{"scenario_id": …, "notice_version": …}',
            "The merchant will learn what discloses lists and nothing else; to agree: "
            'POST /v1/me/consents {"scenario_id": …, "notice_version": …}',
            scenario_id=scenario_id,
            notice_version=notice_version,
            discloses=list(discloses),
        )


class ModeNotOffered(Problem):
    slug, status, errcode = "mode-not-offered", 409, 40940
    title = ("这个场景不用这种方式核验", "The scenario is not verified in this way")

    def __init__(self, offered: Iterable[str]) -> None:
        super().__init__("可用的方式见 offered", "offered lists the ways", offered=list(offered))


class PointsPaused(Problem):
    slug, status, errcode = "points-paused", 409, 40978
    title = ("您的积分已暂停，现在出不了码", "Your points are paused: no code can be shown")

    def __init__(self) -> None:
        super().__init__(
            "恢复后再出码：取消暂停，或在告知书更新后重新同意",
            "End the pause, or agree anew where the notice has changed; then show a code",
        )
