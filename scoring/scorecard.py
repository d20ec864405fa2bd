"""The scorecard: what each record is worth, as frozen data.

All points are integers of a thousandth of a point. Inside a rule they are magnitudes; the rule's
`sign` says whether they add or take away. `scorecard_files.py` reads and checks the TOML; the
meaning of every field is in `engine.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

OnePer = Literal["record", "act", "item", "rule"]
SumOver = Literal["all", "year"]

TENTH = 100  # thousandths in the tenth of a point that a rule's result is rounded to


@dataclass(frozen=True, slots=True)
class Band:
    """A band of the score, from `floor` up to the next band's floor."""

    id: str
    name: str
    name_en: str
    floor: int


@dataclass(frozen=True, slots=True)
class Dimension:
    """A group of rules whose sum is held between `floor` and `ceiling`."""

    id: str
    name: str
    name_en: str
    floor: int
    ceiling: int


@dataclass(frozen=True, slots=True)
class Levels:
    """Points by level; the level of items without levels is `any`."""

    points: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PerUnit:
    """`points` for every `per` smallest units of quantity, in proportion."""

    points: int
    per: int


@dataclass(frozen=True, slots=True)
class Step:
    """From a summed quantity of `at` smallest units on: `points` in all."""

    at: int
    points: int


@dataclass(frozen=True, slots=True)
class Bracket:
    """What lies above `at` earns `points` per `per` smallest units, up to the next bracket."""

    at: int
    per: int
    points: int


@dataclass(frozen=True, slots=True)
class Steps:
    """The highest step that the summed quantity reaches."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Brackets:
    """Marginal rates on the summed quantity."""

    brackets: tuple[Bracket, ...]


Pricing = Levels | PerUnit | Steps | Brackets
PRICED_SINGLY = (Levels, PerUnit)  # the others price the sum of all quantities


@dataclass(frozen=True, slots=True)
class Repeat:
    """The n-th act within `within_days` weighs `percent[n-1]` hundredths; the last entry stays."""

    within_days: int
    percent: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fade:
    """Full weight for `hold_days` since the act ended, then linearly to nothing at `end_days`."""

    hold_days: int
    end_days: int


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example beside the rule that it binds: these records, this day, this result."""

    rule: str
    name: str
    on: date
    records: tuple[Mapping[str, object], ...]
    points: int


@dataclass(frozen=True, slots=True)
class Rule:
    """How the records of some items turn into points of one dimension."""

    id: str
    dimension: str
    title: str
    title_en: str
    items: tuple[str, ...]
    legal_basis: str
    sign: Literal[1, -1]
    pricing: Pricing
    sum_over: SumOver = "all"
    one_per: OnePer = "record"
    repeat: Repeat | None = None
    fade: Fade | None = None
    year_cap: int | None = None
    total_cap: int | None = None
    unit: str = ""
    unit_en: str = ""
    scale: int = 1
    advice: str = ""
    advice_en: str = ""


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A city's published scorecard, in force from a day on; never edited after publication."""

    city: str
    version: str
    effective_from: date
    basis: str
    note: str
    minimum: int
    maximum: int
    base: int
    bands: tuple[Band, ...]
    dimensions: tuple[Dimension, ...]
    rules: tuple[Rule, ...]
    retention_months: Mapping[str, int]
    examples: tuple[Example, ...] = ()
    digest: str = ""
    rule_of: Mapping[str, Rule] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_item = {item: rule for rule in self.rules for item in rule.items}
        object.__setattr__(self, "rule_of", by_item)

    def band_of(self, value: int) -> Band:
        """The band that a score of `value` thousandths lies in."""
        for band in reversed(self.bands):
            if value >= band.floor:
                return band
        raise ValueError(f"{value} lies below the scale")


def points_text(thousandths: int, places: int = 1) -> str:
    """Thousandths as a decimal string: 83500 -> '83.5'; with three places '83.500'.

    >>> points_text(83500), points_text(-600), points_text(667, 3)
    ('83.5', '-0.6', '0.667')
    """
    if places not in (1, 3) or (places == 1 and thousandths % TENTH):
        raise ValueError("one decimal shows whole tenths only; three decimals show all")
    sign, magnitude = ("-" if thousandths < 0 else ""), abs(thousandths)
    whole, rest = divmod(magnitude, 1000)
    return f"{sign}{whole}.{rest // TENTH}" if places == 1 else f"{sign}{whole}.{rest:03d}"
