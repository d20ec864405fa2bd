"""Who is eligible: a closed set of small typed conditions, each with a stable tag.

A scenario has at most one condition of each kind, and all of them must hold. A condition can only
open the scenario's benefit; what everybody gets anyway is the scenario's `ordinary`, which no
condition can touch (`scenario.py`). Each condition says itself to the resident, met or unmet.
"""

from dataclasses import dataclass
from typing import ClassVar

from scenarios.facts import Facts
from scenarios.words import Words, points

OLDEST = 150


@dataclass(frozen=True, slots=True)
class Joined:
    """Everybody who has joined, whatever the score."""

    tag: ClassVar[str] = "joined"

    def met(self, _: Facts) -> bool:
        """True: whoever has facts has joined."""
        return True

    def demand(self) -> Words:
        """What has to hold, in the resident's words."""
        return Words("已加入个人信用积分", "You have joined the credit points")

    def lacking(self, _: Facts) -> Words:
        """What is missing; never asked, as it is always met."""
        return self.demand()


@dataclass(frozen=True, slots=True)
class ScoreFloor:
    """A score of at least `floor` thousandths; `band` names it where the file did so by band."""

    tag: ClassVar[str] = "score"
    floor: int
    band: Words | None = None

    def met(self, facts: Facts) -> bool:
        """True from the floor on, the floor included."""
        return facts.score >= self.floor

    def demand(self) -> Words:
        """What has to hold, in the resident's words."""
        at = points(self.floor)
        if self.band is None:
            return Words(f"信用积分达到 {at}", f"At least {at} points")
        return Words(
            f"信用积分达到 {at}（{self.band.zh}）", f"At least {at} points ({self.band.en})"
        )

    def lacking(self, facts: Facts) -> Words:
        """How many points are missing; rounded up, so that it is never too few."""
        return _missing(facts.score, self.floor)


@dataclass(frozen=True, slots=True)
class DimensionFloor:
    """At least `floor` thousandths in one dimension of the scorecard."""

    tag: ClassVar[str] = "dimension"
    dimension: str
    title: Words
    floor: int

    def met(self, facts: Facts) -> bool:
        """True from the floor on; a dimension that the person's scorecard lacks counts as zero."""
        return facts.dimensions.get(self.dimension, 0) >= self.floor

    def demand(self) -> Words:
        """What has to hold, in the resident's words."""
        at = points(self.floor)
        return Words(f"“{self.title.zh}”达到 {at} 分", f"At least {at} points in {self.title.en}")

    def lacking(self, facts: Facts) -> Words:
        """How many points the dimension has now, and how many are missing, as for a score."""
        return _missing(facts.dimensions.get(self.dimension, 0), self.floor)


@dataclass(frozen=True, slots=True)
class AgeRange:
    """Completed years from `lowest` to `highest`, both included; the benefit is for that age."""

    tag: ClassVar[str] = "age"
    lowest: int
    highest: int

    def met(self, facts: Facts) -> bool:
        """True inside the range."""
        return self.lowest <= facts.age <= self.highest

    def demand(self) -> Words:
        """What has to hold, in the resident's words."""
        if self.highest >= OLDEST:
            return Words(f"年满 {self.lowest} 周岁", f"Aged {self.lowest} or more")
        return Words(
            f"年龄 {self.lowest} 至 {self.highest} 周岁", f"Aged {self.lowest} to {self.highest}"
        )

    def lacking(self, facts: Facts) -> Words:
        """Whether it is too early or the offer is for others."""
        if facts.age < self.lowest:
            return Words("您还没到这个年龄", "You are not yet of that age")
        return Words("这项优惠面向另一年龄段", "This offer is for another age")


@dataclass(frozen=True, slots=True)
class InDivision:
    """Belonging to one of these divisions (GB/T 2260 codes); `4202` stands for the whole city."""

    tag: ClassVar[str] = "division"
    codes: tuple[str, ...]
    names: Words

    def met(self, facts: Facts) -> bool:
        """True where the person's code begins with one of the codes."""
        return facts.division.startswith(self.codes)

    def demand(self) -> Words:
        """What has to hold, in the resident's words."""
        return Words(f"{self.names.zh}居民", f"Residents of {self.names.en}")

    def lacking(self, _: Facts) -> Words:
        """That it is another place's offer."""
        return Words("这项优惠由当地提供给本地居民", "The place offers this to its own residents")


@dataclass(frozen=True, slots=True)
class Holds:
    """A record of one of these catalog items counts today: a volunteer, a blood donor, an honor."""

    tag: ClassVar[str] = "membership"
    items: frozenset[str]
    title: Words

    def met(self, facts: Facts) -> bool:
        """True where at least one of the items is there."""
        return not self.items.isdisjoint(facts.items)

    def demand(self) -> Words:
        """What has to hold, in the resident's words."""
        return Words(f"有记录：{self.title.zh}", f"A record of: {self.title.en}")

    def lacking(self, _: Facts) -> Words:
        """That no such record has been delivered."""
        return Words("目前没有单位报送过这项记录", "No agency has delivered such a record")


@dataclass(frozen=True, slots=True)
class NothingOverdue:
    """Nothing lent or deferred in this very scenario is overdue; nothing else is looked at."""

    tag: ClassVar[str] = "nothing_overdue"

    def met(self, _: Facts) -> bool:
        """Decided by the scenario, which alone knows its id: see `eligibility`."""
        return True

    def demand(self) -> Words:
        """What has to hold, in the resident's words."""
        return Words(
            "在本场景借用或缓付的都已按时归还", "What you borrowed or deferred here is back"
        )

    def lacking(self, _: Facts) -> Words:
        """What to do to be eligible again, at once."""
        return Words(
            "本场景有到期未还的，归还后立即恢复", "Something is overdue here; return it and go on"
        )


Condition = Joined | ScoreFloor | DimensionFloor | AgeRange | InDivision | Holds | NothingOverdue


def _missing(value: int, floor: int) -> Words:
    """What there is, and what is missing: rounded up to a tenth, so that it is never too few.

    >>> _missing(76_550, 80_000).zh
    '您现在 76.5 分，还差 3.5 分'
    """
    missing = points(-(-(floor - value) // 100) * 100)
    return Words(
        f"您现在 {points(value)} 分，还差 {missing} 分",
        f"You have {points(value)}; {missing} more are needed",
    )
