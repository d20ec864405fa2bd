"""Kinds of life: how many records somebody has, and of which kinds.

One hidden kind per person makes the city believable: bills paid on time for most, volunteering
for some, penalties for one or two in a hundred, and hardly anybody on a court's list. Which items
there are comes from the catalog; an item unknown here is as common as its class makes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scoring.catalog import Item

Class = Literal["service", "duty", "good", "honor", "neutral", "adverse"]


@dataclass(frozen=True)
class Kind:
    """`share` of adults in thousandths; `records` compared with others; `mix` of their records."""

    id: str
    share: int
    records: float
    mix: Mapping[Class, float]


KINDS = (
    # Their one or two records are facts that score nothing: a licence, a check that found nothing.
    Kind("quiet", 150, 0.04, {"neutral": 1.0}),
    Kind("ordinary", 400, 1.0, {"service": 0.72, "duty": 0.14, "good": 0.09, "neutral": 0.05}),
    Kind(
        "engaged", 270, 1.2,
        {"service": 0.4, "duty": 0.2, "good": 0.32, "honor": 0.05, "neutral": 0.03},
    ),
    Kind(
        "exemplary", 150, 1.7,
        {"service": 0.25, "duty": 0.16, "good": 0.41, "honor": 0.16, "neutral": 0.02},
    ),
    Kind(
        "careless", 22, 0.9,
        {"service": 0.76, "duty": 0.05, "good": 0.02, "neutral": 0.07, "adverse": 0.1},
    ),
    Kind("troubled", 8, 0.7, {"service": 0.5, "neutral": 0.1, "adverse": 0.4}),
)  # fmt: skip
PUPIL = Kind("pupil", 0, 0.3, {"service": 0.6, "good": 0.4})
PUPIL_ITEMS = ("medical_insurance.", "library.", "volunteer.")
ALL_KINDS = (*KINDS, PUPIL)

# How common items are among the others of their class (1 where nothing is said); the longest
# beginning of a code decides.
COMMON: Mapping[str, float] = {
    "medical_insurance.": 10, "social_insurance.": 9, "power.": 8, "water.": 7, "gas.": 5,
    "housing_fund.": 6, "library.": 2,
    "tax.on_time": 6, "commitment.kept": 5, "hire.": 2, "mediation.": 0.1, "court.fulfilled": 0.05,
    "volunteer.": 4, "volunteer.hours": 10, "volunteer.star": 0.4, "blood.": 0.15,
    "blood.donation": 5, "charity.": 2, "marrow.": 0.2, "marrow.donation": 0.003,
    "organ.": 0.2, "organ.donation": 0.002, "bravery.": 0.01, "rescue.": 0.05, "police.": 0.02,
    "lost.": 0.2, "first_aid.": 0.5, "legal_aid.": 0.2,
    "redlist.": 3, "honor.": 0.6, "merit.": 0.5,
    "licence.": 3, "profession.": 2, "confirmation.": 0.5, "adjudication.": 0.05,
    "penalty.": 8, "penalty.police": 30, "penalty.transport": 15, "penalty.urban": 10,
    "enforcement.": 2, "court.": 0.5, "list.": 0.15, "fraud.": 0.2, "exam.": 0.3,
    "research.": 0.03, "tax.arrears": 0.5, "arbitration.": 0.3,
}  # fmt: skip

SLOTS = 1 << 16  # one 16-bit draw picks an item
SHAPE = 2.0  # of the gamma distribution of records per person


def class_of(item: Item) -> Class:
    """What role an item's records play in a life."""
    if item.nature != "positive":
        return item.nature
    if item.group == "地方补充：公共服务履约信息":
        return "service"
    if item.group == "地方补充：社会公益信息":
        return "good"
    honors = ("诚实守信相关荣誉信息", "信用评价结果信息", "行政管理信息")
    return "honor" if item.group in honors else "duty"


def choice_table(items: Sequence[Item]) -> NDArray[np.int16]:
    """For each kind of life, `SLOTS` items: each as often as it is likely."""
    return np.stack([_slots(kind, items) for kind in ALL_KINDS])


def draw_kinds(rng: np.random.Generator, people: int) -> NDArray[np.int8]:
    """A kind of adult life for each."""
    limits = np.cumsum([kind.share for kind in KINDS])
    return np.searchsorted(limits, rng.integers(0, limits[-1], people), side="right").astype(
        np.int8
    )


def draw_counts(
    rng: np.random.Generator, kinds: NDArray[np.int8], records: int
) -> NDArray[np.int64]:
    """How many records each person has; together exactly `records`."""
    relative = np.array([kind.records for kind in ALL_KINDS])
    weights = rng.standard_gamma(SHAPE, len(kinds)) * relative[kinds]
    reached = np.floor(np.cumsum(weights) / weights.sum() * records + 0.5).astype(np.int64)
    reached[-1] = records
    counts: NDArray[np.int64] = np.diff(reached, prepend=0)
    return counts


def _slots(kind: Kind, items: Sequence[Item]) -> NDArray[np.int16]:
    weights = np.array([_weight(kind, item, items) for item in items])
    if not weights.any():  # the catalog has nothing for such a life
        weights = np.array([float(item.nature == "positive") for item in items])
    if not weights.any():
        weights = np.ones(len(items))
    slots = np.floor(weights / weights.sum() * SLOTS).astype(np.int64)
    slots[(weights > 0) & (slots == 0)] = 1
    slots[slots.argmax()] += SLOTS - slots.sum()
    return np.repeat(np.arange(len(items), dtype=np.int16), slots)


def _weight(kind: Kind, item: Item, items: Sequence[Item]) -> float:
    if kind is PUPIL and not item.code.startswith(PUPIL_ITEMS):
        return 0.0
    mine = class_of(item)
    share = kind.mix.get(mine, 0.0)
    if not share:
        return 0.0
    total = sum(_common(other.code) for other in items if class_of(other) == mine)
    return share * _common(item.code) / total


def _common(code: str) -> float:
    known = [beginning for beginning in COMMON if code.startswith(beginning)]
    return COMMON[max(known, key=len)] if known else 1.0
