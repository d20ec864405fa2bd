"""Refusals of the life cycle."""

from collections.abc import Sequence

from points_api.problem import Problem
from scenarios.files import Fault
from scenarios.lifecycle import Move, State


class MoveNotAllowed(Problem):
    slug, status, errcode = "scenario-move-not-allowed", 409, 40921
    title = ("现在不能这样做", "Not from this state")

    def __init__(self, state: State, allowed: Sequence[Move]) -> None:
        super().__init__(
            f"现在的状态是 {state}，现在可做的：{'、'.join(allowed) or '没有'}",
            f"It is {state}; what can be done now: {', '.join(allowed) or 'nothing'}",
            state=state,
            allowed=list(allowed),
        )


class ScenarioFaulty(Problem):
    slug, status, errcode = "scenario-faulty", 409, 40922
    title = ("场景还有要改的地方", "The scenario has faults")

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(
            "请按 faults 逐条改正",
            "Mend what faults names",
            faults=[{"where": one.where, "message": one.message} for one in faults],
        )


class ScenarioTaken(Problem):
    slug, status, errcode = "scenario-taken", 409, 40923
    title = ("这个场景代码已被使用", "The scenario id is taken")

    def __init__(self) -> None:
        super().__init__("请换一个 id", "Choose another id")


class DraftOpen(Problem):
    slug, status, errcode = "scenario-draft-open", 409, 40924
    title = ("这个场景已有未完成的草稿", "A draft of this scenario is open")

    def __init__(self) -> None:
        super().__init__("请改那一份，或等它审完", "Amend that one, or wait for its review")


class TooManyDrafts(Problem):
    slug, status, errcode = "too-many-drafts", 409, 40925
    title = ("未完成的草稿太多", "Too many drafts are open")


class DocumentRefused(Problem):
    slug, status, errcode = "scenario-document-refused", 422, 42221
    about = ("body", "#/document")
    title = ("场景文件有误", "The scenario document is malformed")


class SecondOfficerNeeded(Problem):
    slug, status, errcode = "second-officer-needed", 403, 40321
    title = ("需要另一位工作人员", "Another officer is needed")

    def __init__(self) -> None:
        super().__init__(
            "起草、提交或叫停的人不能自己放行",
            "Who wrote, submitted or stopped it cannot let it pass",
        )


class AuthorOnly(Problem):
    slug, status, errcode = "author-only", 403, 40322
    title = ("只有起草人可以", "Only its author may do this")


class SandboxStays(Problem):
    slug, status, errcode = "sandbox-proposal", 403, 40324
    title = ("沙箱商户不能提交审核", "A sandbox merchant submits nothing")
