"""What a resident lacks for a scenario, and which single change would bring it.

Computed for what is shown and nothing else, and once for each distinct mark that is missed.
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from typing import Final, cast
from uuid import UUID

from points_api.city import City
from points_api.eligibility.schemas import FindingOut, MissingOut, WayOut
from points_api.language import Language
from points_api.records.facts import record_id
from points_api.records.wording import Wording
from points_api.scenarios.saying import say
from points_api.scenarios.schemas import ConditionType
from scenarios.conditions import Condition, DimensionFloor, ScoreFloor
from scenarios.eligibility import Decision, Met, Unmet
from scoring.engine import score
from scoring.reaching import Goal, Way, reached_on, ways
from scoring.records import Record
from scoring.scorecard import points_text

WAYS_SHOWN: Final = 3
Ways = Callable[[Goal], tuple[list[WayOut], date | None]]


def nobody_asked(_: Goal) -> tuple[list[WayOut], date | None]:
    """The ways of somebody without a score: none are computed."""
    return [], None


def goals(decision: Decision) -> list[Goal]:
    """The marks that are missed, as the calculator knows them."""
    unmet = (one.condition for one in decision.findings if isinstance(one, Unmet))
    return [goal for condition in unmet if (goal := _goal(condition)) is not None]


def findings(decision: Decision, language: Language) -> list[FindingOut]:
    """Every condition, met or not."""
    return [
        FindingOut(
            type=_type(one.condition),
            text=say(one.condition.demand(), language),
            met=isinstance(one, Met),
            lacking=say(one.lacking, language) if isinstance(one, Unmet) else None,
        )
        for one in decision.findings
    ]


def missing(decision: Decision, language: Language, ways_to: Ways) -> list[MissingOut]:
    """The conditions that are not met, with what would meet each."""
    return [_missing(one, language, ways_to) for one in decision.findings if isinstance(one, Unmet)]


def _missing(finding: Unmet, language: Language, ways_to: Ways) -> MissingOut:
    goal = _goal(finding.condition)
    found, day = ways_to(goal) if goal else nobody_asked(Goal(0))
    text = None
    if day is not None:
        text = (
            f"如果没有别的变化，最迟 {day.isoformat()} 达到"
            if language == "zh"
            else f"If nothing else changes, on {day.isoformat()} at the latest"
        )
    return MissingOut(
        type=_type(finding.condition),
        lacking=say(finding.lacking, language),
        ways=found,
        met_on=day,
        met_on_text=text,
    )


class Adviser:
    """Finds ways for one resident on one day, each goal once."""

    def __init__(
        self, city: City, person_id: UUID, records: Sequence[Record], on: date, language: Language
    ) -> None:
        self._person, self._records, self._on = person_id, records, on
        self._card = city.scorecard(on)
        self._words = Wording(city, language)
        self._units = {item.code: item.scale for item in city.catalog.items}
        items = {record.item: record for record in records}
        self._repairable = frozenset(
            code for code, record in items.items() if self._words.item(record).repairable
        )
        self._score_on = cache(lambda day: score(self._records, self._card, day))
        self.ways: Ways = cache(self._ways)

    def _ways(self, goal: Goal) -> tuple[list[WayOut], date | None]:
        found = ways(self._records, self._card, self._on, goal, self._repairable, self._units)
        day = reached_on(self._score_on, self._on, goal)
        return [self._told(way) for way in found[:WAYS_SHOWN]], day

    def _told(self, way: Way) -> WayOut:
        words, rule = self._words, way.rule
        repair = way.kind == "repair"
        return WayOut(
            kind=way.kind,
            text=self._text(way),
            advice="" if repair else words.say(rule.advice, rule.advice_en),
            score=points_text(way.result.value),
            record_id=record_id(self._person, way.record.key) if repair else None,
        )

    def _text(self, way: Way) -> str:
        say_, rule, record = self._words.say, way.rule, way.record
        title = say_(rule.title, rule.title_en)
        if way.kind == "repair":
            name = self._words.title(record)
            return say_(
                f"修复“{name}”这条记录即可", f"Having the record “{name}” repaired is enough"
            )
        amount = self._words.quantity(record) or self._words.level(record)
        if amount is None:
            return say_(f"“{title}”增加一条记录即可", f"One more record of “{title}” is enough")
        return say_(f"“{title}”再增加 {amount} 即可", f"{amount} more of “{title}” is enough")


def _goal(condition: Condition) -> Goal | None:
    if isinstance(condition, ScoreFloor):
        return Goal(condition.floor)
    if isinstance(condition, DimensionFloor):
        return Goal(condition.floor, condition.dimension)
    return None


def _type(condition: Condition) -> ConditionType:
    return cast(ConditionType, condition.tag)
