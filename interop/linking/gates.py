"""When the statistics do not bear a table, and what may be used instead.

A score table only where every gate is passed. Where one is not, the residents' bands may be mapped
by the table that the cities agreed on; and where even a band would often be another one, or the
table describes other people than there are today, only «recognised or not» is left. What was not
measured has not passed. Limits: Dorans (2004) for the correlation and the difference that matters;
ACT practice for the error; credit scoring for the drift.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from interop.linking.frequencies import Floats, Frequencies

Use = Literal["table", "bands", "yes_no"]
"""What may be told of a visitor on the host's scale: a score, a band, or only yes or no."""
USES: Final[tuple[Use, ...]] = ("table", "bands", "yes_no")
Gate = Literal["basis", "people", "error", "correlation", "invariance", "drift", "age"]
Grouping = Literal["sex", "age", "residence", "district"]
GROUPINGS: Final[tuple[Grouping, ...]] = ("sex", "age", "residence", "district")

PEOPLE_LEAST: Final = 3000
STEPS_MOST: Final = 0.5
"""The error, and the difference between groups, that matters: half a step of the target."""
CORRELATION_LEAST: Final = 0.866
"""At this correlation a score halves the uncertainty about the other: 1 - √(1 - r²) = 0.5."""
PSI_MOST: Final = 0.25
DAYS_MOST: Final = 366


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was measured for one table; None was not. Errors and differences are in target steps.

    `error` is the largest in the range where decisions fall, `band` the width of the narrowest band
    there, `differences` the REMSD of each grouping, `drift` the greater PSI of both populations
    since the table was made, `age_days` the days since then.
    """

    published: bool
    people: int
    error: float
    band: float
    correlation: float | None = None
    differences: Mapping[Grouping, float] = field(default_factory=dict)
    drift: float | None = 0.0
    age_days: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """A gate that was not passed: what was found, the limit, and what may be used at best."""

    gate: Gate
    found: float | None
    limit: float
    leaves: Use
    about: str = ""


def failures(evidence: Evidence) -> list[Failure]:
    """Every gate that is not passed."""
    found: list[Failure] = []
    if not evidence.published:
        found.append(Failure("basis", None, 1, "bands"))
    if evidence.people < PEOPLE_LEAST:
        found.append(Failure("people", evidence.people, PEOPLE_LEAST, "bands"))
    found += _too_wide("error", evidence.error, evidence.band)
    if evidence.correlation is None or evidence.correlation < CORRELATION_LEAST:
        found.append(Failure("correlation", evidence.correlation, CORRELATION_LEAST, "bands"))
    for one in GROUPINGS:
        found += _too_wide("invariance", evidence.differences.get(one), evidence.band, one)
    if evidence.drift is None or evidence.drift > PSI_MOST:
        found.append(Failure("drift", evidence.drift, PSI_MOST, "yes_no"))
    if evidence.age_days > DAYS_MOST:
        found.append(Failure("age", evidence.age_days, DAYS_MOST, "yes_no"))
    return found


def use(found: Sequence[Failure]) -> Use:
    """What is left when these gates were not passed: the least that one of them leaves."""
    return USES[max([0, *(USES.index(one.leaves) for one in found)])]


def remsd(whole: Floats, groups: Sequence[tuple[Frequencies, Floats]]) -> float:
    """How far the links of groups lie from the link of all, in target steps.

    √(Σ w_g E[(e_g - e)²]), each group with its people on the source scale and its own link. In
    print it is divided by the target's standard deviation; half a step is compared as it is.
    """
    people = sum(group.people for group, _ in groups)
    squares = [
        group.people / people * float(group.shares @ (values - whole) ** 2)
        for group, values in groups
    ]
    return math.sqrt(sum(squares))


def psi(before: Frequencies, after: Frequencies) -> float:
    """The population stability index Σ(a - e) ln(a / e); an empty point counts half a person."""
    expected, actual = (
        np.maximum(one.counts, 0.5) / np.maximum(one.counts, 0.5).sum() for one in (before, after)
    )
    return float(((actual - expected) * np.log(actual / expected)).sum())


def _too_wide(gate: Gate, found: float | None, band: float, about: str = "") -> list[Failure]:
    """Half a step bears a score; half of the narrowest band bears a band: one off at most."""
    if found is None:
        return [Failure(gate, None, STEPS_MOST, "bands", about)]
    if found > band / 2:
        return [Failure(gate, found, band / 2, "yes_no", about)]
    return [Failure(gate, found, STEPS_MOST, "bands", about)] if found > STEPS_MOST else []
