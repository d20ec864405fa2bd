"""What a resident agrees to where a scenario is the recipient: its version is the notice.

Scenarios know consents and not the other way, so what is needed of them is said here.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from points_api.language import Text

PURPOSE: Final = "scenario"
TITLE: Final = Text("用于场景：{title}", "For the scenario: {title}")
KINDS: Final[Mapping[str, Text]] = {
    "eligible": Text("是否符合条件（只有“是”或“否”）", "Whether you qualify: yes or no"),
    "benefit": Text("可以享受的优惠", "The benefit"),
    "valid_until": Text("资格有效到哪天", "Until when you qualify"),
    "pseudonym": Text("只在这个商户有效的代号", "A pseudonym for this merchant alone"),
    "member_hash": Text("您为这份名单提供的号码的摘要", "A digest of the number you gave"),
}
"""What a merchant may be told; of the score itself there is no kind."""


@dataclass(frozen=True, slots=True)
class ScenarioNotice:
    """A version of a scenario, as far as consent goes. `ends_at` is its sunset."""

    scenario_id: str
    version: int
    title: Text
    provider: Text
    discloses: tuple[str, ...]
    ends_at: datetime

    @property
    def notice_version(self) -> str:
        return notice_version(self.scenario_id, self.version)


ServedBy = Callable[[Iterable[str]], Awaitable[Mapping[str, Sequence[Text]]]]
"""Whoever knows which merchants serve scenarios now: their names, by scenario."""


class ScenarioNotices(Protocol):
    """Where the notices of scenarios come from."""

    @property
    def served_by(self) -> ServedBy:
        """Who the merchants are that may ask under a consent."""
        ...

    def open(self, scenario_id: str) -> ScenarioNotice | None:
        """The version to agree to now; None where the scenario is not open."""
        ...

    async def read(self, scenario_ids: Iterable[str]) -> Mapping[str, ScenarioNotice]:
        """Every version of these scenarios that was ever published, by `notice_version`."""
        ...

    async def named(self, scenario_ids: Iterable[str]) -> Mapping[str, ScenarioNotice]:
        """The scenarios by id, as published now or else last; what never was is left out."""
        ...


def title_in(named: Mapping[str, ScenarioNotice], scenario_id: str) -> Text:
    """What a scenario is called; one that is not among them goes by its id."""
    known = named.get(scenario_id)
    return known.title if known is not None else Text(scenario_id, scenario_id)


def notice_version(scenario_id: str, version: int) -> str:
    """How a receipt names what was read."""
    return f"{scenario_id}@{version}"
