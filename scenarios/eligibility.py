"""Who is eligible for which scenario: all of them decided at once, by an index and not by a loop.

Each scenario is one bit. For every attribute of a person there is a ready mask of the scenarios
that this attribute does not stand in the way of: for the score, one mask per interval between two
floors; for the age, one per year; and so on. The scenarios open to somebody are the bits that all
these masks have in common, so a verdict for hundreds of scenarios costs a handful of look-ups.

Reasons are made once per distinct condition, of which there are far fewer than scenarios.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple, TypeVar, overload

from scenarios.conditions import (
    OLDEST,
    AgeRange,
    Condition,
    DimensionFloor,
    Holds,
    InDivision,
    NothingOverdue,
    ScoreFloor,
)
from scenarios.facts import Facts
from scenarios.scenario import Scenario
from scenarios.words import Words

C = TypeVar("C", bound=Condition)


class Met(NamedTuple):
    """A condition that holds."""

    condition: Condition


class Unmet(NamedTuple):
    """A condition that does not hold for somebody."""

    condition: Condition
    facts: Facts

    @property
    def lacking(self) -> Words:
        """What is missing, in the resident's words; written when it is read."""
        return self.condition.lacking(self.facts)


Finding = Met | Unmet


class Decision(NamedTuple):
    """Whether a scenario is open to somebody, with a finding for each of its conditions.

    Somebody who has not joined gets no findings: there is nothing to compare.
    """

    scenario: Scenario
    eligible: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Decisions(Sequence[Decision]):
    """One decision per scenario, kept by columns: hundreds are made for each look at a list."""

    scenarios: Sequence[Scenario]
    eligible: Sequence[bool]
    findings: Sequence[tuple[Finding, ...]]

    @overload
    def __getitem__(self, at: int) -> Decision: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Decision]: ...
    def __getitem__(self, at: int | slice) -> Decision | Sequence[Decision]:
        if isinstance(at, slice):
            return Decisions(self.scenarios[at], self.eligible[at], self.findings[at])
        return Decision(self.scenarios[at], self.eligible[at], self.findings[at])

    def __len__(self) -> int:
        return len(self.scenarios)


@dataclass(frozen=True, slots=True)
class _Steps:
    """Masks that grow or shrink at thresholds: `masks[i]` holds between `at[i-1]` and `at[i]`."""

    at: list[int]
    masks: list[int]

    def mask(self, value: int) -> int:
        return self.masks[bisect_right(self.at, value)]


