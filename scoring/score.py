"""One person's score as frozen data: what was counted, and what each rule and dimension gave.

All points are integers of a thousandth of a point, and signed: a score is the sum of its lines.
`engine.py` makes it from records and a scorecard.
"""

from datetime import date
from operator import attrgetter
from typing import Literal, NamedTuple

from scoring.digest import records_digest
from scoring.records import Record
from scoring.scorecard import Band, Dimension, Rule, Scorecard

LineKind = Literal["sum", "year_cap", "total_cap", "rounding"]


class Counted(NamedTuple):
    """A record as its rule saw it.

    `points` are signed thousandths (0 where the rule prices a sum), `quantity` is what is left of
    the quantity after fading, `weight` the fade as (numerator, denominator), `nth` the place in
    the repeat window. `counts` is False where another record of the same act counts instead.
    """

    record: Record
    points: int
    quantity: int
    weight: tuple[int, int]
    nth: int
    counts: bool

    @property
    def effective(self) -> bool:
        """It goes into the day's points: it counts, is not faded out, and its level is worth any.

        A cap or floor may still hold back what it gives.
        """
        return bool(self.points or self.quantity)


class Line(NamedTuple):
    """A correction inside a rule, in signed thousandths; `year` for yearly sums and caps."""

    kind: LineKind
    points: int
    year: int | None = None


class RuleResult(NamedTuple):
    """What a rule gave: its records and lines sum exactly to `points` (whole tenths)."""

    rule: Rule
    points: int
    counted: tuple[Counted, ...]
    lines: tuple[Line, ...]


class DimensionResult(NamedTuple):
    """`points` = the rules' points + `held`, where `held` is what floor or ceiling changed."""

    dimension: Dimension
    points: int
    held: int
    rules: tuple[RuleResult, ...]


class Score(NamedTuple):
    """`value` = `base` + the dimensions' points + `held`, all in thousandths, whole tenths."""

    scorecard: Scorecard
    on: date
    value: int
    base: int
    held: int
    dimensions: tuple[DimensionResult, ...]

    @property
    def band(self) -> Band:
        """The band the value lies in."""
        return self.scorecard.band_of(self.value)

    @property
    def rules(self) -> tuple[RuleResult, ...]:
        """All rules that had a record in force."""
        return tuple(result for dimension in self.dimensions for result in dimension.rules)

    @property
    def records(self) -> tuple[Record, ...]:
        """The records that went in, in the order of their keys."""
        counted = (entry.record for result in self.rules for entry in result.counted)
        return tuple(sorted(counted, key=attrgetter("key")))

    @property
    def effective(self) -> frozenset[str]:
        """The keys of the records that go into the day's points."""
        return frozenset(
            entry.record.key for result in self.rules for entry in result.counted if entry.effective
        )

    @property
    def records_digest(self) -> str:
        """SHA-256 over the records that went in; the same records give the same digest anywhere."""
        return records_digest(self.records)
