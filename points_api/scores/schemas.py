"""Wire shapes of the score: points are decimal strings, so that no client rounds them."""

from datetime import date
from difflib import get_close_matches
from itertools import chain
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from points_api.records.schemas import Counts

Points = Annotated[str, Field(pattern=r"^-?\d+\.\d$", examples=["83.5"])]
FinePoints = Annotated[str, Field(pattern=r"^-?\d+\.\d{3}$", examples=["0.667"])]


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class BandOut(Wire):
    id: str
    name: str


class DimensionOut(Wire):
    id: str
    name: str
    points: Points
    floor: Points
    ceiling: Points


class ScoreOut(Wire):
    city: str
    score: Points
    band: BandOut
    as_of: date
    scorecard: str
    base: Points
    dimensions: list[DimensionOut]
    next_change_on: date | None
    records_digest: str


class CountedOut(Wire):
    """A record inside a rule; `points` after fading."""

    record_id: str
    title: str
    agency: str
    occurred_on: date
    level: str | None
    quantity: str | None
    points: FinePoints
    counts: Counts
    repeat: int
    note: str
    repairable: bool


class LineOut(Wire):
    """A sum, cap or rounding inside a rule; records and lines add up to the rule's points."""

    kind: Literal["sum", "year_cap", "total_cap", "rounding"]
    year: int | None
    points: FinePoints


class ReasonOut(Wire):
    """One line of the explanation; all lines add up exactly to score minus base."""

    kind: Literal["rule", "dimension_held", "score_held"]
    id: str
    dimension: str
    title: str
    points: Points
    text: str
    legal_basis: str
    records: list[CountedOut]
    lines: list[LineOut]


class AdviceOut(Wire):
    """A change and what it would bring today; found by recomputing, not binding."""

    kind: Literal["repair", "add"]
    title: str
    text: str
    gain: Points
    record_id: str | None


class ForecastOut(Wire):
    on: date
    score: Points


class ReasonsOut(Wire):
    score: Points
    base: Points
    as_of: date
    scorecard: str
    basis: str
    reasons: list[ReasonOut]
    not_counted: list[str] = Field(
        description="不计分的全部记录的 record_id · of every record whose `counts` is false, "
        "listed in `reasons` or not"
    )
    advice: list[AdviceOut]
    forecast: list[ForecastOut]


class HistoryEntryOut(Wire):
    as_of: date
    score: Points
    band: BandOut
    scorecard: str
    cause: str
    cause_text: str
    records_digest: str


class HistoryOut(Wire):
    items: list[HistoryEntryOut]
    next: str | None


class DifferenceOut(Wire):
    effect: Literal["time", "rule", "data"]
    kind: Literal["base", "rule", "dimension_held", "score_held"]
    id: str
    title: str
    points: Points


class RecordChangeOut(Wire):
    record_id: str
    title: str
    change: Literal[
        "new", "gone", "corrected", "active", "disputed", "repaired", "withdrawn", "expired"
    ]
    text: str


class ChangesOut(Wire):
    """`time + rule + data` is exactly `to_score - from_score`."""

    from_day: date
    to_day: date
    from_score: Points
    to_score: Points
    time: Points
    rule: Points
    data: Points
    differences: list[DifferenceOut]
    records: list[RecordChangeOut]


class RepairIn(Wire):
    repair: str = Field(description="理由里给出的 record_id · record_id, as the reasons give it")


class WaitIn(Wire):
    wait_days: int = Field(ge=0, le=3660)


class AddedRecordIn(Wire):
    item: str = Field(max_length=64, examples=["volunteer.hours"])
    level: str | None = Field(default=None, max_length=32)
    quantity: str | None = Field(default=None, pattern=r"^\d{1,9}(\.\d{1,4})?$", examples=["10"])
    occurred_on: date | None = None


class AddIn(Wire):
    add: AddedRecordIn


_SUPPOSITIONS: Final = {"repair": "RepairIn", "wait_days": "WaitIn", "add": "AddIn"}


def _meant(supposition: object) -> str | None:
    """Which of them it is: its one field tells, also where that is misspelt."""
    if not isinstance(supposition, dict):
        return type(supposition).__name__ if isinstance(supposition, Wire) else None
    near = chain.from_iterable(get_close_matches(str(n), _SUPPOSITIONS, 1) for n in supposition)
    return next(map(_SUPPOSITIONS.get, near), None)


SuppositionIn = Annotated[
    Annotated[RepairIn, Tag("RepairIn")]
    | Annotated[WaitIn, Tag("WaitIn")]
    | Annotated[AddIn, Tag("AddIn")],
    Discriminator(
        _meant,
        custom_error_type="needs_one_of",
        custom_error_message="needs one of the fields",
        custom_error_context={"expected": ", ".join(_SUPPOSITIONS)},
    ),
]


class WhatIfIn(Wire):
    suppose: list[SuppositionIn] = Field(min_length=1, max_length=20)


class WhatIfOut(Wire):
    """Not binding: nobody knows which records come.

    `notes` says of each supposition that changes nothing why it does not.
    """

    score: Points
    difference: Points
    band: BandOut
    as_of: date
    binding: Literal[False]
    notes: list[str]
    reasons: list[ReasonOut]
