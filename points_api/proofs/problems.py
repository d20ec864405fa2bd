"""Refusals of making proofs. They are the resident's own, so they say all that there is to say."""

from collections.abc import Sequence

from points_api.problem import Problem
from scenarios.words import Words


class ScenarioNotMet(Problem):
    slug, status, errcode = "scenario-not-met", 409, 40974
    title = ("您目前不符合这个场景的条件", "You do not meet the scenario's conditions now")

    def __init__(self, scenario_id: str, lacking: Sequence[Words]) -> None:
        super().__init__(
            "；".join(one.zh for one in lacking) or "照常享受普通服务",
            "; ".join(one.en for one in lacking) or "You get the ordinary service as ever",
            scenario_id=scenario_id,
        )


class TooManyProofs(Problem):
    slug, status, errcode = "too-many-proofs", 429, 42913
    title = ("今天领取的证明已到上限", "No more proofs today")

    def __init__(self, left: int) -> None:
        super().__init__(
            "还可领取的张数见 left；或改出信用码：POST /v1/me/credit-codes",
            "left says how many more; or show a code: POST /v1/me/credit-codes",
            left=left,
        )
