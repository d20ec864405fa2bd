"""How decisions are numbered: 黄公处罚字〔2024〕12号, and the courts' case numbers."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.catalog import Agency, Item

# 最高人民法院 法〔2015〕137号: （year）court, kind of case, number.
CASES: Mapping[str, str] = {"court_defaulter": "鄂02执", "court_restriction": "鄂02执恢"}


def document_marks(items: Sequence[Item], agencies: Mapping[str, Agency]) -> list[str]:
    """How the numbers of each item's decisions begin; the same for no two items.

    With the deciding organ, number and mark name an act: two items that shared both would merge.
    """
    offices = [_office(agencies[item.agency].name) for item in items]
    words = ["".join(c for c in item.title if c > "一").removeprefix("行政") for item in items]
    lengths = [2] * len(items)
    for _ in range(max(map(len, words))):
        marks = [
            f"黄{office}{word[:length]}字"
            for office, word, length in zip(offices, words, lengths, strict=True)
        ]
        seen = Counter(marks)
        lengths = [n + (seen[mark] > 1) for n, mark in zip(lengths, marks, strict=True)]
    return [
        CASES.get(item.layout.id, mark if seen[mark] == 1 else f"{mark}{n}-")
        for n, (item, mark) in enumerate(zip(items, marks, strict=True))
    ]


def document_numbers(mark: str, years: pl.Series, serials: NDArray[np.int64]) -> pl.Series:
    """The numbers of decisions of one item."""
    serial = pl.Series(serials).cast(pl.String)
    if mark.startswith("鄂"):
        return "（" + years + f"）{mark}" + serial + "号"
    return mark + "〔" + years + "〕" + serial + "号"


def _office(name: str) -> str:
    for place in ("中共", "国家税务总局", "国网", "黄石市", "黄石"):
        name = name.removeprefix(place)
    return name[:2]
