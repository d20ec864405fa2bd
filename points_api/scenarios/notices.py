"""A scenario as the recipient of a consent: what its version says is the notice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from points_api import clock
from points_api.consents.scenario_notice import ScenarioNotice, ServedBy
from points_api.language import Text
from points_api.scenarios.live import LiveScenarios
from points_api.scenarios.models import ScenarioVersion
from scenarios.scenario import Scenario


@dataclass(frozen=True, slots=True)
class PublishedNotices:
    """`consents.scenario_notice.ScenarioNotices`, from what is published.

    `served_by` names the merchants of scenarios. They know scenarios, so they are handed in.
    """

    live: LiveScenarios
    served_by: ServedBy

    def open(self, scenario_id: str) -> ScenarioNotice | None:
        """The version to agree to now; None where the scenario is not open."""
        scenario = self.live.current.open(scenario_id)
        return notice_of(scenario) if scenario is not None else None

    async def read(self, scenario_ids: Iterable[str]) -> Mapping[str, ScenarioNotice]:
        """Every version of these scenarios that was ever published, by `notice_version`."""
        # A draft may still lack anything, and nobody can have agreed to it.
        rows = ScenarioVersion.filter(
            scenario_id__in=sorted(scenario_ids), approved_by__isnull=False
        ).order_by("version")
        found = [_read(row.scenario_id, row.version, row.document) for row in await rows]
        return {one.notice_version: one for one in found}

    async def named(self, scenario_ids: Iterable[str]) -> Mapping[str, ScenarioNotice]:
        """The scenarios by id, as published now or else last; what never was is left out."""
        wanted, current = set(scenario_ids), self.live.current.by_id
        found = {one: notice_of(current[one]) for one in wanted & current.keys()}
        if over := wanted - found.keys():
            found |= {one.scenario_id: one for one in (await self.read(over)).values()}
        return found


def notice_of(scenario: Scenario) -> ScenarioNotice:
    """What a resident agrees to who lets this scenario learn something."""
    title, provider = scenario.title, scenario.provider.name
    return ScenarioNotice(
        scenario.id,
        scenario.version,
        Text(title.zh, title.en),
        Text(provider.zh, provider.en),
        scenario.discloses,
        _end_of(scenario.valid_until),
    )


def _read(scenario_id: str, version: int, document: Mapping[str, Any]) -> ScenarioNotice:
    provider = document["provider"]
    return ScenarioNotice(
        scenario_id,
        version,
        Text(document["title"], document["title_en"]),
        Text(provider["name"], provider["name_en"]),
        tuple(document["discloses"]),
        _end_of(date.fromisoformat(str(document["valid_until"]))),
    )


def _end_of(day: date) -> datetime:
    """The first instant after a legal day."""
    return datetime.combine(day + timedelta(days=1), time.min, clock.LEGAL_ZONE)
