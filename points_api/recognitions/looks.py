"""What other cities were told of a resident, and what was used there, for their access log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from tortoise.expressions import Q

from points_api import clock
from points_api.access_log.seen import Seen
from points_api.language import Text
from points_api.recognitions.codes import HostCities
from points_api.recognitions.models import Recognition, VisitUse

_BAND: Final = Text("您的等级", "Your band")
_SCORE: Final = Text("您的等级和分值", "Your band and score")
_NOTHING: Final = Text("没有告知任何内容", "Nothing")
_MOVES: Final = {
    "confirm": Text("对方告知：您使用了这个场景", "They tell: you used the scenario"),
    "reverse": Text("对方告知：这次使用已撤销", "They tell: this use was undone"),
}


@dataclass(frozen=True, slots=True)
class CityLooks:
    """Two `Source`s of the access log: answers to hosts, and uses that they told of."""

    hosts: HostCities

    async def answers(self, resident_id: UUID, before: UUID | None, most: int) -> list[Seen]:
        """The newest answers about a resident of those before an id."""
        found = Recognition.filter(_earlier(before), resident_id=resident_id).order_by("-id")
        return [
            self._seen(one.id, one.host, one.scenario, "recognition", _given(one), one.created_at)
            for one in await found.limit(most)
        ]

    async def uses(self, resident_id: UUID, before: UUID | None, most: int) -> list[Seen]:
        """The newest uses that hosts told of."""
        found = VisitUse.filter(_earlier(before), resident_id=resident_id).order_by("-id")
        return [
            self._seen(one.id, one.host, one.scenario, "visit_use", _MOVES[one.move], one.told_at)
            for one in await found.limit(most)
        ]

    def _seen(
        self, number: UUID, host: str, scenario: str, what: str, given: Text, at: datetime
    ) -> Seen:
        city = self.hosts.name_of(host)
        return Seen(
            id=number,
            day=clock.day_of(at),
            actor_kind="city",
            actor=host,
            actor_name=city,
            purpose=scenario,
            purpose_name=_scenario_of(city) if city else None,
            what=what,
            given=given,
            times=1,
            first_at=at,
            last_at=at,
        )


def _given(row: Recognition) -> Text:
    if row.cause != "recognized":
        return _NOTHING
    return _SCORE if row.with_score else _BAND


def _earlier(before: UUID | None) -> Q:
    return Q(id__lt=before) if before else Q()


def _scenario_of(city: Text) -> Text:
    """What is known here of a scenario elsewhere: a code, which says nothing to a resident."""
    return Text(f"在{city.zh}的一个场景", f"A scenario in {city.en}")
