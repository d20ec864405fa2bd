"""What a resident is told of the scenarios: open or not, why, and what would open them."""

from datetime import date
from typing import Literal

from pydantic import BaseModel

from points_api.eligibility.standing import Why
from points_api.eligibility.uses import Uses, says
from points_api.language import Language
from points_api.scenarios.schemas import ConditionType, ScenarioFullOut, ScenarioOut, Wire
from scenarios.quotas import Limit


class FindingOut(Wire):
    """A condition, whether it is met, and what is lacking where it is not."""

    type: ConditionType
    text: str
    met: bool
    lacking: str | None


class WayOut(Wire):
    """One real change that is enough for the condition, found by recomputing the score with it."""

    kind: Literal["repair", "add"]
    text: str
    advice: str
    score: str
    record_id: str | None


class MissingOut(Wire):
    """What would meet a condition: the easiest change first; and when time alone will.

    Neither is there where no single change was found: then `lacking` is all that is known.
    """

    type: ConditionType
    lacking: str
    ways: list[WayOut]
    met_on: date | None
    met_on_text: str | None


class UsesOut(Wire):
    """How often I may still use it, which is another question than whether it is open to me.

    `left` in this period; null without a limit for each person. `used_up` is a limit on which there
    is no room now, `free_on` the day from which on there is.
    """

    left: int | None
    used_up: Limit | None
    free_on: date | None
    text: str | None

    @classmethod
    def of(cls, uses: Uses, language: Language) -> "UsesOut":
        said = says(uses)
        text = said.say(language) if said else None
        return cls(left=uses.left, used_up=uses.used_up, free_on=uses.free_on, text=text)


class MineOut(BaseModel):
    """What a scenario is for this resident, beside what it is for everybody.

    `can_show_code`: the scenario takes codes, the resident has agreed to it, and a use is left.
    """

    eligible: bool
    findings: list[FindingOut]
    missing: list[MissingOut]
    uses: UsesOut
    consented: bool
    can_show_code: bool


class MyScenarioOut(ScenarioOut, MineOut):
    pass


class MyScenarioFullOut(ScenarioFullOut, MineOut):
    """`merchants` serve the scenario now: to consent is to let them ask, and nobody else."""

    merchants: list[str]
    standing: Why
    how_to_join: str | None
    as_of: date


class MyScenariosOut(Wire):
    """`eligible` counts all scenarios open to the resident, whatever the list was asked for."""

    standing: Why
    how_to_join: str | None
    as_of: date
    eligible: int
    total: int
    items: list[MyScenarioOut]
    next: str | None