class Index:
    """The compiled conditions of a list of scenarios; bit n stands for the n-th of them."""

    def __init__(self, scenarios: Iterable[Scenario]) -> None:
        self.scenarios: Sequence[Scenario] = tuple(scenarios)
        self._bit = {one.id: 1 << n for n, one in enumerate(self.scenarios)}
        self._bits = tuple(self._bit.values())
        self._conditions = {one.id: one.conditions for one in self.scenarios}
        self._all = (1 << len(self.scenarios)) - 1
        floors = self._of(ScoreFloor)
        self._score = self._steps((c.floor, bit) for c, bit in floors)
        dimensions = self._of(DimensionFloor)
        self._dimensions = [
            (name, self._steps((c.floor, bit) for c, bit in dimensions if c.dimension == name))
            for name in sorted({c.dimension for c, _ in dimensions})
        ]
        self._ages = self._by_age(self._of(AgeRange))
        self._in_division = self._of(InDivision)
        self._divisions: dict[str, int] = {}
        self._no_membership, self._members = self._by_item(self._of(Holds))
        self._minds_overdue = {
            one.id: self._bit[one.id]
            for one in self.scenarios
            if any(isinstance(c, NothingOverdue) for c in one.conditions)
        }
        self._sets = self._condition_sets()

    def mask(self, facts: Facts | None) -> int:
        """The scenarios open to somebody, as bits; nobody's are none."""
        if facts is None:
            return 0
        found = self._score.mask(facts.score) & self._ages[min(facts.age, OLDEST)]
        division = self._divisions.get(facts.division)
        found &= self._of_division(facts.division) if division is None else division
        for name, steps in self._dimensions:
            found &= steps.mask(facts.dimensions.get(name, 0))
        if self._members:
            members = self._no_membership
            for item in facts.items:
                members |= self._members.get(item, 0)
            found &= members
        for scenario_id in facts.overdue:
            found &= ~self._minds_overdue.get(scenario_id, 0)
        return found

    def is_open(self, facts: Facts | None, scenario_id: str) -> bool:
        """Whether one scenario is open to somebody. Raises KeyError for one not in the index.

        One by one its few conditions are sooner asked than the masks of all scenarios.
        """
        conditions = self._conditions[scenario_id]
        if facts is None or (scenario_id in facts.overdue and scenario_id in self._minds_overdue):
            return False
        for condition in conditions:  # noqa: SIM110 - a generator takes as long as the conditions
            if not condition.met(facts):
                return False
        return True

    def open_to(self, facts: Facts | None) -> list[Scenario]:
        """The scenarios open to somebody, in the index's order."""
        mask = self.mask(facts)
        return [one for n, one in enumerate(self.scenarios) if mask >> n & 1]

    def decide(self, facts: Facts | None) -> Decisions:
        """Every scenario's decision with all reasons, in the index's order."""
        if facts is None:
            count = len(self.scenarios)
            return Decisions(self.scenarios, [False] * count, [()] * count)
        found: list[Finding] = [
            met if met.condition.met(facts) else Unmet(met.condition, facts)
            for met in self._distinct
        ]
        shared = [pick(found) for pick in self._picks]
        findings = [shared[n] for n in self._sets]
        mask = self.mask(facts)
        for scenario_id in facts.overdue & self._minds_overdue.keys():
            at = self._bit[scenario_id].bit_length() - 1
            findings[at] = _with_overdue(findings[at], facts)
        return Decisions(self.scenarios, [bool(mask & bit) for bit in self._bits], findings)

    def _of(self, kind: type[C]) -> list[tuple[C, int]]:
        return [
            (condition, self._bit[one.id])
            for one in self.scenarios
            for condition in one.conditions
            if isinstance(condition, kind)
        ]

    def _steps(self, floors: Iterable[tuple[int, int]]) -> _Steps:
        bits: dict[int, int] = {}
        for floor, bit in floors:
            bits[floor] = bits.get(floor, 0) | bit
        at = sorted(bits)
        masks = [self._all & ~_union(bits.values())]
        for floor in at:
            masks.append(masks[-1] | bits[floor])
        return _Steps(at, masks)

    def _by_age(self, ranges: Sequence[tuple[AgeRange, int]]) -> list[int]:
        free = self._all & ~_union(bit for _, bit in ranges)
        return [
            free | _union(bit for c, bit in ranges if c.lowest <= age <= c.highest)
            for age in range(OLDEST + 1)
        ]

    def _of_division(self, division: str) -> int:
        """The mask of a division, remembered: there are some thousands of codes at most."""
        bound = self._in_division
        found = self._all & ~_union(bit for c, bit in bound if not division.startswith(c.codes))
        if len(self._divisions) < 10_000:
            self._divisions[division] = found
        return found

    def _by_item(self, holds: Sequence[tuple[Holds, int]]) -> tuple[int, dict[str, int]]:
        members: dict[str, int] = {}
        for condition, bit in holds:
            for item in condition.items:
                members[item] = members.get(item, 0) | bit
        return self._all & ~_union(bit for _, bit in holds), members

    def _condition_sets(self) -> list[int]:
        """Number the distinct conditions and the distinct sets of them; return each one's set."""
        numbers: dict[Condition, int] = {}
        sets: dict[tuple[int, ...], int] = {}
        of_each = []
        for one in self.scenarios:
            key = tuple(numbers.setdefault(c, len(numbers)) for c in one.conditions)
            of_each.append(sets.setdefault(key, len(sets)))
        self._distinct = [Met(condition) for condition in numbers]
        self._picks = [_picking(key) for key in sets]
        return of_each


def _picking(numbers: tuple[int, ...]) -> Callable[[Sequence[Finding]], tuple[Finding, ...]]:
    """Return what takes the findings at these places, which is always a tuple."""
    if len(numbers) > 1:
        return itemgetter(*numbers)
    (only,) = numbers
    return lambda found: (found[only],)


def _with_overdue(findings: tuple[Finding, ...], facts: Facts) -> tuple[Finding, ...]:
    return tuple(
        Unmet(one.condition, facts) if isinstance(one.condition, NothingOverdue) else one
        for one in findings
    )


def _union(bits: Iterable[int]) -> int:
    union = 0
    for bit in bits:
        union |= bit
    return union
